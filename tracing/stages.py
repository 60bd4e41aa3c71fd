"""How a stage finds its work: by asking the store what came after its watermark.

A row becomes visible a little after the time that it carries, so a stage looks back before its watermark, a little each
time and `OVERLAP` now and then; what it has seen there in the same version it skips. Losing a process loses nothing:
the watermark is in the store and doing something twice changes nothing.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.exceptions import ClickHouseError, Error
from django.db import InterfaceError, OperationalError, transaction

from tracing.activity import ACTIVITY
from tracing.dead_letters import is_about_content
from tracing.ingest import is_busy
from tracing.leases import KEEPER, LEASE
from tracing.models import StageLease
from tracing.own_traces import trace_batch
from tracing.store import Store, StoreUnavailableError, Writes
from tracing.times import EPOCH, to_us

logger = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=30)
"""After that every row is visible."""
SHORT_OVERLAP = timedelta(seconds=3)
"""After that nearly every row is."""
FAR_LOOK = timedelta(seconds=20)
"""How often a stage looks back as far as `OVERLAP`: reading so many rows again costs more than a stage's own work."""

LOOK_SECONDS = 10.0
"""How often a stage looks for what the clock alone makes due, where nothing is written."""

STOPPING = threading.Event()
"""Set when this process is about to end: stages finish their batch and take no other."""

STAGES: "dict[str, Stage]" = {}
"""Every stage that this process knows, by name."""

ROWS_IN_MEMORY = 10_000

TURN_SECONDS = 2.0
"""How long a stage with much to do goes on before the others have their turn."""

LEAST_REST_SECONDS = 3.0
SHORT_SECONDS = 0.25
"""A batch that took less had little to do."""

PATIENCE_SECONDS = 5.0
"""Most that a stage puts off its work while very much comes in."""

PARAMETER_CODES = {36: "BAD_ARGUMENTS", 130: "CANNOT_READ_ARRAY_FROM_TEXT", 457: "BAD_QUERY_PARAMETER"}
"""ClickHouse's errors that are about what a query was asked with, which came from the things that are being done."""

Key = tuple[int, str]
"""Number of a project, and the id of a trace or conversation in it."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a stage has to do, when it last changed (microseconds since the epoch), and its rows since."""

    key: Key
    changed_us: int
    row_count: int


@dataclass(frozen=True, slots=True)
class Wait:
    """What a stage has not done: how many rows, and the age in seconds of the oldest; 0 where none waits."""

    rows: int
    seconds: float


