"""Ended spans in, batches for the thread that sends them out; bounded in number and in bytes.

Who puts a span in never waits for who takes it out. The lock may be taken again by the thread that holds it, as a
garbage collection may end a span at any moment.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable
from sys import getsizeof
from typing import Any, Final, NamedTuple

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags

BATCH_SPANS: Final = 512
"""So many waiting spans leave at once, and no more than so many in one request."""
_SPAN_BYTES: Final = 500
"""What a span takes besides the values of its attributes (measured)."""


class SizedSpan(NamedTuple):
    """A span, and about how many bytes of memory it takes."""

    span: ReadableSpan
    size: int


PackedSpan = tuple[Any, ...]
"""All that a span tells, or the span itself, and its size last."""


def pack_span(span: ReadableSpan) -> PackedSpan:
    """The span as one tuple over plain values.

    Thousands may wait. As the objects that OpenTelemetry makes of them they take three times the memory, and so many
    new objects make the interpreter search all of the app's for garbage, which holds it for tens of milliseconds.
    """
    carried: Any = span.attributes
    attributes = carried.copy() if carried else {}
    size = _SPAN_BYTES + measure_values(attributes.values())
    events, links = span.events, span.links
    if events or links:
        size += sum(map(measure_annotation, (*events, *links)))
    if span.dropped_attributes or span.dropped_events or span.dropped_links:
        return span, size  # how many were dropped is known to OpenTelemetry's containers alone
    context, parent = span.context, span.parent
    return (
        context.trace_id,
        context.span_id,
        int(context.trace_flags),
        context.trace_state,
        None if parent is None else parent.span_id,
        parent is not None and parent.is_remote,
        span.name,
        span.resource,
        attributes,
        events,
        links,
        span.kind,
        span.status,
        span.start_time,
        span.end_time,
        span.instrumentation_scope,
        size,
    )


def unpack_span(packed: PackedSpan) -> SizedSpan:
    if len(packed) == 2:
        return SizedSpan(*packed)
    trace_id, span_id, flags, state, parent_id, parent_is_remote, name, resource, attributes, events, links = packed[
        :11
    ]
    kind, status, start_time, end_time, scope, size = packed[11:]
    trace_flags = TraceFlags(flags)
    parent = None if parent_id is None else SpanContext(trace_id, parent_id, parent_is_remote, trace_flags)
    context = SpanContext(trace_id, span_id, is_remote=False, trace_flags=trace_flags, trace_state=state)
    return SizedSpan(
        ReadableSpan(
            name,
            context,
            parent,
            resource,
            attributes,
            events,
            links,
            kind,
            None,
            status,
            start_time,
            end_time,
            scope,
        ),
        size,
    )


def measure_annotation(event_or_link: Any) -> int:
    carried = event_or_link.attributes
    return _SPAN_BYTES + measure_values(carried.values() if carried else ())


def measure_values(values: Iterable[object]) -> int:
    """Bytes that values of attributes take in memory."""
    size = 0
    for value in values:
        size += getsizeof(value)
        if type(value) not in _PLAIN_TYPES and isinstance(value, (tuple, list, dict)):
            size += measure_values(value.values() if isinstance(value, dict) else value)
    return size


_PLAIN_TYPES: Final = frozenset({str, int, float, bool})


class SpanQueue:
    """Spans that wait to leave. Each is put in once, taken out once, and settled when nothing more is done for it."""

    def __init__(self, max_spans: int, max_bytes: int) -> None:
        self._max_spans = max_spans
        self._max_bytes = max_bytes
        self._spans: deque[PackedSpan] = deque()
        self._bytes = 0
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._wanted = 0
        self._flush_count = 0
        self._deadline: float | None = None
        self._closed = False
        self._abandoned = False
        self.put_count = 0
        self.settled_count = 0
        self.overflow_count = 0

    @property
    def ending(self) -> bool:
        """Whether the app ends."""
        return self._deadline is not None

    @property
    def urgent(self) -> bool:
        """Whether the app ends, or soon there is no more room."""
        return self.ending or 2 * self._bytes > self._max_bytes or 2 * len(self._spans) > self._max_spans

    def is_over(self) -> bool:
        """Nothing waits to be taken, and nothing will."""
        return self._closed and not self._spans

    def count_waiting(self) -> int:
        """Spans that are not settled."""
        return self.put_count - self.settled_count

    def put(self, span: ReadableSpan) -> None:
        """Lets a span wait; without room it is dropped and counted."""
        packed = pack_span(span)
        size = packed[-1]
        with self.lock:
            if self._closed or len(self._spans) >= self._max_spans or self._bytes + size > self._max_bytes:
                self.overflow_count += 1
                return
            self._spans.append(packed)
            self._bytes += size
            self.put_count += 1
            if len(self._spans) == BATCH_SPANS:
                self._changed.notify_all()

    def take(self, timeout_seconds: float) -> list[PackedSpan]:
        """The oldest spans: as soon as a batch is there or somebody wants them, else what is there after a while."""
        with self.lock:
            self._changed.wait_for(self._is_due, timeout_seconds)
            batch = [self._spans.popleft() for _ in range(min(BATCH_SPANS, len(self._spans)))]
            self._bytes -= sum(packed[-1] for packed in batch)
            return batch

    def settle(self, count: int) -> None:
        """So many spans that were taken have left, or never will."""
        with self.lock:
            self.settled_count += count
            self._changed.notify_all()

    def rest(self, seconds: float, *, until_wanted: bool) -> bool:
        """Waits before another attempt; False where none is worth it, because the app ends before.

        With `until_wanted`, somebody who flushes, or the end of the app, ends the wait.
        """
        ends = time.monotonic() + seconds
        with self.lock:
            if self._deadline is not None and (until_wanted or ends > self._deadline):
                return False
            flush_count = self._flush_count
            while (left := ends - time.monotonic()) > 0:
                if self._deadline is not None and (until_wanted or ends > self._deadline):
                    return until_wanted
                if until_wanted and self._flush_count != flush_count:
                    return True
                self._changed.wait(left)
            return True

    def flush(self, timeout_seconds: float) -> bool:
        """Has all that waits taken out now, and waits until it is settled; False where that takes longer."""
        with self.lock:
            self._wanted = target = self.put_count
            self._flush_count += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._abandoned or self.settled_count >= target, timeout_seconds)
            return self.settled_count >= target

    def hurry(self, seconds: float) -> None:
        """The app ends after so many seconds."""
        with self.lock:
            self._deadline = time.monotonic() + seconds
            self._changed.notify_all()

    def close(self) -> None:
        """Takes no more."""
        with self.lock:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """Nobody will take spans any more."""
        with self.lock:
            self._abandoned = True
            self._changed.notify_all()

    def count_seconds_left(self, most: float) -> float:
        """Time until the app wants to end, at most `most` seconds."""
        return most if self._deadline is None else max(0.0, min(most, self._deadline - time.monotonic()))

    def _is_due(self) -> bool:
        taken = self.put_count - len(self._spans)
        return self._closed or len(self._spans) >= BATCH_SPANS or taken < self._wanted
