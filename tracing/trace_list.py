"""A filter and a place in the list of traces come in, a page of what a list shows of each goes out, latest first.

Spans are stored by trace and not by time, so a page is found among the latest spans alone: as many as are needed, and
first those of an hour, as what the engine took in long before is not read then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tracing.filter_language import Filter
from tracing.filter_sql import Where, compile_filter, find_bounds
from tracing.page_filling import FilledPage, Sieve, fill_page
from tracing.paging import Place
from tracing.store import Store

SPANS_A_TRACE = 100
"""So many spans are looked at for each trace of the page at first, and ten times as many where that was too few."""
HOUR_NS = 3600 * 10**9
WINDOWS_NS = (HOUR_NS, 24 * HOUR_NS, 30 * 24 * HOUR_NS)
"""Only spans of so long are looked at first; where that was too few, all."""
MOST_LOOKS = 2_000
"""After so many traces, of which a filter leaves some, a page ends, full or not, and the next one goes on."""


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """A trace as a list shows it."""

    trace_id: str
    name: str
    service_name: str
    start_time_ns: int
    duration_ns: int
    span_count: int
    error_count: int

    @property
    def place(self) -> Place:
        return Place(self.start_time_ns, self.trace_id)


def find_traces(
    store: Store, project_id: int, given: Filter, place: Place, limit: int, now_ns: int
) -> FilledPage[TraceSummary]:
    """At most `limit` traces that match and began before `place`, latest first. Raises FilterError."""
    where = compile_filter(given, "traces", now_ns)
    since_ns, until_ns = find_bounds(given, now_ns)

    def look(place: Place, size: int) -> list[TraceSummary]:
        return [each for each in list_traces(store, project_id, place, size, now_ns) if each.start_time_ns >= since_ns]

    def keep(traces: list[TraceSummary]) -> list[TraceSummary]:
        ids = [each.trace_id for each in traces]
        return summarise_traces(store, project_id, ids, -1, where) if given.conditions else traces

    sieve = Sieve(look, keep, lambda trace: trace.place, first_look=1, most_looks=MOST_LOOKS)
    return fill_page(sieve, Place(until_ns) if until_ns < place.time_ns else place, limit)


def list_traces(store: Store, project_id: int, place: Place, limit: int, now_ns: int) -> list[TraceSummary]:
    """At most `limit` traces that began before `place`, latest first."""
    span_limit = SPANS_A_TRACE * limit
    afters = [*(min(place.time_ns, now_ns) - window for window in WINDOWS_NS), -1]
    while True:
        [found] = store.query(
            "tracing/sql/latest_trace_ids.sql",
            project_id=project_id,
            after_ns=afters[0],
            before_ns=place.time_ns,
            before_id=place.id,
            span_limit=span_limit,
            limit=limit,
        )
        is_whole = found["span_count"] < span_limit
        reach_ns = afters[0] if is_whole else found["reach_ns"]
        traces = summarise_traces(store, project_id, found["trace_ids"], reach_ns)
        if len(traces) == limit or (is_whole and len(afters) == 1):
            return traces
        if is_whole:
            del afters[0]
        else:
            span_limit *= 10


def summarise_traces(
    store: Store, project_id: int, trace_ids: Sequence[str], reach_ns: int, where: Where | None = None
) -> list[TraceSummary]:
    """Those of these traces that began after `reach_ns`: before it there may be others that were not looked at."""
    rows = store.query("tracing/sql/trace_summaries.sql", where, project_id=project_id, trace_ids=trace_ids)
    return [TraceSummary(**row) for row in rows if row["start_time_ns"] > reach_ns]


def find_traces_by_id(
    store: Store, project_id: int, beginning: str, given: Filter, limit: int, now_ns: int
) -> FilledPage[TraceSummary]:
    """At most `limit` traces that match and whose ids begin so, latest first; what more there is nobody pages through.

    Raises FilterError.
    """
    where = compile_filter(given, "traces", now_ns)
    rows = store.query("tracing/sql/trace_ids_beginning.sql", project_id=project_id, beginning=beginning, limit=limit)
    return FilledPage(summarise_traces(store, project_id, [row["trace_id"] for row in rows], -1, where), None)


def find_neighbour(
    store: Store, project_id: int, trace_id: str, given: Filter, now_ns: int, *, is_newer: bool
) -> str | None:
    """The id of the trace that stands before (`is_newer`) or after this one in the list of those that match; None where
    none does. Raises FilterError."""
    here = summarise_traces(store, project_id, [trace_id], -1)
    if not here:
        return None
    if not is_newer:
        page = find_traces(store, project_id, given, here[0].place, 1, now_ns)
        return page.rows[0].trace_id if page.rows else None
    return find_newer(store, project_id, here[0], compile_filter(given, "traces", now_ns))


def find_newer(store: Store, project_id: int, here: TraceSummary, where: Where) -> str | None:
    """Looks through more and more of what began after it, `MOST_LOOKS` traces at most."""
    limit = 10
    while True:
        bound = {"project_id": project_id, "after_ns": here.start_time_ns, "after_id": here.trace_id, "limit": limit}
        ids = [row["trace_id"] for row in store.query("tracing/sql/newer_trace_ids.sql", **bound)]
        found = [each for each in summarise_traces(store, project_id, ids, -1, where) if is_before(each, here)]
        if found:
            return max(found, key=order_of).trace_id
        if len(ids) < limit or limit >= MOST_LOOKS:
            return None
        limit *= 10


def is_before(one: TraceSummary, other: TraceSummary) -> bool:
    """Whether it stands before the other in the list."""
    return order_of(one) < order_of(other)


def order_of(trace: TraceSummary) -> tuple[int, str]:
    return -trace.start_time_ns, trace.trace_id
