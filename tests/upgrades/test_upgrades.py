"""Installations that old versions of Tacit made are brought up to date, read and gone on with by this one.

What they are, and how one more is made, stands in the README beside.
"""

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from config.databases import migrate_databases
from config.http_server import HttpServer
from tests.conftest import Server
from tests.tracing.otlp import make_request
from tests.tracing.sending import send
from tests.tracing.talking import talk
from tracing import store as stores
from tracing.backing_up.database import copy_sqlite
from tracing.backing_up.events import restore_events
from tracing.models import Project
from tracing.store import SCHEMA_DIRECTORY, Store, find_backups

OLD = sorted(Path(__file__).parent.glob("*.tar.xz"))
PAGES = ("", "conversations", "conversations/c-order", "users", "failure-modes", "drift", "settings/project", "setup")
TOLD_ON_PURPOSE = {"thumbs", "rating", "comment"}


CHOSEN = [
    pytest.param(path, id=path.name.partition(".")[0], marks=[] if path in (OLD[0], OLD[-1]) else pytest.mark.slow)
    for path in OLD
]


@pytest.fixture(params=CHOSEN)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of an old installation: ClickHouse's backup, Django's database, and what REST answered."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def upgraded(old: Path, store: Store, project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """This process works on it, as one that was started on an old data directory."""
    del project  # Django's database, which what is old takes the place of
    place = find_backups(settings.CLICKHOUSE_DSN) / old.name
    shutil.copytree(old / "clickhouse", place)
    store.execute("CREATE DATABASE upgraded")
    taken = Store(f"{store.dsn}?database=upgraded")
    restore_events(taken, str(place), [], "default")
    connection.close()
    copy_sqlite(old / "tacit.sqlite3", Path(connection.settings_dict["NAME"]))
    monkeypatch.setattr(stores, "_store", taken)
    migrate_databases()
    yield taken
    monkeypatch.undo()
    taken.close()
    store.execute("DROP DATABASE upgraded")
    shutil.rmtree(place)


@pytest.fixture
def server(http_server: HttpServer, upgraded: Store) -> Iterator[Server]:
    yield Server(f"http://127.0.0.1:{http_server.port}", Project.objects.get(slug="default"), upgraded)
    http_server.drain()


def test_there_are_old_installations() -> None:
    assert len(OLD) >= 3


def test_an_old_installation_says_the_same_and_goes_on(old: Path, server: Server) -> None:
    told = json.loads((old / "rest.json").read_text())
    assert list_applied(server.store) == {path.stem for path in SCHEMA_DIRECTORY.glob("*.sql")}
    for name, before in told["conversations"].items():
        assert read_dialogue(server.get_json(f"conversations/{name}")) == read_dialogue(before)
    server.derive()
    server.derive()
    stats = server.get_json("stats")
    assert {name: lag for name, lag in stats["lag"].items() if lag} == {}
    assert [stats[name] for name in ("conversations", "generations")] == [
        told["stats"][name] for name in ("conversations", "generations")
    ]
    for name, before in told["conversations"].items():
        assert read_dialogue(server.get_json(f"conversations/{name}")) == read_dialogue(before)
    assert list_told(server.get_json("signals?limit=1000")["items"]) == list_told(told["signals"])
    assert server.get_json("satisfaction")["conversations"] == len(told["conversations"])
    for page in PAGES:
        assert b"</html>" in server.get(f"/p/default/{page}")
    sent = make_request(*(call.to_span() for call in talk(9, "And what now?"))).SerializeToString()
    assert send(server, sent).status == 200
    server.derive()
    assert server.get_json("stats")["conversations"] == len(told["conversations"]) + 1


def list_applied(store: Store) -> set[str]:
    return {row["name"] for row in store.query("tracing/sql/migrations.sql")}


def read_dialogue(conversation: dict[str, Any]) -> list[Any]:
    """What was said, how it ended and what people told of it: whatever version answers, it is the same."""
    turns = conversation["turns"]
    return [
        *(conversation[name] for name in ("conversation_id", "user_id", "service_name", "first_time", "turn_count")),
        *((turn["index"], turn["user_message"], turn["answer"]["text"], turn["answer"]["outcome"]) for turn in turns),
        *((turn["answer"]["trace_id"], turn["generations"]) for turn in turns),
        *((told["identifier"], told["score"], told["explanation"]) for turn in turns for told in turn["feedback"]),
    ]


def list_told(signals: list[dict[str, Any]]) -> set[tuple[str, int, str]]:
    named = {(each["conversation_id"], each["turn_index"], each["kind"]) for each in signals if each["fired"]}
    return {each for each in named if each[2] in TOLD_ON_PURPOSE}
