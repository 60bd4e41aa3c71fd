"""Group commit: what the receivers decoded is committed, and only then do they answer.

While one insert runs the next batch gathers, so that many small requests cost one insert and a lone request does not
wait. `ColumnBatch`es come in; rows of their table go out, or dead letters where the store refuses what a row holds.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tracing import figures
from tracing.dead_letters import Inserter, insert_rows
from tracing.own_traces import trace_commit
from tracing.receive.decoding import ColumnBatch
from tracing.store import get_store

logger = logging.getLogger(__name__)

MAX_ROWS_PER_INSERT = 10_000
GATHER_SECONDS = 0.02
"""Most that an insert waits for all senders that were there at the one before it; a lone sender never waits."""
BUSY_ROWS_PER_SECOND = 5_000
UNAWAITED_SECONDS = 0.5
"""So long gathers what nobody waits for, so that an insert serves many."""
MOST_UNAWAITED = 10_000
"""Rows that nobody waits for and that are not committed yet; where there are so many, no more are taken."""


Protect = Callable[[str, ColumnBatch], ColumnBatch]
"""A table and rows for it in, the rows as they may be stored out."""


class BacklogFullError(Exception):
    """More waits for the store than the limit allows; the sender should come again."""


class Backlog:
    """Bytes that came in and are not committed yet, with a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._lock = threading.Lock()

    @contextmanager
    def admit(self, size: int) -> Iterator[None]:
        """Hold room for `size` bytes. Raises BacklogFullError; where nothing waits any size has room."""
        with self._lock:
            if size and self.size and self.size + size > self.limit:
                figures.REFUSED.labels("backlog").inc()
                raise BacklogFullError(f"{self.size:,} bytes wait for the store; the limit is {self.limit:,}")
            self.size += size
        try:
            yield
        finally:
            with self._lock:
                self.size -= size


@dataclass(slots=True)
class Submission:
    """One request's rows and its wait."""

    batch: ColumnBatch
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    is_awaited: bool = True


class Committer:
    """The one thread that writes a table: a later version of a row is never overtaken by an earlier one."""

    def __init__(self, store: Inserter, table: str) -> None:
        self.store = store
        self.table = table
        self._waiting: deque[Submission] = deque()
        self._expected = 1
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"commit-{table}", daemon=True)
        self._thread.start()

    def submit(self, submission: Submission) -> None:
        """Have it committed by the next insert that has room; `done` tells when. Raises BacklogFullError."""
        with self._changed:
            if self._stopping:
                raise BacklogFullError("This server is stopping and takes nothing more.")
            if not submission.is_awaited and len(self._waiting) >= MOST_UNAWAITED:
                raise BacklogFullError(f"{len(self._waiting):,} rows of {self.table} wait for the store already.")
            self._waiting.append(submission)
            self._changed.notify()

    def stop(self) -> None:
        """Commit what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._gather():
            self._write(group)
            self._expected = len(group) + len(self._waiting)  # as many senders as there were a moment ago
            for submission in group:
                submission.done.set()

    def _gather(self) -> list[Submission]:
        """The next insert's requests; none where there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._stopping)
            if self._waiting and not self._waiting[-1].is_awaited:
                self._changed.wait_for(lambda: self._waiting[-1].is_awaited or self._stopping, UNAWAITED_SECONDS)
            else:
                self._changed.wait_for(lambda: len(self._waiting) >= self._expected or self._stopping, GATHER_SECONDS)
            return self._take_group()

    def _take_group(self) -> list[Submission]:
        group: list[Submission] = []
        count = 0
        while self._waiting and (not group or count + len(self._waiting[0].batch) <= MAX_ROWS_PER_INSERT):
            submission = self._waiting.popleft()
            count += len(submission.batch)
            group.append(submission)
        return group

    def _write(self, group: Sequence[Submission]) -> None:
        columns = merge_columns(group)
        count = sum(len(submission.batch) for submission in group)
        start = time.perf_counter()
        try:
            with trace_commit(self.table, columns.get("TraceId", ()), len(group)):  # type: ignore[arg-type]
                insert_rows(self.store, self.table, columns)
        except Exception as error:  # whatever the store says, the senders must hear that nothing was kept
            logger.exception("%d rows of %s were not stored", count, self.table)
            figures.REFUSED.labels("store").inc(len(group))
            for submission in group:
                submission.error = error
            return
        figures.INSERT_SECONDS.labels(self.table).observe(time.perf_counter() - start)
        figures.INSERT_ROWS.labels(self.table).observe(count)
        figures.ACCEPTED.labels(self.table).inc(count)


