"""Stored spans are read again: a request in Django's database comes in, derived rows as today's code makes them go out.

The traces of a request are listed in the store once, conversation by conversation, and worked off a batch at a time,
in the place of the stage `reading` and behind what comes in. A batch that was cut off is done again, which changes
nothing. Where the code or the prices change meanwhile, the request begins anew.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from tracing.conventions import CODE_VERSION
from tracing.derivation import READING, derive_traces, read_changed_traces
from tracing.ingest import is_busy
from tracing.models import Project, Reprocessing
from tracing.pricing import TABLES_PATH
from tracing.project_prices import load_project_prices
from tracing.stages import STAGES, STOPPING, Courtesy, do_all, hold_lease
from tracing.store import Store
from tracing.times import EPOCH, to_us

NAME = "reprocessing"
BATCH_TRACES = 250
BATCH_SPANS = 5_000
HURRIED = ("reading", "feedback", "signals")
"""Stages that new conversations wait for; others rest on purpose."""
LARGE_LAG_SECONDS = 10.0
"""A stage that is so far behind has enough to do without what reprocessing makes."""
PATIENCE_SECONDS = 10.0
"""Most that a batch is put off while others have much to do."""
TURN_SECONDS = 1.0
"""Shorter than that of stages: what has just come in is waited for."""
LATEST_NS = 2**63 - 1
OPEN = (Reprocessing.State.WAITING, Reprocessing.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which traces of a project: those that began from one day (UTC) to another, both included; None is no bound."""

    from_day: date | None = None
    to_day: date | None = None
    outdated: bool = False
    """Only those whose calls were read by another version of the code."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Traces that are read at once, and when their spans go."""

    trace_ids: tuple[str, ...]
    kept_until: datetime


COURTESY = Courtesy(PATIENCE_SECONDS)


def request_reprocessing(project: Project, scope: Scope) -> Reprocessing:
    """Ask for it; the request. One of the same scope that is not done yet goes on."""
    same = Reprocessing.objects.filter(project=project, state__in=OPEN, **asdict(scope)).order_by("pk").first()
    return same or Reprocessing.objects.create(project=project, **asdict(scope))


def stop_reprocessing(project: Project) -> int:
    """Give up what is not done yet; the number of requests. Traces that were read stay as they are."""
    return Reprocessing.objects.filter(project=project, state__in=OPEN).update(
        state=Reprocessing.State.STOPPED, ended_at=timezone.now()
    )


def find_open() -> Reprocessing | None:
    """The oldest request that is not done."""
    return Reprocessing.objects.filter(state__in=OPEN).order_by("pk").first()


def measure_lag() -> float:
    """Seconds since the oldest request that is not done was made; 0 where none waits."""
    request = find_open()
    return max(0.0, (timezone.now() - request.created_at).total_seconds()) if request else 0.0


def reprocess_for_a_while(store: Store) -> None:
    """One batch after the other until nothing waits, or until it is the turn of stages; what came in goes first."""
    until = time.monotonic() + TURN_SECONDS
    while reprocess_next(store) and time.monotonic() < until:
        read_changed_traces(store)


def reprocess_next(store: Store) -> int:
    """One batch of the oldest request; the number of traces read."""
    request = find_open()
    if request is None or STOPPING.is_set() or COURTESY.gives_way(others_are_busy=is_busy() or is_behind(store)):
        return 0
    with hold_lease(NAME) as is_free:
        if not is_free:
            return 0
        prepare(store, request)
        with READING.hold() as held:
            return read_batch(store, request) if held else 0


def is_behind(store: Store) -> bool:
    """Whether a stage in a hurry has much to do: with what came in, or with what reprocessing has made."""
    stages = (STAGES[name] for name in HURRIED if name in STAGES)
    return any(stage.measure_lag(store) > LARGE_LAG_SECONDS for stage in stages)


