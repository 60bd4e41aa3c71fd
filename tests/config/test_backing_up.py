"""A backup is written, and an installation made of it holds the same: every row of every table of both databases."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.databases import migrate_django
from tests.isolation.world import ask, make_side
from tracing.backing_up import BackupError
from tracing.backing_up.events import back_up_events, count_rows, read_kept_days, restore_events
from tracing.backing_up.manifest import Manifest, check_files, describe_files, read_manifest, write_manifest
from tracing.models import Project
from tracing.retention import follow_retention
from tracing.store import PROJECT_TABLES, SchemaNewerError, Store, find_backups

TACIT = str(Path(sys.executable).with_name("tacit"))
LINE = {"conversation_id": "c-1", "turns": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]}


@pytest.mark.usefixtures("transactional_db")
def test_every_table_of_clickhouse_comes_back_as_it_was(store: Store, tmp_path: Path) -> None:
    side = make_side(store, 10_001)
    Project.objects.filter(pk=side.project.pk).update(retention_days=30)
    follow_retention(store)
    place = find_backups(settings.CLICKHOUSE_DSN) / tmp_path.name
    place.parent.mkdir(exist_ok=True)
    back_up_events(store, str(place))
    store.execute("CREATE DATABASE restored")
    restored = Store(f"{store.dsn}?database=restored")
    try:
        restore_events(restored, str(place), read_kept_days(store), "default")
        assert count_rows(restored) == count_rows(store)
        assert measure(restored) == measure(store)
        assert {rows for rows, _ in measure(store).values()} > {0}
        assert restored.migrate() == []
    finally:
        restored.close()
        store.execute("DROP DATABASE restored")


def measure(store: Store) -> dict[str, tuple[int, int]]:
    """How many rows of each table there are, and a sum of all that stands in them."""
    tables = (*PROJECT_TABLES, "watermarks", "kept_days", "schema_migrations")
    measured = "SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM"
    return {table: ask(store, f"{measured} {table}")[0] for table in tables}  # type: ignore[misc]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
    return subprocess.run(
        [TACIT, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_an_installation_is_made_of_a_backup_by_one_command(tmp_path: Path) -> None:
    old, new, backup, again = (tmp_path / name for name in ("old", "new", "backup", "again"))
    (tmp_path / "talk.jsonl").write_text(json.dumps(LINE) + "\n")
    assert run("import", "jsonl", tmp_path / "talk.jsonl", "--data-dir", old).returncode == 0
    written = run("backup", backup, "--data-dir", old)
    assert written.returncode == 0, written.stderr
    restored = run("restore", backup, "--data-dir", new)
    assert restored.returncode == 0, restored.stderr
    assert run("backup", again, "--data-dir", new).returncode == 0
    first, second = read_manifest(backup), read_manifest(again)
    assert first.rows["otel_traces"] > 0
    assert (second.rows, second.kept_days) == (first.rows, first.kept_days)
    assert dump(again / "tacit.sqlite3") == dump(backup / "tacit.sqlite3")
    assert (new / "secret_key").read_text() == (old / "secret_key").read_text()
    assert backup.stat().st_mode & 0o077 == 0
    refused = run("restore", backup, "--data-dir", old)
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        2,
        "tacit: There is an installation already: a backup is restored where there is none.",
    )


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as opened:
        lines = sorted(opened.iterdump())
    opened.close()
    return lines


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Of a small backup."""
    (tmp_path / "tacit.sqlite3").write_text("rows")
    files = describe_files(tmp_path)
    made = {"made_at": "", "tacit": "1", "clickhouse": "26", "events_at": "clickhouse", "source": "default"}
    write_manifest(tmp_path, Manifest(format=1, rows={}, kept_days=[], database="sqlite", files=files, **made))
    return tmp_path


def test_a_file_that_changed_or_came_or_went_is_told(directory: Path) -> None:
    check_files(directory, read_manifest(directory))
    (directory / "tacit.sqlite3").write_text("wars")
    with pytest.raises(BackupError, match="1 files of the backup are not as its manifest says, tacit"):
        check_files(directory, read_manifest(directory))
    (directory / "more").write_text("")
    with pytest.raises(BackupError, match="2 files"):
        check_files(directory, read_manifest(directory))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"format": 1}', "cannot be read"),
        (None, "holds no manifest"),
    ],
)
def test_a_directory_without_a_whole_manifest_is_no_backup(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BackupError, match=message):
        read_manifest(tmp_path)


def test_a_backup_of_another_format_is_refused(directory: Path) -> None:
    told = json.loads((directory / "manifest.json").read_text())
    (directory / "manifest.json").write_text(json.dumps({**told, "format": 2}))
    with pytest.raises(BackupError, match="has format 2; this version of Tacit reads format 1"):
        read_manifest(directory)


@pytest.mark.usefixtures("transactional_db")
def test_a_database_of_a_later_version_is_refused() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("tracing", "9999_later")
    try:
        with pytest.raises(SchemaNewerError, match=r"Django's database.*later version.*tracing\.9999_later"):
            migrate_django()
    finally:
        recorder.record_unapplied("tracing", "9999_later")
