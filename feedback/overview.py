"""The filters of the overview come in; what it tells, read from the store and Django's database, goes out. Its page and
REST show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from feedback.pages.cards import Period, read_periods
from feedback.pages.chart import STEPS_S, choose_step
from feedback.pages.filters import LEADER_WORDS, RANGES, Filters
from feedback.pages.machines import choose_leader, select_led
from feedback.pages.satisfaction_periods import Ways, read_ways
from feedback.satisfaction_fits import load_rates
from feedback.tunings import load_tuning
from tracing.filter_sql import Where, compile_filter
from tracing.kept_queries import prepare_kept, query_kept
from tracing.records.speed import SpeedPeriods, load_speed
from tracing.store import Store
from tracing.together import ask_together

FILTERS = ("range", "environment", "service_name", "model", "machine")
DEFAULT_RANGE = "7d"
SECOND_NS = 10**9
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Overview:
    """What happened in the time of `filters`, and in the one before it that is as long."""

    filters: Filters
    """As they were asked for, and of people alone where machines led some."""
    now_ns: int
    all_counts: Rows
    """Of `page_counts.sql`, machines' conversations as well."""
    counts: Rows
    """Those of who is counted."""
    signal_counts: Rows
    now: Period
    before: Period
    ways: Ways
    """How many were satisfied, seen in three ways."""
    speed: SpeedPeriods
    """Of all calls, machines' as well: hours do not know who led."""
    objective_ms: int | None
    """Within which the project wants its answers."""
    unheard: frozenset[str]
    """Kinds of signals that are off."""
    step_s: int
    """Of the slices that charts have."""


def read_filters(query: Mapping[str, str]) -> Filters:
    """Those of an address that the overview has; what led is left out where there is no such machine."""
    filters = Filters.from_query({name: query.get(name, "") for name in FILTERS}, range=DEFAULT_RANGE)
    return filters if filters.machine in LEADER_WORDS else replace(filters, machine="")


def load_overview(store: Store, project_id: int, asked: Filters, now_ns: int) -> Overview:
    length_ns = RANGES[asked.range]
    everybody = replace(asked, range="", machine="")
    bound = {"project_id": project_id, "since_ns": now_ns - 2 * length_ns, "current_ns": now_ns - length_ns}
    steps = {"step_ns": STEPS_S[asked.range][0] * SECOND_NS}
    sliced: dict[str, Any] = {**bound, **steps, "now_ns": now_ns, "moving": ("since_ns", "current_ns")}
    all_counts = query_kept(store, "feedback/sql/page_counts.sql", to_where(everybody, now_ns), **sliced)
    filters = choose_leader(asked, all_counts)
    counts = select_led(all_counts, filters.machine)
    where = to_where(replace(filters, range=""), now_ns)
    step_s = choose_step(asked.range, read_periods(counts, [])[0].conversations, length_ns // SECOND_NS)
    speed, signal_counts = ask_together(
        partial(load_speed, store, **bound, step_s=step_s, where=compile_filter(everybody.given, "hours", now_ns)),
        prepare_kept(store, "feedback/sql/page_signal_counts.sql", where, **sliced),
    )
    now, before = read_periods(counts, signal_counts)
    tuning = load_tuning(project_id)
    return Overview(
        filters=filters,
        now_ns=now_ns,
        all_counts=all_counts,
        counts=counts,
        signal_counts=signal_counts,
        now=now,
        before=before,
        ways=read_ways(counts, signal_counts, load_rates(project_id), step_s),
        speed=speed,
        objective_ms=tuning.slow_ms,
        unheard=tuning.off,
        step_s=step_s,
    )


def to_where(filters: Filters, now_ns: int) -> Where:
    return compile_filter(filters.given, "conversations", now_ns)
