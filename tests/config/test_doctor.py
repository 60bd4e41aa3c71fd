"""What the doctor finds: parts that are well, and such that were made ill for it."""

import json
import logging
import os
import sys
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from config import doctor
from config.data_directory import RunningServer
from config.doctor import Finding, Level, compare_clocks, compare_schema, examine
from config.env import Environment
from config.logs import JsonFormatter
from tests.conftest import Server
from tracing.access.keys import create_key
from tracing.access.rights import Scope


@pytest.fixture
def data(settings: Settings, tmp_path: Path) -> Path:
    """An own directory; the store stays that of the tests."""
    tmp_path.chmod(0o700)
    settings.DATA_DIR = tmp_path
    return tmp_path


def take(found: Iterator[Finding]) -> dict[str, Level]:
    return {each.part: each.level for each in found}


def test_files_that_others_may_read_are_named_with_what_closes_them(data: Path) -> None:
    secret = data / "secret_key"
    secret.write_text("k")
    secret.chmod(0o644)
    data.chmod(0o755)
    found = list(doctor.look_at_files())
    assert [each.level for each in found] == [Level.WARNING, Level.FAILED]
    assert found[1].advice == f"chmod 600 {secret}"
    secret.chmod(0o600)
    data.chmod(0o700)
    assert take(doctor.look_at_files()) == {"files": Level.OK}


@pytest.mark.parametrize(("free", "level"), [(10**9, Level.FAILED), (5 * 10**9, Level.WARNING), (50 * 10**9, Level.OK)])
def test_a_disk_that_fills_up_is_told_before_it_is_full(
    data: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    usage = namedtuple("usage", "total free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: usage(100 * 10**9, free))
    assert take(doctor.look_at_disk()) == {"disk": level}


def test_a_store_that_may_take_all_memory_is_told(settings: Settings) -> None:
    settings.CLICKHOUSE_DSN = "chdb:///x"
    [found] = doctor.look_at_memory(Environment(memory_limit=10**15))
    assert found.level == Level.WARNING
    assert "TACIT_MEMORY_LIMIT" in found.advice
    assert take(doctor.look_at_memory(Environment(memory_limit=500_000_000))) == {"memory": Level.OK}


def test_a_port_that_is_taken_is_named(data: Path, server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    free = {"otlp_http_port": 0, "otlp_grpc_port": 0}
    found = list(doctor.look_at_server(Environment(port=port, **free), None))
    assert [(each.level, each.advice) for each in found] == [(Level.FAILED, "Name another by TACIT_PORT.")]
    found = list(doctor.look_at_server(Environment(port=0, otlp_http_port=port, otlp_grpc_port=0), None))
    assert [each.level for each in found] == [Level.WARNING]


def test_a_running_server_is_asked_how_it_is(data: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    running = RunningServer(server.url, os.getpid(), create_key(server.project, "doctor", [Scope.READ]))
    assert take(doctor.look_at_server(Environment(), running)) == {"server": Level.OK}
    [found] = doctor.look_at_stages(running)
    assert found.level == Level.OK, found
    assert "keep up" in found.sentence
    monkeypatch.setattr(doctor, "LATE_SECONDS", -1.0)
    assert {each.level for each in doctor.look_at_stages(running)} == {Level.WARNING}


def test_databases_of_this_version_are_well(data: Path, server: Server, settings: Settings) -> None:
    assert take(doctor.look_at_database()) == {"database": Level.OK}
    (data / "clickhouse").mkdir()
    assert take(doctor.look_at_store(None)) == {"store": Level.OK}


def test_schemas_of_other_versions_are_told_apart() -> None:
    assert compare_schema("store", "The store", ["999_later"], ["001_first"]).level == Level.FAILED
    assert compare_schema("store", "The store", [], ["001_first"]).level == Level.WARNING


def test_clocks_that_differ_are_told() -> None:
    now = datetime.now(UTC).timestamp()
    assert compare_clocks("store", now - 60).level == Level.WARNING
    assert compare_clocks("store", now + 1).level == Level.OK


def test_a_broker_that_is_away_does_not_end_the_look_at_the_rest(
    data: Path, server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CELERY_BROKER_URL = "redis://:secret-word@127.0.0.1:1/0"
    monkeypatch.setattr(doctor, "close_store", lambda: None)
    found = list(examine(Environment(port=0, otlp_http_port=0, otlp_grpc_port=0)))
    levels = take(iter(found))
    assert levels["broker"] == Level.FAILED
    assert levels["stages"] == Level.OK
    assert "secret-word" not in str(found)


def test_a_line_of_json_holds_what_was_logged_and_raised() -> None:
    try:
        raise ValueError("über")
    except ValueError:
        record = logging.LogRecord("tracing", logging.ERROR, "x.py", 7, "%d rows\n", (3,), sys.exc_info())
    line = JsonFormatter().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"], told["at"]) == ("ERROR", "tracing", "3 rows\n", "x.py:7")
    assert told["error"].endswith("ValueError: über")
