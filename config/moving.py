"""`tacit move`: an installation with embedded databases goes on with a ClickHouse server, PostgreSQL or both.

The settings are those of the new installation; what it comes from lies in the data directory, which is held, so that no
server of it runs, and only read.
"""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from clickhouse_connect.driver.exceptions import ClickHouseError
from django.conf import settings
from django.db import connection

from config.databases import hold_data_directory, migrate_django
from tracing.moving import MoveError
from tracing.moving.database import move_database
from tracing.moving.events import Progress, move_events
from tracing.store import EMBEDDED_PREFIX, Store, close_store

EVENTS, DATABASE = "clickhouse", "tacit.sqlite3"
TELL_SECONDS = 2.0
ANSWER_SECONDS = 6 * 3600
"""The most that a server may take to count and add up one table."""

Say = Callable[[str], None]


def move(say: Say, *, moves_events: bool, moves_database: bool) -> None:
    """Raises MoveError."""
    directory = settings.DATA_DIR
    refuse_what_is_not_there(directory, moves_events=moves_events, moves_database=moves_database)
    with hold_data_directory():
        if moves_events:
            say(f"ClickHouse: {bring_events(directory / EVENTS, say):,} rows are the same at both ends.")
        if moves_database:
            migrate_django()
            say(f"Django's database: {move_database(directory / DATABASE):,} rows are the same at both ends.")
    say(describe_rest(directory, moves_events=moves_events, moves_database=moves_database))


def refuse_what_is_not_there(directory: Path, *, moves_events: bool, moves_database: bool) -> None:
    if not (moves_events or moves_database):
        raise MoveError("Say where to: --to with a ClickHouse server, --database-to with PostgreSQL, or both.")
    if moves_events and settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX):
        raise MoveError("--to is the address of a ClickHouse server: https://user:password@host:8443/tacit.")
    if moves_database and connection.vendor != "postgresql":
        raise MoveError("--database-to is the address of PostgreSQL: postgres://user:password@host/tacit.")
    for name, moves in ((EVENTS, moves_events), (DATABASE, moves_database)):
        if moves and not (directory / name).exists():
            raise MoveError(f"There is no {directory / name} that could be moved; see --data-dir.")


def bring_events(directory: Path, say: Say) -> int:
    """How many rows are at both ends."""
    source = Store(f"{EMBEDDED_PREFIX}{directory}", memory_limit=settings.CLICKHOUSE_MEMORY_LIMIT)
    target = Store(be_patient(settings.CLICKHOUSE_DSN), cluster=settings.CLICKHOUSE_CLUSTER)
    try:
        return move_events(source, target, Teller(say))
    except ClickHouseError as error:
        said = str(error).splitlines()[0]
        raise MoveError(f"ClickHouse did not go on ({said}). Run the same command again when it does.") from error
    finally:
        source.close()
        target.close()
        close_store()


def be_patient(dsn: str) -> str:
    """The address, with time for long answers."""
    return f"{dsn}{'&' if urlsplit(dsn).query else '?'}send_receive_timeout={ANSWER_SECONDS}"


class Teller:
    """Says how far a table is: at its end, and every few seconds."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._began = self._told = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        self._began = self._began or now  # of copying; what was there already was compared before
        if not progress.rows or (now - self._told < TELL_SECONDS and progress.rows < progress.rows_of_table):
            return
        self._told = now
        rate = progress.bytes_done / max(now - self._began, 0.001)
        self._say(
            f"{progress.table}: {progress.rows:,} of {progress.rows_of_table:,} rows; in all {rate / 1e6:,.1f} MB a "
            f"second, {progress.bytes_left / max(rate, 1):,.0f} s left …"
        )


def describe_rest(directory: Path, *, moves_events: bool, moves_database: bool) -> str:
    """What is still to be done, by hand."""
    names = {"TACIT_CLICKHOUSE_DSN": moves_events, "TACIT_DATABASE_URL": moves_database}
    told = [name for name, moved in names.items() if moved]
    if settings.CLICKHOUSE_CLUSTER and moves_events:
        told.append("TACIT_CLICKHOUSE_CLUSTER")
    files = [str(path) for path in (directory / "secret_key", settings.DATASETS_DIR) if path.exists()]
    copied = f" Elsewhere than in {directory} it also wants {' and '.join(files)}." if files else ""
    return f"Start Tacit with {', '.join(told)} set to where it went.{copied} {directory} is as it was."
