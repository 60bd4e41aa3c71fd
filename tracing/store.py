"""The door to ClickHouse, embedded (chDB) or a server: named `.sql` files in, rows out; columns in, committed.

No two threads have the same client at once; all of them share one engine or one server.
"""

import copy
import hashlib
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import clickhouse_connect
import clickhouse_connect.common
import clickhouse_connect.driver.options
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httpclient import HttpClient
from clickhouse_connect.driver.insert import InsertContext
from clickhouse_connect.driver.query import QueryResult
from urllib3 import Timeout

from tracing import clusters
from tracing.clusters import Cluster
from tracing.filter_fields import STANDS
from tracing.filter_sql import MARKER, Where
from tracing.long_values import write_long_values
from tracing.own_traces import trace_query
from tracing.retries import RETRY_SECONDS, is_passing, spread_pauses

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_DIRECTORY = Path(__file__).resolve().parent / "schema"
EMBEDDED_PREFIX = "chdb://"

PROJECT_TABLES = (
    "dead_letters",
    "otel_traces",
    "otel_logs",
    "generations",
    "generations_by_time",
    "generation_hours",
    "tool_runs",
    "conversations",
    "turns",
    "conversation_links",
    "feedback",
    "signals",
    "confirmations",
    "labels",
    "reviews",
    "settled_reviews",
    "asks",
    "hearings",
    "estimates",
    "failing_turns",
    "observations",
    "drift_days",
    "openings",
    "agent_tasks",
    "reprocessing_traces",
    "message_templates",
)
"""Tables whose rows belong to a project, each before those that are derived from it."""

ERASURE_TABLES = ("erasure_targets", "erased_traces", "purge_targets")
"""Tables of a project that hold nothing but what is to go, and what went."""

STANDING = "true /* stands */"
"""Where a query file takes those signals alone that fired or that people confirmed, and did not reject."""

SETTINGS = {
    "max_partitions_per_insert_block": 0,  # a partition is a project, and one insert may hold spans of many
    "do_not_merge_across_partitions_select_final": 1,  # no two versions of a row are in two projects
    "optimize_move_to_prewhere_if_final": 1,  # versions of a row are alike in its key: what asks for that comes first
}

Columns = Mapping[str, Sequence[Any]]
Answer = TypeVar("Answer")

INSERT_SETTINGS = {
    "async_insert": 0,  # committed means committed, whatever a server's profile says
    "optimize_on_insert": 0,  # copies within a block are told apart when they are read or merged, like all others
}

BLOCK_SETTINGS = {
    **INSERT_SETTINGS,
    "insert_deduplicate": 0,  # a table that was emptied takes the same blocks again
}

GATHERED_TABLES = frozenset({"otel_traces", "otel_logs", "feedback"})
"""Where many web processes write small inserts at once, which a server makes one of."""
GATHERING_SETTINGS = {
    **INSERT_SETTINGS,
    "async_insert": 1,
    "wait_for_async_insert": 1,  # committed still means committed
    "async_insert_use_adaptive_busy_timeout": 0,
    "async_insert_busy_timeout_max_ms": 20,  # as long as a process gathers: parts are at most 50 a second, of them all
}

TIMEOUTS = {"connect_timeout": 5, "send_receive_timeout": 60}
"""Seconds until a server that does not answer is given up; the address may say otherwise."""
STATEMENT_SECONDS = 3600
"""The same for statements that change tables, which answer when all is done, and say nothing before."""
MOST_QUERY_BYTES = 64_000_000
"""Of what is sent to a server, with the lists of ids that are written into it."""

UNFINISHED_MOVE = "unfinished_move"
"""Stands among the schema's files while `tacit move` fills the tables: no version works on half of them."""

# Sessions would make a server refuse two queries at once; nothing here needs one.
clickhouse_connect.common.set_setting("autogenerate_session_id", False)
# No data frame ever comes here: to know one, the driver would load pandas at the first insert (0.3 s, 50 MB).
vars(clickhouse_connect.driver.options)["pd"] = None


class StoreUnavailableError(Exception):
    """ClickHouse did not answer, or another process holds the embedded directory."""