def prepare(store: Store, request: Reprocessing) -> None:
    """List the traces, where that is not done yet or was done for another basis."""
    basis = describe_basis(request.project_id)
    if request.basis == basis:
        return
    version = time.time_ns() // 1000
    store.change("tracing/sql/forget_reprocessing_traces.sql", project_id=request.project_id)
    store.change(
        "tracing/sql/list_reprocessing_traces.sql",
        project_id=request.project_id,
        version=version,
        code_version=CODE_VERSION,
        since_ns=to_ns(request.from_day) if request.from_day else 0,
        until_ns=to_ns(request.to_day + timedelta(days=1)) if request.to_day else LATEST_NS,
        outdated=int(request.outdated),
    )
    [counted] = store.query("tracing/sql/reprocessing_total.sql", project_id=request.project_id, version=version)
    request.basis, request.version, request.total, request.done = basis, version, counted["traces"], 0
    request.state, request.began_at = Reprocessing.State.RUNNING, timezone.now()
    save(request)


def describe_basis(project_id: int) -> str:
    """A digest of what derived rows follow from besides the spans."""
    told = repr((CODE_VERSION, digest_tables(), load_project_prices(project_id)))
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def digest_tables() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(TABLES_PATH.glob("*.toml")))).hexdigest()


def to_ns(day: date) -> int:
    return to_us(datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) * 1000


def save(request: Reprocessing) -> None:
    """Write what was done, unless somebody stopped it meanwhile."""
    names = ("basis", "version", "total", "done", "state", "began_at", "ended_at")
    Reprocessing.objects.filter(pk=request.pk, state__in=OPEN).update(
        **{name: getattr(request, name) for name in names}
    )


def read_batch(store: Store, request: Reprocessing) -> int:
    """Read the next traces of a request; their number. A list that is gone before its end is made again.

    What is read from spans goes when they do: reading it again does not keep it any longer.
    """
    batch = load_batch(store, request)
    kept = store.keep_until(batch.kept_until)
    do_all(NAME, lambda keys: derive_traces(kept, keys), [(request.project_id, each) for each in batch.trace_ids])
    request.done += len(batch.trace_ids)
    if request.done == request.total:
        request.state, request.ended_at = Reprocessing.State.DONE, timezone.now()
        store.change("tracing/sql/forget_reprocessing_traces.sql", project_id=request.project_id)
    elif not batch.trace_ids:
        request.basis = ""
    save(request)
    return len(batch.trace_ids)


def load_batch(store: Store, request: Reprocessing) -> Batch:
    """At most `BATCH_TRACES`, no more than have `BATCH_SPANS` spans together, but at least one, of one day of going."""
    rows = store.query(
        "tracing/sql/reprocessing_traces.sql",
        project_id=request.project_id,
        version=request.version,
        done=request.done,
        limit=BATCH_TRACES,
    )
    spans, chosen = 0, list[Mapping[str, Any]]()
    for row in rows:
        spans += row["span_count"]
        if chosen and (spans > BATCH_SPANS or find_day(row) != find_day(chosen[0])):
            break
        chosen.append(row)
    kept_until = max((row["kept_until_s"] for row in chosen), default=0)
    return Batch(tuple(row["trace_id"] for row in chosen), datetime.fromtimestamp(kept_until, UTC))


def find_day(row: Mapping[str, Any]) -> int:
    return int(row["kept_until_s"]) // 86_400


def count_waiting() -> Sequence[tuple[str, int]]:
    """How many traces are still to be read again, by the state of what asked for it; projects are not told apart."""
    running = Reprocessing.State.RUNNING
    left = Reprocessing.objects.filter(state=running).aggregate(left=Sum(F("total") - F("done")))["left"]
    return [(running.value, left or 0)]


def count_outdated(store: Store) -> int:
    """Model calls that another version of the code has read."""
    return int(store.query("tracing/sql/outdated_calls.sql", code_version=CODE_VERSION)[0]["calls"])
