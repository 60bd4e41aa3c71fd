"""ClickHouse's part of a backup: the engine writes its tables into a folder by `BACKUP`, and reads them by `RESTORE`.

It takes only folders below the one that it was started with: the embedded engine `backups` in the data directory, a
server what its configuration says (`backups.allowed_path`).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from tracing.backing_up import BackupError
from tracing.store import Store

NAME = re.compile(r"[\w.-]+")
VERSIONED = ("ReplacingMergeTree", "ReplicatedReplacingMergeTree")


def back_up_events(store: Store, place: str) -> None:
    """All tables, into `place`: a path, or what a server is to call it."""
    database = read_engine(store)["database"]
    store.execute(f"BACKUP DATABASE {database} TO File('{check_place(place)}')")


def restore_events(store: Store, place: str, kept_days: Sequence[Mapping[str, int]], source: str) -> None:
    """All tables as they were in the database `source`; none of them is to be there yet."""
    database = read_engine(store)["database"]
    as_named = f"{source} AS {database} FROM File('{check_place(place)}')"
    store.execute(
        f"RESTORE DATABASE {as_named} SETTINGS allow_different_database_def = 1"
    )  # it may be of another engine
    names = kept_days[0] if kept_days else ()
    store.insert("kept_days", {name: [row[name] for row in kept_days] for name in names})


def check_place(place: str) -> str:
    """The same. Raises BackupError."""
    if not all(NAME.fullmatch(part) for part in PurePath(place).parts if part != "/"):
        raise BackupError(f"A backup takes a path of letters, digits, dots and dashes alone, not {place!r}.")
    return place


def read_engine(store: Store) -> Mapping[str, str]:
    """Its `version`, and the `database` that is asked."""
    return store.query("tracing/sql/engine.sql")[0]


def count_rows(store: Store) -> dict[str, int]:
    """Of each table on the disk, whether its parts are merged or not."""
    tables = [row for row in store.query("tracing/sql/stored_rows.sql") if row["engine"].endswith("MergeTree")]
    return {
        row["name"]: count_latest(store, row["name"]) if row["engine"] in VERSIONED else row["rows"] for row in tables
    }


def count_latest(store: Store, table: str) -> int:
    return int(store.query("tracing/sql/latest_rows.sql", table=table)[0]["rows"])


def read_kept_days(store: Store) -> list[dict[str, int]]:
    """Rows of the one table in memory, which the engine leaves out of its backups; none of a schema from before it."""
    is_there = any(row["name"] == "kept_days" for row in store.query("tracing/sql/stored_rows.sql"))
    return store.query("tracing/sql/retention.sql") if is_there else []