class SchemaChangedError(StoreUnavailableError):
    """The tables were made by a version of Tacit that was never released, and cannot be read by this one."""

    def __init__(self, dsn: str, names: Sequence[str]) -> None:
        super().__init__(
            f"The tables in {describe_dsn(dsn)} were made by an earlier version under development "
            f"({', '.join(names)} changed since). Move them away, or name another place: TACIT_DATA_DIR for the "
            "embedded engine, TACIT_CLICKHOUSE_DSN for a server."
        )


class UnfinishedMoveError(StoreUnavailableError):
    """The tables are those of a move that did not come to its end."""

    def __init__(self, dsn: str) -> None:
        super().__init__(f"A move into {describe_dsn(dsn)} was not finished: run the same tacit move again.")


class SchemaNewerError(StoreUnavailableError):
    """The tables of a database were made by a later version of Tacit."""

    def __init__(self, place: str, names: Sequence[str]) -> None:
        super().__init__(
            f"The tables in {place} were made by a later version of Tacit, which this one would read wrongly "
            f"(it does not know {', '.join(names)}). Install that version again, or restore a backup of before."
        )


@cache
def read_query(path: str) -> str:
    """Text of a query file, named from the repository's root, for instance `tracing/sql/stats.sql`; in the place of its
    `STANDING` the condition by which signals stand everywhere."""
    return (ROOT / path).read_text(encoding="utf-8").replace(STANDING, STANDS)


def place_where(query: str, where: Where) -> str:
    """The text of a query with a filter in the place of its marker."""
    before, marker, after = query.partition(MARKER)
    if not marker or MARKER in after:
        raise ValueError(f"A query that takes a filter says `{MARKER}` once.")
    return before + where.sql + after


class LentClient:
    """A client and its prepared inserts."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._contexts: dict[tuple[str, tuple[str, ...]], InsertContext] = {}

    def insert(self, table: str, names: Sequence[str], columns: Columns) -> None:
        key = (table, tuple(names))
        context = self._contexts.get(key)
        if context is None:
            is_gathered = table in GATHERED_TABLES and isinstance(self.client, HttpClient)
            settings = GATHERING_SETTINGS if is_gathered else INSERT_SETTINGS
            context = self.client.create_insert_context(table, names, column_oriented=True, settings=settings)
            self._contexts[key] = context
        context.data = [columns[name] for name in names]
        try:
            self.client.insert(context=context)
        finally:
            context.data = None

    def query(self, query: str, parameters: Mapping[str, Any]) -> QueryResult:
        if isinstance(self.client, HttpClient):
            query, parameters = write_long_values(query, parameters)
        return self.client.query(query, parameters=dict(parameters))

    def change(self, statement: str, parameters: Mapping[str, object]) -> None:
        """Run a statement, however long it takes."""
        if not isinstance(self.client, HttpClient):
            self.client.command(statement, parameters=dict(parameters) or None)
            return
        statement, parameters = write_long_values(statement, parameters)
        usual = self.client.timeout
        self.client.timeout = Timeout(connect=usual.connect_timeout, read=STATEMENT_SECONDS)
        try:
            self.client.command(statement, parameters=dict(parameters) or None)
        finally:
            self.client.timeout = usual


class Writes:
    """Numbers what is written, so that who found nothing knows whether to look again."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.latest = 0

    @contextmanager
    def number(self) -> Iterator[None]:
        try:
            yield
        finally:  # what failed may have been written
            self.latest = next(self._numbers)