class Courtesy:
    """Says when to leave this process to others: while they have much to do, and never for longer than its patience."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._yielding_since = 0.0

    def gives_way(self, *, others_are_busy: bool) -> bool:
        now = time.monotonic()
        if not others_are_busy:
            self._yielding_since = 0.0
            return False
        if not self._yielding_since:
            self._yielding_since = now
        if now - self._yielding_since < self._patience_seconds:
            return True
        self._yielding_since = now
        return False


@dataclass(frozen=True, slots=True)
class Idle:
    """That nothing waited when somebody looked, after what was written last then."""

    latest_write: tuple[Writes, int] | None
    looked_at: float

    def lasts(self, store: Store) -> bool:
        is_known = self.latest_write is not None and self.latest_write == store.latest_write
        return is_known and time.monotonic() - self.looked_at < LOOK_SECONDS


class Stage:
    """One step of the data's way.

    A batch has at most `batch_size` things, and where one has many rows, fewer: `row_limit` rows are in memory at once.
    `query` names a `.sql` file with parameters `after_us` and `limit` that gives `project_id`, `id`, `changed_us` and
    `row_count`, ordered by `changed_us`.
    """

    def __init__(
        self,
        name: str,
        query: str,
        lag_query: str,
        batch_size: int,
        row_limit: int = ROWS_IN_MEMORY,
        *,
        part_of: str = "",
    ) -> None:
        self.name = name
        self.part_of = part_of or name
        """The stage that people know: this one, unless it is a lane (`tracing/lanes.py`)."""
        self.bound: Mapping[str, int] = {}
        """Further parameters of both queries."""
        self.query = query
        self.lag_query = lag_query
        self.batch_size = batch_size
        self.row_limit = row_limit
        self.more = False
        """Whether more waited than the last batch took."""
        self._seen: dict[Key, Change] = {}
        self._lock = threading.Lock()
        self._looked_far_us = 0
        self._idle: Idle | None = None
        self._courtesy = Courtesy(PATIENCE_SECONDS)
        if not part_of:
            STAGES[name] = self

    def run(self, store: Store, work: Callable[[Sequence[Key]], None]) -> int:
        """Do what waits, one batch; the number of things done.

        Nothing where the stage is being run already, or where it gives way to what comes in.
        """
        self.more = False
        gives_way = STOPPING.is_set() or self._courtesy.gives_way(others_are_busy=is_busy())
        if gives_way or not self._lock.acquire(blocking=False):
            return 0
        try:
            return self._run_batch(store, work)
        finally:
            self._lock.release()

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Have what this stage does to oneself, in this process and all others; gives whether it was free."""
        if STOPPING.is_set() or not self._lock.acquire(blocking=False):
            yield False
            return
        try:
            with hold_lease(self.name) as held:
                yield held
        finally:
            self._lock.release()

    def run_for_a_while(self, run_batch: Callable[[], int]) -> bool:
        """One batch after the other until nothing waits, or until it is the turn of other stages; whether anything was
        done."""
        until = time.monotonic() + TURN_SECONDS
        has_done = False
        while run_batch():
            has_done = True
            if not self.more or time.monotonic() >= until:
                break
        return has_done

    def _run_batch(self, store: Store, work: Callable[[Sequence[Key]], None]) -> int:
        if self._rests(store):
            return 0
        idle = Idle(store.latest_write, time.monotonic())
        watermark = self.read_watermark(store)
        changes = self._find_changes(store, watermark)
        self._idle = None if changes else idle
        if not changes:
            return 0
        with hold_lease(self.name) as held:
            if not held:
                return 0
            start = time.monotonic()
            with trace_batch(self.part_of, [change.key[1] for change in changes]):
                do_all(self.part_of, work, [change.key for change in changes])
            ACTIVITY.add(self.part_of, len(changes), time.monotonic() - start)
        self._remember(changes, watermark)
        self._move_watermark(store, max(watermark, changes[-1].changed_us))
        return len(changes)

    def has_work(self, store: Store) -> bool:
        """Whether anything waits; the store is asked where something was written since nothing did."""
        if self._rests(store):
            return False
        idle = Idle(store.latest_write, time.monotonic())
        if self.measure_lag(store):
            return True
        self._idle = idle
        return False

    def _rests(self, store: Store) -> bool:
        return self._idle is not None and self._idle.lasts(store)

    def forget(self) -> None:
        """Know only what the store knows, as a new process does."""
        self._seen.clear()
        self._looked_far_us = 0
        self._idle = None

    def read_watermark(self, store: Store) -> int:
        """Microseconds since the epoch up to which everything is done."""
        rows = store.query("tracing/sql/watermark.sql", stage=self.name)
        return int(rows[0]["done_until_us"]) if rows else 0

    def measure_lag(self, store: Store) -> float:
        """Age in seconds of the oldest row that is not done; 0 where none waits."""
        return self.measure_wait(store).seconds

    def measure_wait(self, store: Store) -> Wait:
        [row] = store.query(self.lag_query, after_us=self.read_watermark(store), **self.bound) or [
            {"oldest_us": 0, "waiting": 0}
        ]
        oldest = int(row["oldest_us"])
        age = max(0.0, datetime.now(UTC).timestamp() - oldest / 1e6) if oldest else 0.0
        return Wait(int(row["waiting"]) if oldest else 0, age)

    def _find_changes(self, store: Store, watermark: int) -> list[Change]:
        after = max(0, watermark - to_us(self._choose_overlap(watermark)))
        # At most all that was seen comes again, so what is new has room for a whole batch. Seconds' worth of it comes
        # again each time: by column, and without an object for each.
        limit = self.batch_size + len(self._seen)
        found = store.query_columns(self.query, after_us=after, limit=limit, **self.bound)
        if not found:
            return []
        rows = zip(found["project_id"], found["id"], found["changed_us"], found["row_count"], strict=True)
        new = (Change((row[0], row[1]), row[2], row[3]) for row in rows if self._is_new(*row))
        return self._fill_batch(new)

    def _choose_overlap(self, watermark: int) -> timedelta:
        """How far to look back: far now and then, until that was done when all before the watermark was visible."""
        now = time.time_ns() // 1000
        settled = self._looked_far_us > watermark + 2 * to_us(OVERLAP)  # twice: clocks differ
        if settled or 0 <= now - self._looked_far_us < to_us(FAR_LOOK):
            return SHORT_OVERLAP
        self._looked_far_us = now
        return OVERLAP

    def _fill_batch(self, changes: Iterator[Change]) -> list[Change]:
        """At most `batch_size`, and no more than have `row_limit` rows together, but at least one."""
        batch: list[Change] = []
        rows = 0
        for change in changes:
            rows += change.row_count
            self.more = len(batch) == self.batch_size or bool(batch and rows > self.row_limit)
            if self.more:
                break
            batch.append(change)
        return batch

    def _is_new(self, project_id: int, key: str, changed_us: int, row_count: int) -> bool:
        """Whether it was not seen in this state; a row that came late changes the number of rows alone."""
        seen = self._seen.get((project_id, key))
        return seen is None or changed_us != seen.changed_us or row_count > seen.row_count

    def _remember(self, changes: Sequence[Change], watermark: int) -> None:
        oldest = watermark - 2 * to_us(OVERLAP)
        self._seen = {key: change for key, change in self._seen.items() if change.changed_us >= oldest}
        self._seen.update({change.key: change for change in changes})

    def _move_watermark(self, store: Store, done_until_us: int) -> None:
        done_until = EPOCH + timedelta(microseconds=done_until_us)
        store.insert("watermarks", {"stage": [self.name], "done_until": [done_until]})


