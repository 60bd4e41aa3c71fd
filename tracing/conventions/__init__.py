"""Convention readers: whoever wrote a span, what comes out is a `Generation`.

A reader is one file with three things: `NAME`, `claims(span)` (is this span mine?) and
`read(span, trace, calls_beneath)` (the model call it tells of, or None where it is no model call).
To add one, copy `genai.py` and list it in `READERS`; the first that claims a span reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tracing.conventions import (
    anthropic_client,
    genai,
    laminar,
    langfuse,
    langsmith,
    logfire,
    mlflow,
    openinference,
    pydantic_ai,
    tacit_sdk,
    traceloop,
    vercel,
)
from tracing.generations import Generation
from tracing.spans import Span, Trace

CODE_VERSION = "5"
"""Of the readers and of the grouping into conversations; stands in every row that they make."""


class Reader(Protocol):
    """What the module of a convention offers."""

    NAME: str

    def claims(self, span: Span) -> bool: ...

    def read(self, span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None: ...


READERS: tuple[Reader, ...] = (
    tacit_sdk,
    openinference,
    langfuse,
    mlflow,
    vercel,
    langsmith,
    laminar,
    pydantic_ai,
    logfire,
    traceloop,
    anthropic_client,
    genai,
)


@dataclass(frozen=True, slots=True)
class ReadTrace:
    """A trace and the model calls found in it, by start."""

    trace: Trace
    generations: tuple[Generation, ...]


def read_trace(trace: Trace) -> ReadTrace:
    """The model calls of a trace, each told once; spans that tell a call again stand in `other_span_ids`."""
    found: dict[str, list[Generation]] = {}
    for span in order_from_leaves(trace):
        beneath = [call for child in trace.children(span) for call in found.pop(child.span_id, ())]
        told = read_span(span, trace, beneath)
        if told:
            found[span.span_id] = told
    calls = [call for told in found.values() for call in told]
    again = {span_id for call in calls for span_id in call.other_span_ids}
    counted = [call for call in calls if call.span_id not in again]
    ordered = sorted(counted, key=lambda call: (call.start_time_ns, call.span_id))
    return ReadTrace(trace, tuple(ordered))


def read_span(span: Span, trace: Trace, beneath: list[Generation]) -> list[Generation]:
    """The calls of a span and all beneath it."""
    reader = find_reader(span)
    call = reader.read(span, trace, beneath) if reader else None
    if call is None:
        return beneath
    told = {call.span_id, *call.other_span_ids}
    return [*(each for each in beneath if each.span_id not in told), call]


def find_reader(span: Span) -> Reader | None:
    for reader in READERS:
        if reader.claims(span):
            return reader
    return None


def order_from_leaves(trace: Trace) -> list[Span]:
    """Every span after all spans beneath it; spans in a cycle of parents are left out."""
    order: list[Span] = []
    stack = list(trace.roots)
    while stack:
        span = stack.pop()
        order.append(span)
        stack.extend(trace.children(span))
    order.reverse()
    return order