class Store:
    """One ClickHouse database.

    `dsn` is `chdb:///<absolute directory>` for the embedded engine, else any DSN that clickhouse-connect takes.
    `memory_limit` (bytes) bounds the embedded engine. `cluster` names the servers over which the tables are spread.
    """

    def __init__(self, dsn: str, *, memory_limit: int = 2_000_000_000, cluster: str = "") -> None:
        self.dsn = dsn
        self.cluster = Cluster(cluster) if cluster else None
        self._options: dict[str, Any] = {"settings": {**SETTINGS, **(clusters.SETTINGS if cluster else {})}}
        if dsn.startswith(EMBEDDED_PREFIX):
            limits = {"max_server_memory_usage": memory_limit, "backups.allowed_path": str(find_backups(dsn))}
            self._options["chdb_options"] = limits
        else:
            self._options |= TIMEOUTS
            self._options["settings"]["max_query_size"] = MOST_QUERY_BYTES
        if dsn.startswith("https://"):
            self._options["interface"] = "https"  # else the driver takes TLS for ports 443 and 8443 alone
        self._idle: list[LentClient] = []
        self._clients: list[Client] = []
        self._clients_lock = threading.Lock()
        self._writes = Writes()
        self._kept_until: datetime | None = None

    @property
    def latest_write(self) -> tuple[Writes, int] | None:
        """What was written last, to be compared; None where other processes write too, and nobody here knows."""
        return (self._writes, self._writes.latest) if self.dsn.startswith(EMBEDDED_PREFIX) else None

    def keep_until(self, moment: datetime) -> "Store":
        """The same store, whose new rows go at this moment, whatever their project says."""
        store = copy.copy(self)
        store._kept_until = moment
        return store

    def query(self, path: str, where: Where | None = None, /, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of the query in `path`, its `{name:Type}` parameters bound to `parameters`; `where` narrows it."""
        query = read_query(path)
        if where is not None:
            query, parameters = place_where(query, where), parameters | dict(where.parameters)
        with trace_query(path) as span:
            result = self._ask(lambda lent: lent.query(query, parameters))
            span.set_attribute("db.response.returned_rows", len(result.result_rows))
        return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]

    def query_columns(self, path: str, **parameters: Any) -> dict[str, Sequence[Any]]:
        """The same by column: faster where there are many rows."""
        with trace_query(path) as span:
            result = self._ask(lambda lent: lent.query(read_query(path), parameters))
            span.set_attribute("db.response.returned_rows", result.row_count)
        if not result.row_count:
            return defaultdict(tuple, dict.fromkeys(result.column_names, ()))  # a server names none where no row is
        return dict(zip(result.column_names, result.result_columns, strict=True))

    def insert(self, table: str, columns: Columns) -> None:
        """Write rows given by column. When it returns they are committed; it raises if they are not."""
        names = list(columns)
        if not names or not columns[names[0]]:
            return
        if self._kept_until is not None:
            columns = {**columns, "expires_at": [self._kept_until] * len(columns[names[0]])}
            names = list(columns)
        with self._writes.number():
            self._ask(lambda lent: lent.insert(table, names, columns))

    def query_block(self, path: str, **parameters: Any) -> bytes:
        """Rows as the engine writes them for itself, for `insert_block`."""
        with self._lend() as lent:
            return lent.client.raw_query(read_query(path), parameters=parameters, fmt="Native")

    def insert_block(self, table: str, names: Sequence[str], block: bytes) -> None:
        with self._writes.number():
            self._ask(lambda lent: lent.client.raw_insert(table, names, block, settings=BLOCK_SETTINGS, fmt="Native"))

    def change(self, path: str, **parameters: Any) -> None:
        """Run the statement in `path` that changes rows; when it returns they are changed."""
        self.execute(read_query(path), **parameters)

    def execute(self, statement: str, **parameters: Any) -> None:
        """Run a statement of the schema, or one that was made of a query file; on a cluster, on all of its servers."""
        spread = self.cluster.spread(statement, parameters) if self.cluster else [(statement, parameters)]
        with self._writes.number(), self._lend() as lent:
            for text, bound in spread:
                lent.change(text, bound)

    def delete_project(self, project_id: int) -> None:
        """Delete every row of a project; when it returns they are gone."""
        for table in (*PROJECT_TABLES, *ERASURE_TABLES):
            self.change("tracing/sql/delete_project.sql", table=table, project_id=project_id)

    def migrate(self, *, within_move: bool = False) -> list[str]:
        """Apply the schema files that are new to this database, in order; returns their names.

        Raises SchemaChangedError where one that was applied has changed since, SchemaNewerError where one is not here,
        UnfinishedMoveError where half of an installation is, unless it is the move that asks.
        """
        self.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations "
            "(name String, applied_at DateTime DEFAULT now(), checksum String) ENGINE = MergeTree ORDER BY name"
        )
        self.execute("ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS checksum String")
        done = {row["name"]: row["checksum"] for row in self.query("tracing/sql/migrations.sql")}
        if done.pop(UNFINISHED_MOVE, None) is not None and not within_move:
            raise UnfinishedMoveError(self.dsn)
        files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SCHEMA_DIRECTORY.glob("*.sql"))}
        if unknown := sorted(done.keys() - files.keys()):
            raise SchemaNewerError(describe_dsn(self.dsn), unknown)
        changed = [name for name, text in files.items() if done.get(name, measure_text(text)) != measure_text(text)]
        if changed:
            raise SchemaChangedError(self.dsn, changed)
        new = [name for name in files if name not in done]
        for name in new:
            for statement in files[name].split(";\n"):
                if statement.strip():
                    self.execute(statement)
            self.insert("schema_migrations", {"name": [name], "checksum": [measure_text(files[name])]})
        return new

    def close(self) -> None:
        """Close all clients; the embedded engine stops with its last client."""
        with self._clients_lock:
            for client in self._clients:
                client.close()
            self._clients.clear()
            self._idle = []

    def _ask(self, work: Callable[[LentClient], Answer]) -> Answer:
        """What `work` gives, which may be done twice: a server that does not answer is asked again for some seconds."""
        pauses, until = spread_pauses(), time.monotonic() + RETRY_SECONDS
        while True:
            try:
                with self._lend() as lent:
                    return work(lent)
            except (ClickHouseError, StoreUnavailableError) as error:
                if self.dsn.startswith(EMBEDDED_PREFIX) or not is_passing(error):
                    raise
                pause = next(pauses, RETRY_SECONDS)
                if time.monotonic() + pause > until:
                    raise tell_away(self.dsn, error) from error
            time.sleep(pause)

    @contextmanager
    def _lend(self) -> Iterator["LentClient"]:
        """The client that came back last, or a new one: to make one takes several queries, and threads are many."""
        idle = self._idle
        try:
            lent = idle.pop()
        except IndexError:
            lent = LentClient(self._connect())
        try:
            yield lent
        finally:
            idle.append(lent)

    def _connect(self) -> Client:
        try:
            client = clickhouse_connect.get_client(dsn=self.dsn, **self._options)
        except (ClickHouseError, OSError) as error:
            raise StoreUnavailableError(f"ClickHouse at {describe_dsn(self.dsn)} did not open: {error}") from error
        with self._clients_lock:
            self._clients.append(client)
        return client


def tell_away(dsn: str, error: Exception) -> StoreUnavailableError:
    """What everybody takes for a store that is away."""
    if isinstance(error, StoreUnavailableError):
        return error
    return StoreUnavailableError(f"ClickHouse at {describe_dsn(dsn)} did not answer: {error}")


def find_backups(dsn: str) -> Path:
    """Where the embedded engine may write backups to and read them from: `backups` beside its directory."""
    return Path(dsn.removeprefix(EMBEDDED_PREFIX).partition("?")[0]).parent / "backups"


def measure_text(text: str) -> str:
    """A checksum of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe_dsn(dsn: str) -> str:
    """The DSN without its password and options, for messages."""
    scheme, separator, rest = dsn.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2].partition('?')[0]}"


_store: Store | None = None
_store_lock = threading.Lock()


def get_store() -> Store:
    """This process's store, opened at its first use with Django's `CLICKHOUSE_DSN`."""
    global _store
    with _store_lock:
        if _store is None:
            from django.conf import settings

            _store = Store(
                settings.CLICKHOUSE_DSN,
                memory_limit=settings.CLICKHOUSE_MEMORY_LIMIT,
                cluster=settings.CLICKHOUSE_CLUSTER,
            )
        return _store


def close_store() -> None:
    """Close this process's store; the next `get_store` opens it anew."""
    global _store
    with _store_lock:
        if _store is not None:
            _store.close()
            _store = None