class Pace:
    """Has a stage rest after each batch, `rest_factor` times as long as the batch took; and for three seconds where it
    did little, as what always has a little to do would otherwise look for it each second."""

    def __init__(self, run_batch: Callable[[Store], int], rest_factor: int) -> None:
        self._run_batch = run_batch
        self._rest_factor = rest_factor
        self._free_at = 0.0

    def run(self, store: Store) -> int:
        """One batch, unless the stage still rests; the number of things done."""
        start = time.monotonic()
        if start < self._free_at:
            return 0
        count = self._run_batch(store)
        end = time.monotonic()
        least = LEAST_REST_SECONDS if count and end - start < SHORT_SECONDS else 0.0
        self._free_at = end + max(least, self._rest_factor * (end - start))
        return count


def do_all(stage: str, work: Callable[[Sequence[Key]], None], keys: Sequence[Key]) -> None:
    """Do a batch; where one thing in it cannot be done, do the others and say so. A failing database is raised."""
    try:
        work(keys)
    except Exception as error:
        if is_of_store(error) or isinstance(error, (OperationalError, InterfaceError)):
            raise
        if len(keys) == 1:
            logger.exception("Stage %s left out %r of project %d", stage, keys[0][1], keys[0][0])
            return
        for key in keys:
            do_all(stage, work, [key])


def is_of_store(error: Exception) -> bool:
    """Whether the store failed, so that the same would be done later; not where it refused what one thing holds."""
    if not isinstance(error, (ClickHouseError, StoreUnavailableError)) or is_about_content(error):
        return False
    return not (isinstance(error, Error) and error.code in PARAMETER_CODES)


def group_by_project(keys: Sequence[Key]) -> dict[int, list[str]]:
    """The ids of each project."""
    projects: dict[int, list[str]] = {}
    for project_id, key in keys:
        projects.setdefault(project_id, []).append(key)
    return projects


@contextmanager
def hold_lease(stage: str) -> Iterator[bool]:
    """Hold `stage` against all others, however long; gives whether it was free. A dead holder's lease runs out."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with KEEPER.keep(stage, holder) as is_ours:
        held = is_ours and take_lease(stage, holder)
        try:
            yield held
        finally:
            if held:
                StageLease.objects.filter(stage=stage, holder=holder).update(until=EPOCH)


def take_lease(stage: str, holder: str) -> bool:
    """Whether it was free, or left over by this very process."""
    with transaction.atomic():
        now = datetime.now(UTC)
        lease, _ = StageLease.objects.select_for_update().get_or_create(
            stage=stage, defaults={"holder": holder, "until": now}
        )
        is_free = lease.until <= now or lease.holder == holder
        if is_free:
            lease.holder, lease.until = holder, now + LEASE
            lease.save()
    return is_free


def end_leases() -> None:
    """End the leases of processes that died, where nobody else can be at work on this store."""
    StageLease.objects.update(until=EPOCH)
