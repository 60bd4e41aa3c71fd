"""Spans of a trace come in, and what is known of the model calls and tools among them; rows of a tree go out, each with
its place on a common scale of time. Two pages show them: that of a conversation, turn by turn, and that of a trace."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tracing.span_choice import choose_spans
from tracing.spans import Span, SpanEvent, Trace

MAX_ROWS = 300
MAX_EVENTS = 100
LONGEST_VALUE = 20_000
MOST_INSIDE = 300_000
"""Characters of attributes that a page folds into its rows; of the spans after them only the trace's page tells."""
DEEPEST_SHOWN = 12
NARROWEST = 0.8
"""Percent of the width that the shortest span takes."""
EXCEPTION_WORDS = ("exception.type", "exception.message")

Kind = Literal["model", "tool", ""]


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """What a call of a model or a tool was, and took; None was not reported."""

    kind: Kind = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    time_to_first_chunk_ns: int | None = None
    cost_usd: float | None = None


NO_FIGURES = SpanFigures()


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened during a span, with what it says in words and the rest by name."""

    name: str
    words: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One bar; `left`, `width` and `first_token` in percent of the whole."""

    span: Span
    depth: int
    place: int
    """Among its siblings, from 1."""
    siblings: int
    """With itself."""
    has_children: bool
    left: float
    width: float
    figures: SpanFigures
    first_token: float | None = None
    is_told: bool = True
    """Whether there is room for its attributes on a page that folds them in."""
    left_out: int = 0
    """So many spans below it have no row of their own."""

    @property
    def level(self) -> int:
        return self.depth + 1

    @property
    def indent(self) -> int:
        """Its depth as far as it is drawn."""
        return min(self.depth, DEEPEST_SHOWN)

    @property
    def kind(self) -> Kind:
        return self.figures.kind

    @property
    def failed(self) -> bool:
        return self.span.status_code == "Error"

    @property
    def attributes(self) -> tuple[tuple[str, str], ...]:
        return write_values(self.span.attributes)

    @property
    def events(self) -> tuple[EventRow, ...]:
        return tuple(describe_event(event) for event in self.span.events[:MAX_EVENTS])


@dataclass(frozen=True, slots=True)
class Waterfall:
    rows: tuple[SpanRow, ...]
    total: int
    duration_ns: int
    outside: int = 0
    """So many spans are left out that stand below no row."""


class Call(Protocol):
    """A call of a model, whole or in outline."""

    @property
    def span_id(self) -> str: ...
    @property
    def other_span_ids(self) -> Collection[str]: ...
    @property
    def input_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...
    @property
    def time_to_first_chunk_ns(self) -> int | None: ...
    @property
    def cost_usd(self) -> float | None: ...


class Run(Protocol):
    """A run of a tool."""

    @property
    def span_id(self) -> str: ...


def list_figures(generations: Sequence[Call], runs: Iterable[Run]) -> dict[str, SpanFigures]:
    """What is known by span id; spans that tell a model's call again are told as what they are, without its figures."""
    found = {run.span_id: SpanFigures("tool") for run in runs}
    for call in generations:
        found |= dict.fromkeys(call.other_span_ids, SpanFigures("model"))
    for call in generations:
        found[call.span_id] = SpanFigures(
            "model", call.input_tokens, call.output_tokens, call.time_to_first_chunk_ns, call.cost_usd
        )
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """The time that a whole trace took."""

    start_ns: int
    duration_ns: int

    def place(self, time_ns: int) -> float:
        """Percent of the whole that had passed by a time."""
        return 100 * (time_ns - self.start_ns) / max(self.duration_ns, 1)


