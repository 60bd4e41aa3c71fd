"""The files of tables: what is changed or deleted in them goes from the disk at once, and not some time.

The engine changes nothing in place: it writes new files and removes the old ones some minutes later. Here the new ones
are brought to the disk first, and then the old ones are removed.
"""

import os
import time
from collections.abc import Iterable

from tracing.clusters import LOCAL
from tracing.store import EMBEDDED_PREFIX, ERASURE_TABLES, PROJECT_TABLES, Store, read_query

TABLES = (*PROJECT_TABLES, *ERASURE_TABLES)
AT_ONCE = "old_parts_lifetime = 0, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1"
AS_EVER = "old_parts_lifetime, min_rows_to_fsync_after_merge, fsync_part_directory"
LONGEST_READING_SECONDS = 60.0
"""A query that began before still reads what it found then."""
POLL_SECONDS = 0.2


def mutate(store: Store, path: str, **parameters: object) -> None:
    """Run the `ALTER TABLE … UPDATE` or `DELETE` in `path`; what it replaced has left the disk when it returns.

    It says `mutations_sync = 2`, and names its table by `{table:Identifier}`.
    """
    store.change(path, **parameters)
    drop_old_files(store, [str(parameters["table"])])


def delete_counted(store: Store, path: str, table: str, project_id: int, **parameters: object) -> int:
    """Delete the rows that the query in `path` counts; their number. Their files stay until `drop_old_files`."""
    bound = {"table": table, "project_id": project_id, **parameters}
    count = int(store.query(path, **bound)[0]["rows"])
    if count:
        condition = read_query(path).partition("WHERE")[2]
        store.execute(
            "ALTER TABLE {table:Identifier} DELETE IN PARTITION {project_id:UInt32} WHERE"
            f"{condition} SETTINGS mutations_sync = 2",
            **bound,
        )
    return count


def drop_old_files(store: Store, tables: Iterable[str] = TABLES) -> int:
    """Remove the files of rows that are no more; how many sets of files are still there, as somebody reads them."""
    named = list(tables)
    for table in named:
        store.execute(f"ALTER TABLE {table} MODIFY SETTING {AT_ONCE}")
    try:
        if store.dsn.startswith(EMBEDDED_PREFIX):
            os.sync()  # what was merged a moment ago may stand in memory alone
        return wait_for_files(store, named)
    finally:
        for table in named:
            store.execute(f"ALTER TABLE {table} RESET SETTING {AS_EVER}")


def wait_for_files(store: Store, tables: Iterable[str]) -> int:
    """Until no file is left, or somebody reads for too long."""
    named, until = list(tables), time.monotonic() + LONGEST_READING_SECONDS
    while True:
        for table in named:
            store.change("tracing/sql/part_dropping.sql", table=table)
        left = count_old_files(store, named)
        if not left or time.monotonic() > until:
            return left
        time.sleep(POLL_SECONDS)


def count_old_files(store: Store, tables: list[str]) -> int:
    """How many sets of files these tables still have that hold no row of now."""
    if store.cluster is None:
        return int(store.query("tracing/sql/inactive_parts.sql", tables=tables)[0]["parts"])
    local = [f"{table}{LOCAL}" for table in tables]
    found = store.query("tracing/sql/inactive_parts_of_cluster.sql", cluster=store.cluster.name, tables=local)
    return int(found[0]["parts"])