class Ingest:
    """Commits batches, several requests at a time, each table by a thread of its own.

    `protect` changes every batch before anything is kept of it.
    """

    def __init__(self, store: Inserter, backlog_limit: int, protect: Protect | None = None) -> None:
        self._protect = protect
        self.backlog = Backlog(backlog_limit)
        self.load = Load()
        self._store = store
        self._committers: dict[str, Committer] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def admit(self, size: int) -> Any:
        """Hold room for a request of `size` bytes from before it is decoded. Raises BacklogFullError."""
        return self.backlog.admit(size)

    def commit(self, table: str, batch: ColumnBatch, size: int = 0) -> None:
        """Return once `batch` is in the store. `size`: its bytes, where they were not admitted before.

        Raises BacklogFullError where too much waits already, or the store's own error where it failed.
        """
        if not len(batch):
            return
        with self.backlog.admit(size):
            submission = Submission(self._protect(table, batch) if self._protect else batch)
            self._find_committer(table).submit(submission)
            submission.done.wait()
        if submission.error is not None:
            raise submission.error
        self.load.add(len(batch))

    def put(self, table: str, batch: ColumnBatch) -> None:
        """Have `batch` committed soon, without waiting for it: what a process that is killed has not committed is lost,
        and what the store refuses is logged. Raises BacklogFullError.
        """
        batch = self._protect(table, batch) if self._protect else batch
        self._find_committer(table).submit(Submission(batch, is_awaited=False))

    def stop(self) -> None:
        """Commit what waits, then end."""
        with self._lock:
            self._stopping = True
            committers = list(self._committers.values())
        for committer in committers:
            committer.stop()

    def _find_committer(self, table: str) -> Committer:
        with self._lock:
            if self._stopping:
                raise BacklogFullError("This server is stopping and takes nothing more.")
            if table not in self._committers:
                self._committers[table] = Committer(self._store, table)
            return self._committers[table]


class Load:
    """How many rows were committed lately."""

    def __init__(self) -> None:
        self._second = 0
        self._counts = (0, 0)
        self._lock = threading.Lock()

    def add(self, rows: int) -> None:
        with self._lock:
            before, now = self._read()
            self._counts = (before, now + rows)

    def measure(self) -> int:
        """Rows of the busier of this second and the one before it."""
        with self._lock:
            return max(self._read())

    def _read(self) -> tuple[int, int]:
        second = int(time.monotonic())
        passed = second - self._second
        if passed:
            self._counts = (self._counts[1] if passed == 1 else 0, 0)
            self._second = second
        return self._counts


def merge_columns(group: Sequence[Submission]) -> dict[str, list[object]]:
    """The rows of a whole group by column."""
    if len(group) == 1:
        return group[0].batch.columns
    columns: dict[str, list[object]] = {name: [] for name in group[0].batch.columns}
    for submission in group:
        for name, values in submission.batch.columns.items():
            columns[name] += values
    return columns


_ingest: Ingest | None = None
_ingest_lock = threading.Lock()


def get_ingest() -> Ingest:
    """This process's ingest over its store."""
    global _ingest
    with _ingest_lock:
        if _ingest is None:
            from django.conf import settings

            _ingest = Ingest(get_store(), settings.INGEST_BACKLOG_LIMIT, protect)
        return _ingest


def protect(table: str, batch: ColumnBatch) -> ColumnBatch:
    """Every row as it may be stored, by what its project says."""
    from tracing.masking_rules import mask_batch
    from tracing.withholding import withhold

    masked = mask_batch(table, batch)
    withhold(table, masked.columns)
    return masked


def stop_ingest() -> None:
    """Commit what waits and forget the process's ingest."""
    global _ingest
    with _ingest_lock:
        if _ingest is not None:
            _ingest.stop()
            _ingest = None


def is_busy() -> bool:
    """Whether so much comes in that everything else in this process had better wait a little."""
    ingest = _ingest
    return ingest is not None and ingest.load.measure() > BUSY_ROWS_PER_SECOND


def read_backlog() -> int:
    """Bytes that wait for the store in this process."""
    ingest = _ingest
    return ingest.backlog.size if ingest is not None else 0


figures.ask_gauge(
    "tacit_backlog_bytes", "Bytes that came in and are not committed yet.", "", lambda: [("", read_backlog())]
)
