"""Spans and log records as they were received, whoever sent them: what convention readers read.

`Span` is what one row of `otel_traces` means and `LogRecord` one of `otel_logs`, with values in their own types again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

AttributeValue: TypeAlias = "str | bool | int | float | list[AttributeValue] | dict[str, AttributeValue] | None"


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """A named moment inside a span; `time_ns` is nanoseconds since the epoch."""

    name: str
    time_ns: int
    attributes: Mapping[str, AttributeValue]
    body: AttributeValue = None
    """What it says where it came as a log record; an event that came with its span has none."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """An event with the span that it names; without a trace, or without a span in it, the ids are empty."""

    project_id: int
    trace_id: str
    span_id: str
    event: SpanEvent


@dataclass(frozen=True, slots=True)
class SpanLink:
    trace_id: str
    span_id: str
    attributes: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class Span:
    """One OpenTelemetry span. Ids are lower-case hex, times nanoseconds since the epoch (UTC)."""

    project_id: int
    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    """`Internal`, `Server`, `Client`, `Producer`, `Consumer` or `Unspecified`."""
    start_time_ns: int
    duration_ns: int
    status_code: str
    """`Unset`, `Ok` or `Error`."""
    status_message: str = ""
    service_name: str = ""
    scope_name: str = ""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    resource_attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    links: tuple[SpanLink, ...] = ()

    @property
    def end_time_ns(self) -> int:
        return self.start_time_ns + self.duration_ns


def join_logs(spans: Iterable[Span], logs: Sequence[LogRecord]) -> list[Span]:
    """The spans, each with the log records that name it among its events, by time."""
    events: dict[tuple[str, str], list[SpanEvent]] = {}
    for log in logs:
        events.setdefault((log.trace_id, log.span_id), []).append(log.event)
    return [add_events(span, events.get((span.trace_id, span.span_id), ())) for span in spans]


def add_events(span: Span, events: Sequence[SpanEvent]) -> Span:
    if not events:
        return span
    return replace(span, events=tuple(sorted((*span.events, *events), key=lambda event: event.time_ns)))


class Trace:
    """The spans of one trace, by id and by parent. A span whose parent is unknown counts as a root."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans, key=lambda span: (span.start_time_ns, span.span_id))
        self.spans: tuple[Span, ...] = tuple(ordered)
        self.by_id: dict[str, Span] = {span.span_id: span for span in ordered}
        self._children: dict[str, list[Span]] = {}
        for span in ordered:
            parent = span.parent_span_id if span.parent_span_id in self.by_id else ""
            self._children.setdefault(parent, []).append(span)

    @cached_property
    def attribute_names(self) -> frozenset[str]:
        """Every name of an attribute that any span has: what is not among them need not be looked for."""
        return frozenset().union(*(span.attributes for span in self.spans))

    @property
    def roots(self) -> list[Span]:
        return self._children.get("", [])

    def children(self, span: Span) -> list[Span]:
        return self._children.get(span.span_id, [])

    def parent(self, span: Span) -> Span | None:
        return self.by_id.get(span.parent_span_id) if span.parent_span_id else None

    def ancestors(self, span: Span) -> list[Span]:
        """From the parent up to the root; ends at a cycle."""
        found: list[Span] = []
        seen = {span.span_id}
        parent = self.parent(span)
        while parent is not None and parent.span_id not in seen:
            found.append(parent)
            seen.add(parent.span_id)
            parent = self.parent(parent)
        return found