def draw_waterfall(
    spans: Sequence[Span],
    figures: Mapping[str, SpanFigures] | None = None,
    most_rows: int = MAX_ROWS,
    kept: Collection[str] = (),
) -> Waterfall:
    """Return rows of `most_rows` spans, parents before children, upper levels and those of the ids `kept` first;
    `figures` by span id."""
    trace = Trace(spans)
    if not trace.spans:
        return Waterfall((), 0, 0)
    start = min(span.start_time_ns for span in trace.spans)
    scale = Scale(start, max(span.end_time_ns for span in trace.spans) - start)
    branches = list(walk_spans(trace))
    choice = choose_spans(branches, most_rows, kept)
    rows, room = [], MOST_INSIDE
    for index in choice.shown:
        branch = branches[index]
        told = (figures or {}).get(branch.span_id, NO_FIGURES), room > 0, choice.left_out.get(index, 0)
        rows.append(place_span(branch, scale, *told))
        room -= count_characters(branch.span)
    return Waterfall(tuple(rows), len(trace.spans), scale.duration_ns, choice.outside)


@dataclass(frozen=True, slots=True)
class Branch:
    """A span's place in the tree."""

    span: Span
    depth: int
    place: int
    siblings: int
    has_children: bool

    @property
    def span_id(self) -> str:
        return self.span.span_id


def walk_spans(trace: Trace) -> Iterator[Branch]:
    """Give every span once with its place in the tree; spans whose parents form a circle come last."""
    seen: set[str] = set()
    yield from _descend(trace, trace.roots, seen)
    for span in trace.spans:
        if span.span_id not in seen:
            yield from _descend(trace, [span], seen)


def _descend(trace: Trace, roots: Sequence[Span], seen: set[str]) -> Iterator[Branch]:
    waiting = list_waiting(roots, 0)
    while waiting:
        span, depth, place, siblings = waiting.pop()
        if span.span_id in seen:
            continue
        seen.add(span.span_id)
        children = trace.children(span)
        yield Branch(span, depth, place, siblings, bool(children))
        waiting.extend(list_waiting(children, depth + 1))


def list_waiting(siblings: Sequence[Span], depth: int) -> list[tuple[Span, int, int, int]]:
    """Siblings with their places, the last first."""
    return [(span, depth, place, len(siblings)) for place, span in enumerate(siblings, 1)][::-1]


def place_span(branch: Branch, scale: Scale, figures: SpanFigures, is_told: bool, left_out: int) -> SpanRow:
    span = branch.span
    width = min(max(100 * span.duration_ns / max(scale.duration_ns, 1), NARROWEST), 100)
    return SpanRow(
        span=span,
        depth=branch.depth,
        place=branch.place,
        siblings=branch.siblings,
        has_children=branch.has_children,
        left=round(min(scale.place(span.start_time_ns), 100 - width), 3),
        width=round(width, 3),
        figures=figures,
        first_token=place_first_token(span, scale, figures),
        is_told=is_told,
        left_out=left_out,
    )


def place_first_token(span: Span, scale: Scale, figures: SpanFigures) -> float | None:
    """Where the first words came; None where that is not known, or not within the span."""
    after = figures.time_to_first_chunk_ns
    if after is None or not 0 < after < span.duration_ns:
        return None
    return round(scale.place(span.start_time_ns + after), 3)


def count_characters(span: Span) -> int:
    """About how much text the attributes of a span are."""
    return sum(
        len(name) + min(len(value) if isinstance(value, str) else 100, LONGEST_VALUE)
        for name, value in span.attributes.items()
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
    """Return an attribute's value as text: strings as they are unless they are JSON, which is set out; long ones cut.

    >>> write_value('{"a": [1, 2]}')
    '{\\n  "a": [\\n    1,\\n    2\\n  ]\\n}'
    """
    text = set_out(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text):,} characters)"


def set_out(text: str) -> str:
    """JSON of an object or a list with each value on its line; any other text as it is."""
    if not text.startswith(("{", "[")) or len(text) > LONGEST_VALUE:
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    lines = json.dumps(found, ensure_ascii=False, indent=2)
    return lines if len(lines) <= LONGEST_VALUE else text
