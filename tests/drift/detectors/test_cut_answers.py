"""Answers that the limit of tokens cut off."""

from drift.detectors import Measured
from drift.detectors.cut_answers import measure
from tests.drift.detectors.conversations import observe


def test_an_answer_without_room_counts() -> None:
    assert measure(observe(outcome="truncated")) == Measured(1, 1)
    assert measure(observe(outcome="stopped")) == Measured(1, 0)
