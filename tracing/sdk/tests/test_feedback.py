"""What people say and do becomes a span of its own, about the answer that is meant."""

import json
import logging
from collections.abc import Callable

import pytest
import tacit
from opentelemetry import trace

from .conftest import Spans


def test_feedback_is_a_zero_length_span_in_a_trace_of_its_own(spans: Spans) -> None:
    @tacit.observe
    def answer() -> None:
        tacit.feedback("rating", 4, explanation="good", metadata={"page": 3}, identifier="f-1")

    with tacit.conversation(id="c-1", user_id="u-1"):
        answer()
    given, about = spans.named("tacit.feedback"), spans.named("answer")
    assert given.parent is None
    assert given.start_time == given.end_time
    assert given.context.trace_id != about.context.trace_id
    assert dict(given.attributes) == {
        "gen_ai.conversation.id": "c-1",
        "user.id": "u-1",
        "tacit.feedback.trace_id": trace.format_trace_id(about.context.trace_id),
        "tacit.feedback.span_id": trace.format_span_id(about.context.span_id),
        "tacit.feedback.name": "rating",
        "tacit.feedback.score": 4.0,
        "tacit.feedback.explanation": "good",
        "tacit.feedback.identifier": "f-1",
        "tacit.feedback.annotator_kind": "HUMAN",
        "tacit.feedback.metadata": '{"page":3}',
    }


def test_an_explicit_target_is_the_only_target(spans: Spans) -> None:
    with tacit.conversation(id="c-1"):
        tacit.feedback("comment", explanation="wrong", message_id="m-9")
    attributes = spans.only().attributes
    assert attributes["tacit.message.id"] == "m-9"
    assert "gen_ai.conversation.id" not in attributes


@pytest.mark.parametrize(
    ("score", "label", "expected"),
    [
        (None, "up", (1.0, "up")),
        (None, "down", (0.0, "down")),
        (1, None, (1.0, "up")),
        (0, None, (0.0, "down")),
        (True, None, (1.0, "up")),
    ],
)
def test_thumbs_give_score_and_label_from_one_another(
    spans: Spans, score: float | None, label: str | None, expected: tuple[float, str]
) -> None:
    tacit.feedback("thumbs", score, label)
    attributes = spans.only().attributes
    assert (attributes["tacit.feedback.score"], attributes["tacit.feedback.label"]) == expected


def test_identifiers_are_given_back_and_differ(spans: Spans) -> None:
    given = [
        tacit.feedback("thumbs", 1),
        tacit.feedback("thumbs", 1),
        tacit.feedback("thumbs", identifier="f-1"),
    ]
    assert [span.attributes["tacit.feedback.identifier"] for span in spans.all()] == given
    assert len(set(given)) == 3


@pytest.mark.parametrize("score", [float("nan"), float("inf"), "five"])
def test_a_score_that_is_no_number_is_left_out_and_said(
    spans: Spans, score: float, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        tacit.feedback("rating", score)
    assert "tacit.feedback.score" not in spans.only().attributes
    assert "expected a finite number" in caplog.text


def test_actions_are_feedback_by_name(spans: Spans) -> None:
    tacit.action("copy", conversation_id="c-1", trace_id="ab" * 16, metadata={"characters": 5})
    attributes = spans.only().attributes
    assert attributes["tacit.feedback.name"] == "copy"
    assert attributes["gen_ai.conversation.id"] == "c-1"
    assert attributes["tacit.feedback.trace_id"] == "ab" * 16
    assert json.loads(attributes["tacit.feedback.metadata"]) == {"characters": 5}
    assert "tacit.feedback.score" not in attributes


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"trace_id": "AB" * 16}, {"tacit.feedback.trace_id": "ab" * 16}),
        ({"trace_id": 0xAB}, {"tacit.feedback.trace_id": f"{0xAB:032x}"}),
        ({"span_id": 10}, {"tacit.feedback.span_id": f"{10:016x}"}),
        ({"annotator_kind": "llm"}, {"tacit.feedback.annotator_kind": "LLM"}),
    ],
    ids=str,
)
def test_ids_and_kinds_are_written_as_everybody_writes_them(
    spans: Spans, given: dict[str, object], expected: dict[str, object]
) -> None:
    tacit.feedback("rating", 1, **given)  # type: ignore[arg-type]
    assert expected.items() <= spans.only().attributes.items()


