"""What is in the SQLite file of a server, read beside it."""

import sqlite3
from contextlib import closing
from pathlib import Path

LOCK_SECONDS = 30


def read_number(database: Path, statement: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=LOCK_SECONDS)) as connection:
        return int(connection.execute(statement).fetchone()[0])


def count_rows(database: Path, table: str) -> int:
    return read_number(database, f"SELECT count(*) FROM {table}")  # noqa: S608 -- names of ours


def measure_pages(database: Path) -> int:
    """Bytes of the pages in use, those that wait in a write-ahead log included."""
    pages = read_number(database, "PRAGMA page_count") - read_number(database, "PRAGMA freelist_count")
    return pages * read_number(database, "PRAGMA page_size")
