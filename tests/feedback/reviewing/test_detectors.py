"""What reviewers said of messages and answers comes from the store with the signals that stand there today."""

import pytest

from feedback.review.measuring import Heard, measure_kinds
from feedback.review.questions import Question
from feedback.reviewing.detectors import load_reviewed
from tests.feedback.reviewing.rows import SEEN_US, hear, settle
from tracing.store import Store


def test_the_signals_of_the_turn_stand_with_the_review(store: Store) -> None:
    settle(store, "a", ["complaint"])
    hear(store, "a", "complaint", 0.875, label="factual")
    hear(store, "a", "praise", 0.25)
    hear(store, "a", "complaint", 0.5, turn_index=2)
    hear(store, "a", "slow", 1.0)
    settle(store, "b", ["none"])
    [first, second] = load_reviewed(store, 1)
    assert (first.question, first.choices, first.propensity) == (Question.REACTION, ("complaint",), 0.5)
    assert first.signals == (
        Heard("complaint", "factual", 0.875, 0.75, fired=True),
        Heard("praise", "", 0.25, 0.75, fired=False),
    )
    assert (second.conversation_id, second.signals) == ("b", ())


def test_of_a_message_that_two_queues_asked_about_the_last_word_counts(store: Store) -> None:
    settle(store, "a", ["complaint"], queue=1)
    settle(store, "a", ["praise"], queue=2, version=SEEN_US + 1)
    settle(store, "a", ["none"], question="answer")
    settle(store, "a", ["satisfied"], question="outcome")
    assert [(each.question.value, each.choices) for each in load_reviewed(store, 1)] == [
        ("answer", ("none",)),
        ("reaction", ("praise",)),
    ]


def test_what_was_settled_later_or_taken_back_or_elsewhere_does_not_count(store: Store) -> None:
    settle(store, "a", ["complaint"])
    settle(store, "a", ["none"], queue=2, version=SEEN_US + 5)
    settle(store, "b", ["complaint"])
    settle(store, "b", ["complaint"], version=SEEN_US + 1, is_deleted=1)
    settle(store, "c", ["complaint"], project_id=2)
    assert [each.choices for each in load_reviewed(store, 1, until_us=SEEN_US + 4)] == [("complaint",)]
    assert [each.choices for each in load_reviewed(store, 1)] == [("none",)]


@pytest.mark.parametrize(("fires", "precision"), [(True, 0.5), (False, None)])
def test_what_fires_today_is_measured(store: Store, fires: bool, precision: float | None) -> None:
    for name, choice in (("a", "complaint"), ("b", "none")):
        settle(store, name, [choice])
        hear(store, name, "complaint", 0.875)
        hear(store, name, "complaint", 0.875, fired=fires, version=2)
    measured = measure_kinds(load_reviewed(store, 1))["complaint"]
    assert (measured.precision.value if measured.precision else None) == precision
