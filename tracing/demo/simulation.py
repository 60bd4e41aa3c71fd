"""Simulated time and identity for spans: what the SDK records at once becomes what a week would have
recorded. A clock that only moves when told, ids that follow from a name, and a span processor that
keeps each finished span with its simulated times until the conversation knows its place in the week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.util.types import AttributeValue
from tacit import attributes

NS = 1_000_000_000


class SimulatedClock:
    """Nanoseconds since the conversation began; nothing sleeps."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.first_chunk_ns = 0

    def reset(self) -> None:
        self.now_ns = 0

    def advance(self, seconds: float) -> None:
        self.now_ns += max(int(seconds * NS), 1)

    def mark_first_chunk(self) -> None:
        self.first_chunk_ns = self.now_ns


class NamedIds(IdGenerator):
    """The same name gives the same ids in the same order, so that sending again adds nothing."""

    def __init__(self) -> None:
        self.name_next("")

    def name_next(self, name: str) -> None:
        self._name, self._count = name, 0

    def generate_trace_id(self) -> int:
        return self._draw_bits(128)

    def generate_span_id(self) -> int:
        return self._draw_bits(64)

    def _draw_bits(self, bits: int) -> int:
        self._count += 1
        return int.from_bytes(sha256(f"{self._name}#{self._count}".encode()).digest()[: bits // 8])


@dataclass(frozen=True, slots=True)
class RecordedSpan:
    """A finished span with its times on the simulated clock."""

    span: ReadableSpan
    start_ns: int
    end_ns: int
    first_chunk_ns: int


class SpanRecorder(SpanProcessor):
    """Notes when each span began and ended by the simulated clock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._starts: dict[int, int] = {}
        self._finished: list[RecordedSpan] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        self._starts[find_span_id(span)] = self._clock.now_ns

    def on_end(self, span: ReadableSpan) -> None:
        start_ns = self._starts.pop(find_span_id(span))
        clock = self._clock
        self._finished.append(RecordedSpan(span, start_ns, clock.now_ns, clock.first_chunk_ns))

    def take_spans(self, offset_ns: int, resource: Resource) -> list[ReadableSpan]:
        """Everything finished since the last call; `offset_ns` is the clock's zero in Unix time."""
        recorded, self._finished = self._finished, []
        return [shift_span(each, offset_ns, resource) for each in recorded]


def find_span_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    return context.span_id if context else 0


def shift_span(recorded: RecordedSpan, offset_ns: int, resource: Resource) -> ReadableSpan:
    """The same span as if it had been recorded then; its events (exceptions) happened at its end."""
    span = recorded.span
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=resource,
        attributes=find_attributes(recorded),
        events=shift_events(span.events, offset_ns + recorded.end_ns),
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=offset_ns + recorded.start_ns,
        end_time=offset_ns + recorded.end_ns,
        instrumentation_scope=span.instrumentation_scope,
    )


def find_attributes(recorded: RecordedSpan) -> dict[str, AttributeValue]:
    found = dict(recorded.span.attributes or {})
    if attributes.TIME_TO_FIRST_CHUNK in found:
        found[attributes.TIME_TO_FIRST_CHUNK] = (recorded.first_chunk_ns - recorded.start_ns) / NS
    return found


def shift_events(events: Sequence[Event], time_ns: int) -> list[Event]:
    return [Event(event.name, event.attributes, timestamp=time_ns) for event in events]