@pytest.mark.parametrize(
    ("given", "left_out", "expected"),
    [
        ({"trace_id": "no id"}, "tacit.feedback.trace_id", "expected 32 hex digits"),
        ({"trace_id": 0}, "tacit.feedback.trace_id", "expected 32 hex digits"),
        ({"span_id": "0" * 15}, "tacit.feedback.span_id", "expected 16 hex digits"),
        ({"metadata": ["page"]}, "tacit.feedback.metadata", "expected a mapping"),
        ({"score": 10**400}, "tacit.feedback.score", "expected a finite number"),
    ],
    ids=str,
)
def test_what_is_not_as_expected_is_left_out_and_said(
    spans: Spans, given: dict[str, object], left_out: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        tacit.feedback("rating", explanation="kept", **given)  # type: ignore[arg-type]
    attributes = spans.only().attributes
    assert left_out not in attributes
    assert attributes["tacit.feedback.explanation"] == "kept"
    assert expected in caplog.text


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: tacit.action("regenrate"), "expected one of regenerate, stop, copy"),
        (lambda: tacit.feedback("thumbs", label="sideways"), "expected up or down"),
        (lambda: tacit.feedback(""), "expected a name"),
        (lambda: tacit.feedback(None), "expected a name"),  # type: ignore[arg-type]
        (lambda: tacit.feedback("rating", 1, annotator_kind="DOG"), "expected one of HUMAN, LLM, CODE"),
    ],
)
def test_wrong_names_are_recorded_and_said(
    spans: Spans, call: Callable[[], str], expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        identifier = call()
    assert spans.only().attributes["tacit.feedback.identifier"] == identifier
    assert expected in caplog.text


def test_nothing_is_raised_whatever_is_given(spans: Spans) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError

        __repr__ = __str__

    hostile = Hostile()
    identifier = tacit.feedback(
        "comment",
        explanation=hostile,
        message_id=hostile,
        identifier=hostile,
        metadata={"a": hostile},  # type: ignore[arg-type]
    )
    assert spans.only().attributes["tacit.feedback.explanation"] == identifier == "<Hostile>"


def test_actions_carry_what_came_of_them(spans: Spans) -> None:
    tacit.action("edit", "The better answer.", message_id="m-1", identifier="e-1")
    tacit.action("copy", "the part", metadata={"page": 3})
    edited, copied = (span.attributes for span in spans.all())
    assert (edited["tacit.feedback.correction"], edited["tacit.feedback.identifier"]) == ("The better answer.", "e-1")
    assert "tacit.feedback.metadata" not in edited
    assert json.loads(copied["tacit.feedback.metadata"]) == {"page": 3, "text": "the part"}


def test_the_running_target_is_ids_alone(spans: Spans) -> None:
    with tacit.conversation(id="c-1", tags=["a"], metadata={"plan": "gold"}, environment="staging"):
        tacit.feedback("thumbs", 1)
    attributes = spans.only().attributes
    assert attributes["gen_ai.conversation.id"] == "c-1"
    assert not {"tag.tags", "metadata", "deployment.environment.name"} & set(attributes)


def test_a_comparison_says_what_was_compared_and_what_is_wrong_is_logged(
    spans: Spans, caplog: pytest.LogCaptureFixture
) -> None:
    sides = {"a": {"message_id": "m-1"}, "b": {"message_id": "m-2"}, "shown": ["b", "a"]}
    with caplog.at_level(logging.WARNING):
        tacit.feedback("comparison", label="tie", metadata=sides)
        assert not caplog.text
        tacit.feedback("comparison", label="up", metadata={"a": "gpt-5"})
    assert "expected one of a, b, tie, neither" in caplog.text
    assert "expected metadata to say what a and b are" in caplog.text
    first, second = spans.all()
    assert json.loads(str(first.attributes["tacit.feedback.metadata"])) == sides
    assert second.attributes["tacit.feedback.label"] == "up"
