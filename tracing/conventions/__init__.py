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

CODE_VERSION = "4"
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
    found: dict[str, Generation] = {}
    for span in order_from_leaves(trace):
        reader = next((reader for reader in READERS if reader.claims(span)), None)
        if reader is None:
            continue
        beneath = [found[each.span_id] for each in list_descendants(trace, span) if each.span_id in found]
        generation = reader.read(span, trace, beneath)
        if generation is not None:
            for told_again in (generation.span_id, *generation.other_span_ids):
                found.pop(told_again, None)
            found[generation.span_id] = generation
    ordered = sorted(found.values(), key=lambda generation: (generation.start_time_ns, generation.span_id))
    return ReadTrace(trace, tuple(ordered))


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


def list_descendants(trace: Trace, span: Span) -> list[Span]:
    found: list[Span] = []
    stack = list(trace.children(span))
    while stack:
        child = stack.pop()
        found.append(child)
        stack.extend(trace.children(child))
    return found
