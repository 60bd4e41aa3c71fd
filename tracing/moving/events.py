"""ClickHouse's part of a move: the tables of an embedded engine go into a server or a cluster, and are compared there.

A block is a piece of a part of a table, as the engine writes it for itself. Parts go in the order in which they were
written: of two rows of one version, the later is the latest there, too. Begun again, what is equal by then stays, and
every other table is emptied and goes anew.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tracing.moving import MoveError
from tracing.retention import Kind, tell_days
from tracing.store import ERASURE_TABLES, PROJECT_TABLES, UNFINISHED_MOVE, Store, describe_dsn

TABLES = (*PROJECT_TABLES, *ERASURE_TABLES, "watermarks")
LASTING = (*ERASURE_TABLES, "watermarks")
"""Those whose rows do not go by themselves when their time is over."""
BLOCK_BYTES = 64_000_000
"""Of what a block is in memory, about."""


@dataclass(frozen=True, slots=True)
class Part:
    """`name` by which the engine knows a part of a table, and how much is in it."""

    table: str
    name: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table is; `bytes_left` of all tables."""

    table: str
    rows: int
    rows_of_table: int
    bytes_done: int
    bytes_left: int


Measured = Mapping[int, tuple[int, int]]
"""By project: how many rows a table has, of each its latest version, and a sum of all that stands in them."""
Tell = Callable[[Progress], None]


def move_events(source: Store, target: Store, tell: Tell) -> int:
    """How many rows are at both ends. Raises MoveError; what is there by then is called unfinished."""
    make_tables(source, target)
    if not is_unfinished(target) and has_rows(target):
        return compare(source, target, "Name a database without any rows.")
    target.insert("schema_migrations", {"name": [UNFINISHED_MOVE], "checksum": [""]})
    with standing_still(source):
        copy_tables(source, target, tell)
    rows = compare(source, target, "Run the same command again: they go anew.")
    target.change("tracing/sql/finished_move.sql", name=UNFINISHED_MOVE)
    return rows


@contextmanager
def standing_still(store: Store) -> Iterator[None]:
    """Parts stay as they are listed."""
    store.execute("SYSTEM STOP MERGES")
    try:
        yield
    finally:
        store.execute("SYSTEM START MERGES")


def make_tables(source: Store, target: Store) -> None:
    """The tables there as they are here. Raises MoveError."""
    target.migrate(within_move=True)
    if read_schema(source) != read_schema(target):
        raise MoveError("The tables are not those of this version of Tacit yet: run tacit migrate, then move.")


def read_schema(store: Store) -> dict[str, str]:
    rows = store.query("tracing/sql/migrations.sql")
    return {row["name"]: row["checksum"] for row in rows if row["name"] != UNFINISHED_MOVE}


def is_unfinished(store: Store) -> bool:
    return any(row["name"] == UNFINISHED_MOVE for row in store.query("tracing/sql/migrations.sql"))


def has_rows(store: Store) -> bool:
    return any(store.query("tracing/sql/any_row.sql", table=table) for table in PROJECT_TABLES)


def copy_tables(source: Store, target: Store, tell: Tell) -> None:
    copy_days(source, target)
    tables = {table: list_parts(source, table) for table in TABLES}
    left = sum(part.bytes for parts in tables.values() for part in parts)
    done = 0
    for table, parts in tables.items():
        size = sum(part.bytes for part in parts)
        left -= size
        if stands_already(source, target, table):
            continue
        for progress in copy_table(source, target, parts):
            done += progress.bytes_done
            size -= progress.bytes_done
            tell(Progress(table, progress.rows, progress.rows_of_table, done, left + size))


def copy_days(source: Store, target: Store) -> None:
    """How long rows are kept stands in a table in memory, which has no parts."""
    for row in source.query("tracing/sql/retention.sql"):
        tell_days(target, row["project_id"], {kind: row[kind] for kind in Kind})


def stands_already(source: Store, target: Store, table: str) -> bool:
    """Whether a table holds what it is to hold; one that holds anything else is emptied."""
    there = measure(target, table)
    if there and there == measure(source, table):
        return True
    target.change("tracing/sql/emptied_table.sql", table=table)
    return not list_parts(source, table)


def list_parts(source: Store, table: str) -> list[Part]:
    return [Part(table, **row) for row in source.query("tracing/sql/parts_of_table.sql", table=table)]


def copy_table(source: Store, target: Store, parts: Sequence[Part]) -> Iterator[Progress]:
    """What is done before the first block and after each; `bytes_done` of that block alone."""
    total = sum(part.rows for part in parts)
    done = 0
    yield Progress(parts[0].table, done, total, 0, 0)
    for part in parts:
        names = source.query_columns("tracing/sql/stored_columns.sql", table=part.table)["name"]
        for start, end in cut(part):
            bounds: dict[str, Any] = {"table": part.table, "part": part.name, "start": start, "end": end}
            target.insert_block(part.table, names, source.query_block("tracing/sql/block_of_part.sql", **bounds))
            done += end - start
            yield Progress(part.table, done, total, part.bytes * (end - start) // part.rows, 0)


def cut(part: Part) -> Iterator[tuple[int, int]]:
    """Bounds of its blocks.

    >>> list(cut(Part("turns", "1_1_1_0", rows=5, bytes=2 * BLOCK_BYTES)))
    [(0, 2), (2, 4), (4, 5)]
    """
    step = max(1, part.rows * BLOCK_BYTES // max(part.bytes, 1))
    for start in range(0, part.rows, step):
        yield start, min(start + step, part.rows)


def compare(source: Store, target: Store, advice: str) -> int:
    """How many rows there are. Raises MoveError where a table does not hold the same at both ends."""
    rows, other = 0, []
    for table in TABLES:
        here, there = measure(source, table), measure(target, table)
        rows += sum(count for count, _ in here.values())
        other += [
            f"{table} of project {project} ({there.get(project, (0, 0))[0]:,} of {here.get(project, (0, 0))[0]:,} rows)"
            for project in sorted({*here, *there})
            if here.get(project) != there.get(project)
        ]
    if read_days(source) != read_days(target):
        other.append("kept_days")
    if other:
        raise MoveError(f"{describe_dsn(target.dsn)} does not hold the same: {'; '.join(other[:5])}. {advice}")
    return rows


def read_days(store: Store) -> list[tuple[int, ...]]:
    return sorted(tuple(row.values()) for row in store.query("tracing/sql/retention.sql"))


def measure(store: Store, table: str) -> Measured:
    path = "tracing/sql/measured_lasting_rows.sql" if table in LASTING else "tracing/sql/measured_rows.sql"
    return {row["project"]: (row["rows"], row["digest"]) for row in store.query(path, table=table)}
