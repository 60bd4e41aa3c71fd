"""Group commit: what the receivers decoded is committed, and only then do they answer.

While one insert runs the next batch gathers, so that many small requests cost one insert and a lone request does not
wait. `SpanBatch`es come in; rows of `otel_traces` go out.
"""

import logging
import threading
from dataclasses import dataclass, field

from tracing.receive.decoding import COLUMNS, SpanBatch
from tracing.store import Store, get_store

logger = logging.getLogger(__name__)

MAX_SPANS_PER_INSERT = 10_000
TABLE = "otel_traces"


class BacklogFullError(Exception):
    """More spans wait for the store than the limit allows; the sender should come again."""


@dataclass(slots=True)
class Submission:
    """One request's spans and its wait. `size` is the bytes of the request."""

    batch: SpanBatch
    size: int
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class Ingest:
    """Commits batches of spans, several requests at a time."""

    def __init__(self, store: Store, backlog_limit: int) -> None:
        self.store = store
        self.backlog_limit = backlog_limit
        self._waiting: list[Submission] = []
        self._backlog = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._thread.start()

    def commit(self, batch: SpanBatch, size: int) -> None:
        """Return once `batch` is in the store.

        Raises BacklogFullError where too much waits already, or the store's own error where it refused the rows.
        """
        if not len(batch):
            return
        submission = Submission(batch, size)
        with self._changed:
            if self._stopping or (self._backlog and self._backlog + size > self.backlog_limit):
                raise BacklogFullError(
                    f"{self._backlog:,} bytes wait for the store; the limit is {self.backlog_limit:,}"
                )
            self._waiting.append(submission)
            self._backlog += size
            self._changed.notify()
        submission.done.wait()
        if submission.error is not None:
            raise submission.error

    def stop(self) -> None:
        """Commit what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._stopping)
                if not self._waiting:
                    return
                group = self._take_group()
            self._write(group)
            with self._changed:
                self._backlog -= sum(submission.size for submission in group)
            for submission in group:
                submission.done.set()

    def _take_group(self) -> list[Submission]:
        group: list[Submission] = []
        count = 0
        while self._waiting and (not group or count + len(self._waiting[0].batch) <= MAX_SPANS_PER_INSERT):
            submission = self._waiting.pop(0)
            count += len(submission.batch)
            group.append(submission)
        return group

    def _write(self, group: list[Submission]) -> None:
        try:
            self.store.insert(TABLE, merge_columns(group))
        except Exception as error:  # whatever the store says, the senders must hear that nothing was kept
            if len(group) == 1:
                logger.exception("%d spans were not stored", len(group[0].batch))
                group[0].error = error
                return
            for submission in group:
                self._write([submission])


def merge_columns(group: list[Submission]) -> dict[str, list[object]]:
    """The rows of a whole group by column."""
    if len(group) == 1:
        return group[0].batch.columns
    return {name: [value for item in group for value in item.batch.columns[name]] for name in COLUMNS}


_ingest: Ingest | None = None
_ingest_lock = threading.Lock()


def get_ingest() -> Ingest:
    """This process's ingest over its store."""
    global _ingest
    with _ingest_lock:
        if _ingest is None:
            from django.conf import settings

            _ingest = Ingest(get_store(), settings.INGEST_BACKLOG_LIMIT)
        return _ingest


def stop_ingest() -> None:
    """Commit what waits and forget the process's ingest."""
    global _ingest
    with _ingest_lock:
        if _ingest is not None:
            _ingest.stop()
            _ingest = None
