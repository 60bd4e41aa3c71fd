"""Spans of a trace come in, and what of it an address asks for; the part that a page shows goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracing.spans import Span, Trace


@dataclass(frozen=True, slots=True)
class Part:
    """Spans that are shown together: all of a trace, or those below one span, from one of its children on."""

    spans: Sequence[Span]
    within: Span | None
    first: int
    """So many of the topmost spans come before these."""
    next: int
    """Where the next part begins; 0 where none follows."""


def cut_subtree(spans: Sequence[Span], within: str, first: str, most: int) -> Part:
    """Those below the span `within` with itself, of its children `most` from number `first` on; all where no span of
    the trace is named."""
    trace = Trace(spans)
    top = trace.by_id.get(within)
    heads = trace.roots if top is None else trace.children(top)
    at = int(first) if first.isascii() and first.isdigit() and len(first) < 9 and int(first) < len(heads) else 0
    if top is None and len(heads) <= most:
        return Part(spans, None, 0, 0)
    found = gather(trace, heads[at : at + most])
    after = at + most if at + most < len(heads) else 0
    return Part([*([top] if top else []), *found], top, at, after)


def gather(trace: Trace, heads: Sequence[Span]) -> list[Span]:
    """These spans with all below them, each once."""
    found: dict[str, Span] = {}
    waiting = list(reversed(heads))
    while waiting:
        span = waiting.pop()
        if span.span_id not in found:
            found[span.span_id] = span
            waiting.extend(reversed(trace.children(span)))
    return list(found.values())
