"""Ended spans in, those that leave out: a share of the conversations, whole, and all in which something happened.

A conversation is drawn by its id, so that every process that knows the id draws alike; a trace of no conversation is
drawn by its own id. What was not drawn waits for a while: an error, a stopped stream or feedback calls it back.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from tacit import attributes
from tacit.span_queue import SizedSpan

MAX_BYTES: Final = 16 * 1024 * 1024
"""Memory for traces that are not over, and for those that were not drawn and may be called back."""
_REMEMBERED: Final = 10_000
_CONVERSATION_KEYS: Final = (attributes.CONVERSATION_ID, "session.id")
_NOTABLE_OUTCOMES: Final = frozenset({"error", "stopped"})


class ConversationSampler:
    """Draws conversations at a rate; used by one thread."""

    def __init__(self, rate: float, max_bytes: int = MAX_BYTES) -> None:
        self._rate = rate
        self._max_bytes = max_bytes
        self._bytes = 0
        self._open: OrderedDict[int, list[SizedSpan]] = OrderedDict()
        self._waiting: OrderedDict[str, list[SizedSpan]] = OrderedDict()
        self._keys_of_traces: OrderedDict[int, str] = OrderedDict()
        self._notable_keys: OrderedDict[str, None] = OrderedDict()
        self.left_out_count = 0

    def add(self, sized: SizedSpan) -> list[SizedSpan]:
        """What may leave now that this span has ended."""
        span = sized.span
        if span.name == attributes.FEEDBACK_SPAN_NAME:
            return [*self._call_back(self._find_targets(span)), *mark([sized], 1.0)]
        trace_id = span.context.trace_id
        key = self._keys_of_traces.get(trace_id)
        if key is not None:
            return [*self._draw(key, [sized]), *self._make_room()]
        self._open.setdefault(trace_id, []).append(sized)
        self._bytes += sized.size
        return [*(self._decide(trace_id) if is_local_root(span) else ()), *self._make_room()]

    def close(self) -> list[SizedSpan]:
        """What leaves of the traces that are not over, as the app ends."""
        leaving = [sized for trace_id in list(self._open) for sized in self._decide(trace_id)]
        self.left_out_count += sum(map(len, self._waiting.values()))
        self._waiting.clear()
        return leaving

    def _decide(self, trace_id: int) -> list[SizedSpan]:
        spans = self._open.pop(trace_id)
        self._bytes -= sum(sized.size for sized in spans)
        key = find_key(spans)
        self._keys_of_traces[trace_id] = key
        forget_oldest(self._keys_of_traces)
        return self._draw(key, spans)

    def _draw(self, key: str, spans: list[SizedSpan]) -> list[SizedSpan]:
        if any(is_notable(sized.span) for sized in spans):
            return [*self._call_back([key]), *mark(spans, 1.0)]
        if key in self._notable_keys:
            return mark(spans, 1.0)
        if draw_number(key) < self._rate:
            return mark(spans, self._rate)
        self._waiting.setdefault(key, []).extend(spans)
        self._waiting.move_to_end(key)
        self._bytes += sum(sized.size for sized in spans)
        return []

    def _call_back(self, keys: Iterable[str]) -> list[SizedSpan]:
        """What waits of these conversations; from now on they are kept."""
        leaving: list[SizedSpan] = []
        for key in keys:
            self._notable_keys[key] = None
            forget_oldest(self._notable_keys)
            leaving += self._waiting.pop(key, [])
        self._bytes -= sum(sized.size for sized in leaving)
        return mark(leaving, 1.0)

    def _find_targets(self, feedback: ReadableSpan) -> list[str]:
        """The conversations that feedback is about, by any of its targets."""
        told = feedback.attributes or {}
        targets = [str(told[key]) for key in _CONVERSATION_KEYS if key in told]
        trace_id = told.get(attributes.FEEDBACK_TRACE_ID)
        if isinstance(trace_id, str) and set(trace_id) <= _HEX_DIGITS and trace_id:
            targets.append(self._keys_of_traces.get(int(trace_id, 16), trace_id))
        message_id = told.get(attributes.MESSAGE_ID)
        if message_id is not None:
            targets += [key for key, spans in self._waiting.items() if holds_message(spans, message_id)]
        return targets

    def _make_room(self) -> list[SizedSpan]:
        """Forgets what has waited for longest, else decides on the oldest trace before it is over."""
        leaving: list[SizedSpan] = []
        while self._bytes > self._max_bytes:
            if self._waiting:
                _, forgotten = self._waiting.popitem(last=False)
                self._bytes -= sum(sized.size for sized in forgotten)
                self.left_out_count += len(forgotten)
            else:
                leaving += self._decide(next(iter(self._open)))
        return leaving


_HEX_DIGITS: Final = frozenset("0123456789abcdefABCDEF")


def is_local_root(span: ReadableSpan) -> bool:
    """Whether the span is the first of its trace in this process."""
    return span.parent is None or span.parent.is_remote


def is_notable(span: ReadableSpan) -> bool:
    """Whether something happened that nobody wants to miss: an error, or somebody stopped the stream."""
    outcome = (span.attributes or {}).get(attributes.OUTCOME)
    return outcome in _NOTABLE_OUTCOMES or span.status.status_code is StatusCode.ERROR


def holds_message(spans: Sequence[SizedSpan], message_id: object) -> bool:
    return any((sized.span.attributes or {}).get(attributes.MESSAGE_ID) == message_id for sized in spans)


def find_key(spans: Sequence[SizedSpan]) -> str:
    """The id of the conversation that the trace belongs to, else of the trace."""
    for name in _CONVERSATION_KEYS:
        for sized in spans:
            value = (sized.span.attributes or {}).get(name)
            if value:
                return str(value)
    return trace.format_trace_id(spans[0].span.context.trace_id)


def draw_number(key: str) -> float:
    """A number from 0 to below 1 that is the same for the same key everywhere.

    >>> draw_number("c-17") == draw_number("c-17"), round(draw_number("c-17"), 3)
    (True, 0.988)
    """
    digest = hashlib.sha256(key.encode("utf-8", errors="replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def mark(spans: Iterable[SizedSpan], rate: float) -> list[SizedSpan]:
    """The same spans, each with the probability that it had to be kept."""
    return [SizedSpan(mark_span(sized.span, rate), sized.size) for sized in spans]


def mark_span(span: ReadableSpan, rate: float) -> ReadableSpan:
    return ReadableSpan(
        span.name,
        span.context,
        span.parent,
        span.resource,
        {**(span.attributes or {}), attributes.SAMPLE_RATE: rate},
        span.events,
        span.links,
        span.kind,
        None,
        span.status,
        span.start_time,
        span.end_time,
        span.instrumentation_scope,
    )


def forget_oldest(entries: "OrderedDict[Any, Any]") -> None:
    """Keeps the latest alone."""
    if len(entries) > _REMEMBERED:
        entries.popitem(last=False)
