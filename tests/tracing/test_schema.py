"""The schema's files are applied once, and are not what was applied where somebody changed them."""

import shutil
from pathlib import Path

import pytest

from tracing import store as stores
from tracing.store import SchemaChangedError, Store


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
