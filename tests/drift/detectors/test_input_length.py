"""Users' messages are measured by the logarithm of their length, a conversation as the mean of its messages."""

import math

import pytest

from drift.detectors.input_length import measure
from tests.drift.detectors.conversations import observe


def test_the_mean_over_messages_counts_once() -> None:
    measured = measure(observe(("", "Hello!"), ("abc", "x"), ("abcdefg", "y")))
    assert measured is not None
    assert (measured.count, measured.sum) == (1.0, pytest.approx((math.log(4) + math.log(8)) / 2))
    assert measured.square == pytest.approx(measured.sum**2)


def test_where_nothing_was_said_nothing_is_measured() -> None:
    assert measure(observe(("  ", "Hello!"))) is None
