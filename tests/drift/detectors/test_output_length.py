"""Answers are measured by the logarithm of their characters, tokens or not."""

import math

import pytest

from drift.detectors.output_length import measure
from tests.drift.detectors.conversations import observe


def test_the_mean_over_answers_with_text_counts_once() -> None:
    measured = measure(observe(("a", "abc"), ("b", ""), ("c", "abcdefg"), output_tokens=None))
    assert measured is not None
    assert (measured.count, measured.sum) == (1.0, pytest.approx((math.log(4) + math.log(8)) / 2))
    assert measure(observe(("a", " "))) is None
