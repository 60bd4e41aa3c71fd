"""The spans of a turn come in; rows with depth, place on a common scale and attributes go out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracing.spans import Span, SpanEvent, Trace

MAX_ROWS = 300
MAX_EVENTS = 100
LONGEST_VALUE = 20_000
EXCEPTION_WORDS = ("exception.type", "exception.message")


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened during a span, with what it says in words and the rest by name."""

    name: str
    words: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One bar; `left` and `width` in percent of the whole."""

    span: Span
    depth: int
    left: float
    width: float
    is_generation: bool
    attributes: tuple[tuple[str, str], ...]
    events: tuple[EventRow, ...]

    @property
    def failed(self) -> bool:
        return self.span.status_code == "Error"


@dataclass(frozen=True, slots=True)
class Waterfall:
    rows: tuple[SpanRow, ...]
    total: int
    duration_ns: int


def draw_waterfall(spans: Sequence[Span], generation_span_ids: frozenset[str]) -> Waterfall:
    """Return the first `MAX_ROWS` spans, parents before children; `generation_span_ids` are model calls."""
    trace = Trace(spans)
    if not trace.spans:
        return Waterfall((), 0, 0)
    start = min(span.start_time_ns for span in trace.spans)
    duration = max(span.end_time_ns for span in trace.spans) - start
    rows = [
        place_span(span, depth, start, duration, span.span_id in generation_span_ids)
        for span, depth in list(walk_spans(trace))[:MAX_ROWS]
    ]
    return Waterfall(tuple(rows), len(trace.spans), duration)


def walk_spans(trace: Trace) -> Iterator[tuple[Span, int]]:
    """Give every span once with its depth; spans whose parents form a circle come last."""
    seen: set[str] = set()
    waiting = [(span, 0) for span in reversed(trace.roots)]
    for span, depth in _descend(trace, waiting, seen):
        yield span, depth
    for span in trace.spans:
        if span.span_id not in seen:
            yield from _descend(trace, [(span, 0)], seen)


def _descend(trace: Trace, waiting: list[tuple[Span, int]], seen: set[str]) -> Iterator[tuple[Span, int]]:
    while waiting:
        span, depth = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        yield span, depth
        waiting.extend((child, depth + 1) for child in reversed(trace.children(span)))


def place_span(span: Span, depth: int, start_ns: int, duration_ns: int, is_generation: bool) -> SpanRow:
    whole = max(duration_ns, 1)
    width = max(100 * span.duration_ns / whole, 0.8)
    return SpanRow(
        span=span,
        depth=min(depth, 8),
        left=round(min(100 * (span.start_time_ns - start_ns) / whole, 100 - min(width, 100)), 3),
        width=round(min(width, 100), 3),
        is_generation=is_generation,
        attributes=write_values(span.attributes),
        events=tuple(describe_event(event) for event in span.events[:MAX_EVENTS]),
    )


def describe_event(event: SpanEvent) -> EventRow:
    """Return an event as it is shown: the body of a log record, or the type and message of an exception, as words."""
    exception = [event.attributes[name] for name in EXCEPTION_WORDS if event.attributes.get(name)]
    said = exception if event.body is None else [*exception, event.body]
    rest = {name: value for name, value in event.attributes.items() if name not in EXCEPTION_WORDS}
    return EventRow(event.name, ": ".join(write_value(value) for value in said), write_values(rest))


def write_values(attributes: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, write_value(value)) for name, value in sorted(attributes.items()))


def write_value(value: object) -> str:
    """Return an attribute's value as text: strings as they are, the rest as JSON, long ones cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text):,} characters)"
