"""Traces and what their model calls say come in, rows of a list go out, their durations on one scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.pages.observations import State
from tracing.trace_calls import TraceCalls
from tracing.trace_list import TraceSummary

NARROWEST = 1.5
"""Percent of the width that the shortest bar takes."""
ENDINGS: Mapping[str, tuple[State, str]] = {
    "error": ("bad", "failed"),
    "stopped": ("unsure", "stopped"),
    "truncated": ("unsure", "cut off"),
}
"""How an answer ended, the worst first; one that is complete is not told."""


@dataclass(frozen=True, slots=True)
class Ending:
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A trace as the list shows it; `calls` is None where it holds no call of a model."""

    trace: TraceSummary
    calls: TraceCalls | None
    width: float
    """Of its bar, in percent of the longest."""

    @property
    def ending(self) -> Ending | None:
        return find_ending(self.trace, self.calls)


def find_ending(trace: TraceSummary, calls: TraceCalls | None) -> Ending | None:
    """The worst that a call ended with; a span that failed, where all calls went well."""
    outcomes = calls.outcomes if calls else ()
    found = next((Ending(*told) for outcome, told in ENDINGS.items() if outcome in outcomes), None)
    if found is None and trace.error_count:
        return Ending("unsure", "a span failed" if trace.error_count == 1 else f"{trace.error_count:,} spans failed")
    return found


def list_rows(traces: Sequence[TraceSummary], calls: Mapping[str, TraceCalls]) -> list[TraceRow]:
    """`calls` by trace."""
    longest = max([1, *(trace.duration_ns for trace in traces)])
    return [
        TraceRow(trace, calls.get(trace.trace_id), round(measure_bar(trace.duration_ns, longest), 2))
        for trace in traces
    ]


def measure_bar(duration_ns: int, longest_ns: int) -> float:
    return min(max(100 * duration_ns / longest_ns, NARROWEST), 100)
