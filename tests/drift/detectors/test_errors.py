"""Answers that failed."""

from drift.detectors import Measured
from drift.detectors.errors import measure
from tests.drift.detectors.conversations import observe


def test_an_answer_that_failed_counts() -> None:
    assert measure(observe(outcome="error")) == Measured(1, 1)
    assert measure(observe(outcome="truncated")) == Measured(1, 0)
