"""Calls that a provider's own client tells again in a trace of its own: traces that were read come in, they go out
without the calls that give way, and the ids of stored traces whose calls have to.

Anthropic's client writes the span of a stream as the root of a trace where no span of the app is around it; beside it
stands the instrumentation's, in another trace, with the same answer at the same time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracing.conventions import ReadTrace, anthropic_client
from tracing.generations import Generation
from tracing.store import Store

PROVIDER = "anthropic"
LONGEST_NS = 3600 * 10**9
"""How long before another a call of the same answer may have begun, at most."""


@dataclass(frozen=True, slots=True)
class Telling:
    """That a span tells of a provider's answer, and when."""

    trace_id: str
    span_id: str
    response_id: str
    start_time_ns: int
    end_time_ns: int
    by_client: bool
    """Whether the client itself tells it, in a trace of its own."""

    def repeats(self, other: "Telling") -> bool:
        """Whether this one gives way to the other."""
        return (
            self.by_client
            and not other.by_client
            and self.trace_id != other.trace_id
            and self.response_id == other.response_id
            and self.start_time_ns <= other.end_time_ns
            and other.start_time_ns <= self.end_time_ns
        )


@dataclass(frozen=True, slots=True)
class Parted:
    """Traces without the calls that others tell, and stored traces that have such calls, to be read as well."""

    traces: list[ReadTrace]
    lost: frozenset[str]


def drop_repeated(store: Store, project_id: int, trace_ids: Sequence[str], traces: Sequence[ReadTrace]) -> Parted:
    """The traces as they count, together with what is stored of the same answers in others than `trace_ids`."""
    told = [describe_call(call) for read in traces for call in read.generations if may_be_repeated(call)]
    if not told:
        return Parted(list(traces), frozenset())
    were_read = set(trace_ids)
    stored = [each for each in load_tellings(store, project_id, told) if each.trace_id not in were_read]
    repeated = {each.span_id for each in told if any(map(each.repeats, (*told, *stored)))}
    lost = frozenset(each.trace_id for each in stored if any(map(each.repeats, told)))
    return Parted([leave_out(read, repeated) for read in traces], lost)


def may_be_repeated(call: Generation) -> bool:
    """Whether it is a stream of an answer with an id by the provider whose client tells such again."""
    return call.streamed and call.provider == PROVIDER and bool(call.response_id)


def describe_call(call: Generation) -> Telling:
    return Telling(
        call.trace_id,
        call.span_id,
        call.response_id,
        call.start_time_ns,
        call.start_time_ns + call.duration_ns,
        is_clients_own(call.convention, call.parent_span_id),
    )


def is_clients_own(convention: str, parent_span_id: str) -> bool:
    return convention == anthropic_client.NAME and not parent_span_id


def load_tellings(store: Store, project_id: int, told: Iterable[Telling]) -> list[Telling]:
    """What is stored of the same answers."""
    told = list(told)
    rows = store.query(
        "tracing/sql/calls_of_answers.sql",
        project_id=project_id,
        response_ids=sorted({each.response_id for each in told}),
        from_ns=min(each.start_time_ns for each in told) - LONGEST_NS,
        until_ns=max(each.end_time_ns for each in told),
    )
    return [
        Telling(
            row["trace_id"],
            row["span_id"],
            row["response_id"],
            row["start_time_ns"],
            row["start_time_ns"] + row["duration_ns"],
            is_clients_own(row["convention"], row["parent_span_id"]),
        )
        for row in rows
    ]


def leave_out(read: ReadTrace, span_ids: set[str]) -> ReadTrace:
    kept = tuple(call for call in read.generations if call.span_id not in span_ids)
    return read if len(kept) == len(read.generations) else replace(read, generations=kept)
