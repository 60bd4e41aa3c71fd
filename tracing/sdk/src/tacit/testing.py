"""For the tests of an app: its calls in, the spans that would leave out, the same in every run, to be compared whole.

    from tacit.testing import assert_spans, capture_spans

    def test_an_answer_is_recorded():
        with capture_spans() as spans:
            answer("why")
        assert_spans(spans, [{"name": "answer", …}])

Nothing is sent. Ids count 1, 2, 3, and a clock of its own moves one second on whenever a span starts, ends or notes
an event.
"""

import difflib
import itertools
import json
import pprint
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from tacit.configuration import use_provider
from tacit.privacy import protect_span

__all__ = ["CapturedSpans", "CountingIds", "SteppingClock", "assert_spans", "capture_spans", "describe_span"]
_SECOND_NS: Final = 1_000_000_000
_JSON_OPENINGS: Final = ("{", "[")


class CountingIds(IdGenerator):
    """Traces 1, 2, 3 and spans 1, 2, 3."""

    def __init__(self) -> None:
        self._traces = itertools.count(1)
        self._spans = itertools.count(1)

    def generate_trace_id(self) -> int:
        return next(self._traces)

    def generate_span_id(self) -> int:
        return next(self._spans)


class SteppingClock:
    """Time in nanoseconds that moves on by a second whenever it is read; 1 s at first.

    >>> clock = SteppingClock()
    >>> clock(), clock()
    (1000000000, 2000000000)
    """

    def __init__(self, step_seconds: int = 1) -> None:
        self._seconds = itertools.count(step_seconds, step_seconds)

    def __call__(self) -> int:
        return next(self._seconds) * _SECOND_NS


class CapturedSpans(SpanProcessor):
    """The spans that have ended, in that order: a sequence, and their tracer provider."""

    def __init__(self) -> None:
        self.provider = TracerProvider(
            resource=Resource.get_empty(), shutdown_on_exit=False, id_generator=CountingIds()
        )
        self.provider.add_span_processor(self)
        self._clock = SteppingClock()
        self._starts: dict[int, int] = {}
        self._spans: list[ReadableSpan] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - their signature
        self._starts[span.get_span_context().span_id] = self._clock()

    def on_end(self, span: ReadableSpan) -> None:
        self._spans.append(protect_span(self._set_times(span)))

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - their signature
        return True

    def __iter__(self) -> Iterator[ReadableSpan]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __getitem__(self, index: int) -> ReadableSpan:
        return self._spans[index]

    def find(self, name: str) -> ReadableSpan:
        """The only span of that name; LookupError where there is none, or more than one."""
        found = [span for span in self._spans if span.name == name]
        if len(found) != 1:
            msg = f"{len(found)} spans are called {name!r}, expected one; there are {[one.name for one in self._spans]}"
            raise LookupError(msg)
        return found[0]

    def clear(self) -> None:
        """Forgets the spans so far; ids and time go on."""
        self._spans.clear()

    def _set_times(self, span: ReadableSpan) -> ReadableSpan:
        events = [Event(event.name, event.attributes, self._clock()) for event in span.events]
        return ReadableSpan(
            span.name,
            span.context,
            span.parent,
            span.resource,
            span.attributes,
            events,
            span.links,
            span.kind,
            None,
            span.status,
            self._starts.pop(span.context.span_id),
            self._clock(),
            span.instrumentation_scope,
        )


@contextmanager
def capture_spans() -> Iterator[CapturedSpans]:
    """Keeps the spans of the code inside in memory, as they would leave: masked where masks are configured.

    As a fixture of pytest:

        @pytest.fixture
        def spans():
            with capture_spans() as spans:
                yield spans

    Spans of other instrumentations are captured where they are given `spans.provider`.
    """
    spans = CapturedSpans()
    with use_provider(spans.provider):
        yield spans


def assert_spans(spans: Iterable[ReadableSpan], expected: Sequence[Mapping[str, Any]]) -> None:
    """Compares whole spans, in the order in which they ended, with what `describe_span` makes of them.

    Raises AssertionError with the difference line by line. A value may be anything that equals what is
    there, such as `unittest.mock.ANY`.
    """
    actual = [describe_span(span) for span in spans]
    wanted = [dict(one) for one in expected]
    if actual == wanted:
        return
    for one, other in zip(actual, wanted, strict=False):
        adopt_equal(one, other)
    difference = difflib.unified_diff(
        render(wanted).splitlines(), render(actual).splitlines(), "expected", "actual", lineterm="", n=8
    )
    raise AssertionError("\n".join(["the spans differ", *difference]))


def describe_span(span: ReadableSpan) -> dict[str, Any]:
    """A span as plain values, without what is empty: `name, trace, span, parent, start, end, attributes`, and

    `kind` where it is not internal, `status` where it is set, `events` and `links` where there are any. Ids that
    were counted are numbers, others hexadecimal; times are seconds; texts that are JSON objects or arrays are read.
    """
    described = {
        "name": span.name,
        "trace": describe_id(span.context.trace_id, format_trace_id),
        "span": describe_id(span.context.span_id, format_span_id),
        "parent": describe_id(span.parent.span_id, format_span_id) if span.parent else None,
        "kind": span.kind.name.lower() if span.kind is not SpanKind.INTERNAL else None,
        "start": describe_time(span.start_time),
        "end": describe_time(span.end_time),
        "status": describe_status(span),
        "attributes": describe_attributes(span.attributes),
        "events": [
            {"name": event.name, "time": describe_time(event.timestamp), **describe_nested(event.attributes)}
            for event in span.events
        ],
        "links": [
            {"span": describe_id(link.context.span_id, format_span_id), **describe_nested(link.attributes)}
            for link in span.links
        ],
    }
    return {key: value for key, value in described.items() if value is not None and value != []}


def describe_id(number: int, render_id: Any) -> int | str:
    return number if number < 1_000_000 else str(render_id(number))


def describe_time(time_ns: int | None) -> float | int | None:
    if time_ns is None:
        return None
    return time_ns // _SECOND_NS if time_ns % _SECOND_NS == 0 else time_ns / _SECOND_NS


def describe_status(span: ReadableSpan) -> str | None:
    if span.status.status_code is StatusCode.UNSET:
        return None
    name = span.status.status_code.name.lower()
    return f"{name}: {span.status.description}" if span.status.description else name


def describe_nested(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"attributes": describe_attributes(attributes)} if attributes else {}


def describe_attributes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: describe_value(value) for key, value in (attributes or {}).items()}


def describe_value(value: Any) -> Any:
    """JSON as what it says, tuples as lists, anything else as it is."""
    if isinstance(value, str) and value.startswith(_JSON_OPENINGS):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return list(value) if isinstance(value, tuple) else value


def adopt_equal(actual: dict[str, Any], expected: dict[str, Any]) -> None:
    """Puts what was found in the place of what equals it, so that `ANY` shows up in no difference."""
    for key, value in actual.items():
        if key not in expected:
            continue
        if expected[key] == value:
            expected[key] = value
        elif isinstance(value, dict) and isinstance(expected[key], Mapping):
            expected[key] = dict(expected[key])
            adopt_equal(value, expected[key])


def render(spans: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(pprint.pformat(span, width=100, sort_dicts=True) for span in spans)
