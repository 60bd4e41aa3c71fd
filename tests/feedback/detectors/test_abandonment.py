"""Leaving says something only where the end of the conversation does."""

from collections.abc import Callable
from typing import Any

import pytest

from feedback.detectors.abandonment import DETECTOR
from feedback.detectors.material import QUIET_NS, Material
from feedback.explicit import Feedback
from tests.feedback.detectors.conftest import START_NS
from tests.feedback.detectors.readings import SURE, make_reading, read_as
from tracing.conversations import Answer, Conversation

LATER_NS = START_NS + 10**15
GOOD = "Hold the button for ten seconds."


@pytest.mark.parametrize(
    ("said", "fields", "label", "fired"),
    [
        ("", {"outcome": "error"}, "error", True),
        ("Hold the", {"outcome": "stopped", "ended_by": "client"}, "stopped", True),
        ("Hold the", {"outcome": "truncated"}, "truncated", True),
        ("I'm sorry, but I can't help with that.", {}, "refusal", True),
        ("Which model is it?", {}, "question", False),
    ],
)
def test_an_end_at_which_something_is_missing_is_one(
    said: str,
    fields: dict[str, Any],
    label: str,
    fired: bool,
    talk: Callable[..., Conversation],
    answer: Callable[..., Answer],
) -> None:
    conversation = talk(("hello there", "Hello, how can I help?"), ("how do I reset it?", answer(said, **fields)))
    (signal,) = DETECTOR.detect(Material(conversation, now_ns=LATER_NS))
    assert (signal.label, signal.fired, signal.target) == (label, fired, 1)


def test_asking_again_in_other_words_and_leaving_is_one(talk: Callable[..., Conversation]) -> None:
    conversation = talk(("how do I cancel my subscription?", GOOD), ("How can I cancel the subscription?", GOOD))
    (signal,) = DETECTOR.detect(read_as(conversation, make_reading({"rephrase": SURE}), now_ns=LATER_NS))
    assert (signal.label, signal.fired) == ("rephrase", True)


def test_leaving_after_an_answer_says_nothing(talk: Callable[..., Conversation]) -> None:
    assert list(DETECTOR.detect(Material(talk(("how do I reset it?", GOOD)), now_ns=LATER_NS))) == []


def test_who_says_thanks_or_takes_the_answer_away_is_content(
    talk: Callable[..., Conversation], feedback: Callable[..., Feedback]
) -> None:
    thanked = talk(("how do I reset it?", GOOD), ("Great, thanks a lot!", "Anything else?"))
    copied = talk(("write a poem", "Roses are red, and shall I go on?"))
    acts = [feedback("copy", span_id="span-1")]
    assert list(DETECTOR.detect(Material(thanked, now_ns=LATER_NS))) == []
    assert list(DETECTOR.detect(Material(copied, acts, now_ns=LATER_NS))) == []


def test_nobody_has_left_before_it_is_quiet(talk: Callable[..., Conversation], answer: Callable[..., Answer]) -> None:
    conversation = talk(("how do I reset it?", answer("", outcome="error")))
    end_ns = conversation.turns[-1].answer.end_time_ns
    assert list(DETECTOR.detect(Material(conversation, now_ns=end_ns + QUIET_NS - 1))) == []
    assert len(list(DETECTOR.detect(Material(conversation, now_ns=end_ns + QUIET_NS)))) == 1
