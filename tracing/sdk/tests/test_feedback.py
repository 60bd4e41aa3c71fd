"""What people say and do becomes a span of its own, about the answer that is meant."""

import json
import logging

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
