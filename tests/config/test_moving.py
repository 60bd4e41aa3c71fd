"""What embedded databases hold is brought to a server, is the same there, and what is not the same is told."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from config.moving import be_patient
from tests.config.test_backing_up import LINE, dump, measure, run
from tests.conftest import STAGES, Server
from tests.faults.services import start_clickhouse, start_postgres
from tests.isolation.world import ask, make_side
from tests.tracing.otlp import make_request
from tests.tracing.sending import send
from tests.tracing.talking import talk
from tracing import store as stores
from tracing.backing_up.database import copy_sqlite
from tracing.models import Project
from tracing.moving import MoveError
from tracing.moving.database import move_database
from tracing.moving.events import Progress, move_events
from tracing.retention import Kind, follow_retention, tell_days
from tracing.store import Store, UnfinishedMoveError


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Store]:
    """A ClickHouse server without tables."""
    with start_clickhouse(tmp_path / "clickhouse") as port:
        store = Store(be_patient(f"http://127.0.0.1:{port}/default"))
        yield store
        store.close()


class CutError(Exception):
    """Somebody ended the command."""


def cut_at(table: str) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.table == table:
            raise CutError

    return tell


def tell_nobody(_progress: Progress) -> None:
    pass


def measure_moved(store: Store) -> dict[str, tuple[int, int]]:
    return {table: held for table, held in measure(store).items() if table != "schema_migrations"}


@pytest.mark.usefixtures("transactional_db")
def test_both_databases_go_and_what_is_not_the_same_there_is_told(store: Store, target: Store, tmp_path: Path) -> None:
    side = make_side(store, 10_001)
    Project.objects.filter(pk=1).update(retention_days=30)
    follow_retention(store)
    before = measure_moved(store)
    with pytest.raises(CutError):
        move_events(store, target, cut_at("turns"))
    with pytest.raises(UnfinishedMoveError, match="run the same tacit move again"):
        target.migrate()
    told: list[Progress] = []
    rows = move_events(store, target, told.append)
    assert {"turns", "signals", "watermarks"} <= {each.table for each in told}
    assert "otel_traces" not in {each.table for each in told}  # it was there already
    assert (told[-1].rows, told[-1].bytes_left) == (told[-1].rows_of_table, 0)
    assert measure_moved(target) == measure_moved(store) == before
    assert rows == sum(count for table, (count, _) in before.items() if table != "kept_days")
    assert target.migrate() == []
    assert move_events(store, target, cut_at("turns")) == rows
    broken = f"ALTER TABLE turns UPDATE user_text = 'x' WHERE conversation_id = '{side.conversation}'"
    target.execute(f"{broken} SETTINGS mutations_sync = 2")
    with pytest.raises(MoveError, match=r"turns of project 10001 \(\d of \d rows\)\. Name a database without any rows"):
        move_events(store, target, tell_nobody)
    check_database(tmp_path / "tacit.sqlite3")


def test_answers_are_the_same_after_and_stages_go_on_where_they_were(
    server: Server, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = talk(1, "Where is my order?", "No, that is wrong, I meant my bill!", "thanks, perfect", user="anna")
    assert send(server, make_request(*(call.to_span() for call in calls)).SerializeToString()).status == 200
    server.derive()
    server.derive()
    before = ask_rest(server)
    assert move_events(server.store, target, tell_nobody) > 0
    monkeypatch.setattr(stores, "_store", target)
    for stage in STAGES:
        stage.forget()
    moved = replace(server, store=target)
    assert ask_rest(moved) == before
    assert before[-1]["conversations"] == 1
    assert {name: lag for name, lag in before[-1]["lag"].items() if lag} == {}
    moved.derive()
    assert ask_rest(moved) == before


def test_rows_go_to_the_servers_that_keep_them(store: Store, target: Store) -> None:
    """`store` is one engine here, and a cluster of two servers in tests/tracing/test_clusters.py."""
    target.migrate()
    ids = [f"c-{number}" for number in range(50)]
    about = {"project_id": [7] * 50, "conversation_id": ids, "version": [1_900_000_000_000_000] * 50}
    target.insert("conversations", {**about, "first_message": [f"Hello {each}" for each in ids]})
    target.insert("turns", {**about, "turn_index": [0] * 50, "user_text": ids})
    tell_days(target, 7, dict.fromkeys(Kind, 9_000))
    assert move_events(target, store, tell_nobody) == 150  # with what the view over conversations makes
    assert measure_moved(store) == measure_moved(target)
    assert ask(store, "SELECT count(), uniqExact(user_text) FROM turns FINAL") == [(50, 50)]


def ask_rest(server: Server) -> list[Any]:
    [item] = server.get_json("conversations")["items"]
    lists = ("generations", "traces", "signals", "users", "failure-modes", "satisfaction", "stats")
    return [server.get_json(path) for path in (f"conversations/{item['conversation_id']}", *lists)]


def check_database(file: Path) -> None:
    """What Django's database holds goes from a file into a new one: all of it, or nothing."""
    used, broken = Path(connection.settings_dict["NAME"]), file.with_name("broken.sqlite3")
    copy_sqlite(used, file)
    copy_sqlite(used, broken)
    with closing(sqlite3.connect(broken)) as opened, opened:
        opened.execute("DELETE FROM tracing_project WHERE id = 10001")
    rows = move_database(file)  # all of it is there
    Project.objects.filter(pk=10_001).update(name="Another")
    with pytest.raises(MoveError, match=r"holds rows already, of tracing\.Project: name a database without any"):
        move_database(file)
    call_command("flush", verbosity=0, interactive=False)
    Project.objects.create(pk=1, slug="default", name="Default")
    with pytest.raises(MoveError, match=r"cannot be written there: .*tracing_project.*Nothing was written"):
        move_database(broken)
    assert not Project.objects.exclude(pk=1).exists()
    assert move_database(file) == rows
    assert list_rows(used) == list_rows(file)


def list_rows(file: Path) -> list[str]:
    """But for what counts by itself, and the leases of processes that have ended."""
    kept = (line for line in dump(file) if line.startswith("INSERT INTO"))
    return [line for line in kept if not line.startswith(('INSERT INTO "sqlite_', 'INSERT INTO "tracing_stagelease"'))]


def test_one_command_brings_both_databases_to_servers(tmp_path: Path) -> None:
    old = tmp_path / "old"
    (tmp_path / "talk.jsonl").write_text(json.dumps(LINE) + "\n")
    assert run("import", "jsonl", tmp_path / "talk.jsonl", "--data-dir", old).returncode == 0
    with start_postgres() as address, start_clickhouse(tmp_path / "clickhouse") as port:
        places = ("--to", f"http://127.0.0.1:{port}/default", "--database-to", f"{address}/postgres")
        moved = run("move", "--data-dir", old, *places)
        assert moved.returncode == 0, moved.stderr
        assert "otel_traces: 1 of 1 rows" in moved.stdout
        assert re.search(r"Django's database: \d+ rows are the same at both ends", moved.stdout)
        assert f"it also wants {old / 'secret_key'}" in moved.stdout
        with psycopg.connect(f"{address}/postgres") as database:
            [(latest, following)] = database.execute(
                "SELECT max(id), nextval(pg_get_serial_sequence('tracing_apikey', 'id')) FROM tracing_apikey"
            ).fetchall()
        assert following == (latest or 0) + 1
    refused = run("move", "--data-dir", tmp_path / "none", *places)
    assert (refused.returncode, "that could be moved; see --data-dir" in refused.stderr) == (2, True)
