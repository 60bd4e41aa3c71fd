"""What users' own tests stand on: whole spans, the same in every run, and a difference that can be read."""

import subprocess
import sys
from unittest.mock import ANY

import pytest
import tacit
from opentelemetry import trace
from tacit.testing import CapturedSpans, assert_spans, capture_spans


@tacit.observe
def answer(question: str) -> str:
    return look_up(question)


@tacit.observe(kind="tool")
def look_up(question: str) -> str:
    return question.upper()


@tacit.observe(kind="llm")
def fail(question: str) -> str:
    raise ValueError(question)


LOOK_UP = {
    "name": "look_up",
    "trace": 1,
    "span": 2,
    "parent": 1,
    "start": 2,
    "end": 3,
    "attributes": {
        "tacit.kind": "tool",
        "gen_ai.operation.name": "execute_tool",
        "tacit.arguments": {"question": "why"},
        "tacit.outcome": "completed",
        "tacit.output": "WHY",
        "tacit.output.type": "text",
    },
}


def test_spans_are_captured_whole_and_alike_in_every_run() -> None:
    for _ in range(2):
        with capture_spans() as spans:
            answer("why")
        attributes = LOOK_UP["attributes"] | {"tacit.kind": "chain"}  # type: ignore[operator]
        attributes.pop("gen_ai.operation.name")
        assert_spans(
            spans,
            [LOOK_UP, {"name": "answer", "trace": 1, "span": 1, "start": 1, "end": 4, "attributes": attributes}],
        )


def test_what_differs_is_told_line_by_line_and_what_may_be_anything_is_not() -> None:
    with capture_spans() as spans:
        look_up("why")
    expected = {**LOOK_UP, "span": 1, "start": 1, "end": ANY, "attributes": {"tacit.output": "WHO"}}
    expected.pop("parent")
    with pytest.raises(AssertionError) as raised:
        assert_spans(spans, [expected])
    lines = str(raised.value).splitlines()
    assert any(line.startswith("-") and "'tacit.output': 'WHO'" in line for line in lines)
    assert any(line.startswith("+") and "'tacit.output': 'WHY'" in line for line in lines)
    assert not any(line[0] in "+-" and "'end'" in line for line in lines if line)


@pytest.mark.parametrize("count", [0, 2])
def test_a_span_too_few_or_too_many_is_a_difference(count: int) -> None:
    with capture_spans() as spans:
        for _ in range(count):
            look_up("why")
    with pytest.raises(AssertionError, match="the spans differ"):
        assert_spans(spans, [{**LOOK_UP, "name": ANY}])


def test_errors_show_their_status_and_their_event() -> None:
    with capture_spans() as spans, pytest.raises(ValueError, match="why"):
        fail("why")
    assert_spans(
        spans,
        [
            {
                "name": "fail",
                "trace": 1,
                "span": 1,
                "start": 1,
                "end": 3,
                "status": "error: ValueError: why",
                "attributes": ANY,
                "events": [{"name": "exception", "time": 2, "attributes": ANY}],
            }
        ],
    )


def test_what_was_configured_before_holds_again_afterwards() -> None:
    with capture_spans() as outer:
        with capture_spans() as inner:
            look_up("inside")
        look_up("outside")
    assert [len(inner), len(outer)] == [1, 1]


def test_conversations_and_feedback_are_captured() -> None:
    with capture_spans() as spans, tacit.conversation(id="c-1"):
        look_up("why")
        tacit.feedback("thumbs", label="up")
    assert (spans.find("look_up").attributes or {})["gen_ai.conversation.id"] == "c-1"
    assert (spans.find("tacit.feedback").attributes or {})["tacit.feedback.score"] == 1


def test_other_instrumentations_may_use_the_same_provider() -> None:
    with capture_spans() as spans:
        spans.provider.get_tracer("theirs").start_span("GET /", kind=trace.SpanKind.SERVER).end()
    request = {"name": "GET /", "kind": "server", "trace": 1, "span": 1, "start": 1, "end": 2, "attributes": {}}
    assert_spans(spans, [request])


def test_a_span_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LookupError, match=r"0 spans are called 'answer', expected one; there are \[\]"):
        CapturedSpans().find("answer")


def test_the_app_does_not_load_it() -> None:
    program = "import sys, tacit; print('tacit.testing' in sys.modules, 'requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
