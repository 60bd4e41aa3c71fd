"""Answers that the limit of tokens cut off."""

from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.truncation import DETECTOR
from tracing.conversations import Answer, Conversation


def test_an_answer_that_had_no_room_is_one(talk: Callable[..., Conversation], answer: Callable[..., Answer]) -> None:
    cut = answer("It is", outcome="truncated", output_tokens=4096)
    (signal,) = DETECTOR.detect(Material(talk(("a", "1"), ("b", cut))))
    assert (signal.target, signal.polarity) == (1, -1)
    assert "4,096 tokens" in signal.evidence.reason


@pytest.mark.parametrize("outcome", ["completed", "stopped", "error"])
def test_answers_that_ended_otherwise_are_none(
    outcome: str, talk: Callable[..., Conversation], answer: Callable[..., Answer]
) -> None:
    assert list(DETECTOR.detect(Material(talk(("a", answer("It is", outcome=outcome)))))) == []
