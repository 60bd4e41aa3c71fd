"""The schema's files are applied once, and are not what was applied where somebody changed them."""

import shutil
import time
from pathlib import Path

import pytest

from tracing import store as stores
from tracing.store import SchemaChangedError, SchemaNewerError, Store


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the schema, in its place."""
    copied = Path(shutil.copytree(stores.SCHEMA_DIRECTORY, tmp_path / "schema"))
    monkeypatch.setattr(stores, "SCHEMA_DIRECTORY", copied)
    return copied


def test_a_file_is_applied_once(migrated_store: Store, directory: Path) -> None:
    assert migrated_store.migrate() == []
    (directory / "999_nothing.sql").write_text("SELECT 1;\nSELECT 2;\n")
    try:
        assert migrated_store.migrate() == ["999_nothing"]
        assert migrated_store.migrate() == []
    finally:
        migrated_store.execute(
            "ALTER TABLE schema_migrations DELETE WHERE name = '999_nothing' SETTINGS mutations_sync = 2"
        )


def test_a_file_that_changed_after_it_was_applied_is_refused_with_what_to_do(
    migrated_store: Store, directory: Path
) -> None:
    with (directory / "004_turns.sql").open("a") as file:
        file.write("-- otherwise\n")
    with pytest.raises(SchemaChangedError, match=r"004_turns changed since.*TACIT_DATA_DIR"):
        migrated_store.migrate()


def test_a_store_of_before_erasure_keeps_its_rows_and_its_days(migrated_store: Store, directory: Path) -> None:
    """Files up to 032 knew one number of days for all that a project has."""
    now = int(time.time())
    later = [path for path in sorted(directory.glob("*.sql")) if path.stem >= "033"]
    for path in later:
        path.rename(path.with_suffix(".later"))
    migrated_store.execute("DROP DATABASE IF EXISTS before_erasure")
    migrated_store.execute("CREATE DATABASE before_erasure")
    old = Store(f"{migrated_store.dsn}?database=before_erasure")
    try:
        assert old.migrate()[-1] < "033"
        old.insert("project_retention", {"project_id": [7], "days": [30]})
        old.insert("signals", {"project_id": [7], "conversation_id": ["c"], "version": [now * 1_000_000]})
        for path in later:
            path.with_suffix(".later").rename(path)
        assert old.migrate() == [path.stem for path in later]
        old.insert("signals", {"project_id": [7], "conversation_id": ["d"], "version": [(now + 1) * 1_000_000]})
        with old._lend() as lent:
            assert lent.client.query("SELECT * FROM kept_days").result_rows == [(7, *[30] * 5)]
            kept = lent.client.query("SELECT toUnixTimestamp(expires_at) FROM signals ORDER BY version").result_rows
        assert kept == [(now + 30 * 86_400,), (now + 30 * 86_400 + 1,)]
    finally:
        old.close()
        migrated_store.execute("DROP DATABASE before_erasure")


def test_a_store_of_a_later_version_is_refused_with_what_to_do(migrated_store: Store) -> None:
    migrated_store.insert("schema_migrations", {"name": ["999_later"], "checksum": ["0"]})
    try:
        with pytest.raises(SchemaNewerError, match=r"later version of Tacit.*999_later.*Install that version again"):
            migrated_store.migrate()
    finally:
        migrated_store.execute(
            "ALTER TABLE schema_migrations DELETE WHERE name = '999_later' SETTINGS mutations_sync = 2"
        )
