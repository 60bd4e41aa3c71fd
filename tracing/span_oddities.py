"""Spans of a trace come in, sentences on what does not fit together go out: lost parents, circles, clocks."""

from collections.abc import Iterator, Sequence

from tracing.spans import Span, Trace

SKEW_NS = 1_000_000
"""That much a span may begin before its parent without anybody's clock being wrong."""


def tell_oddities(spans: Sequence[Span]) -> list[str]:
    """Each kind of oddity in a sentence; none where all is as it should be."""
    trace = Trace(spans)
    return [*tell_orphans(trace), *tell_circles(trace), *tell_skew(trace)]


def tell_orphans(trace: Trace) -> Iterator[str]:
    count = sum(bool(span.parent_span_id) and trace.parent(span) is None for span in trace.spans)
    if count:
        spans, name = ("span names a parent", "it stands") if count == 1 else ("spans name a parent", "they stand")
        yield f"{count:,} {spans} that did not come in; {name} at the top."


def tell_circles(trace: Trace) -> Iterator[str]:
    reached = set()
    waiting = list(trace.roots)
    while waiting:
        span = waiting.pop()
        if span.span_id not in reached:
            reached.add(span.span_id)
            waiting.extend(trace.children(span))
    count = len(trace.spans) - len(reached)
    if count:
        yield f"{count:,} span{'' if count == 1 else 's'} stand{'s' if count == 1 else ''} below a circle of parents."


def tell_skew(trace: Trace) -> Iterator[str]:
    early = [
        parent.start_time_ns - span.start_time_ns
        for span in trace.spans
        if (parent := trace.parent(span)) is not None and parent.start_time_ns - span.start_time_ns > SKEW_NS
    ]
    if early:
        spans = (
            "1 span begins before its parent" if len(early) == 1 else f"{len(early):,} spans begin before their parents"
        )
        yield f"{spans}, by up to {max(early) / 1e6:,.0f} ms: the clocks of two machines differ."
