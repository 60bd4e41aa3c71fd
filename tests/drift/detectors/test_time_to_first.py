"""How long users wait for the first chunk."""

import math

import pytest

from drift.detectors.time_to_first import measure
from tests.drift.detectors.conversations import observe


def test_the_wait_is_told_in_milliseconds_as_logarithm() -> None:
    measured = measure(observe(time_to_first_chunk_ns=500 * 10**6))
    assert measured is not None
    assert measured.sum == pytest.approx(math.log(500))


def test_answers_that_were_not_streamed_tell_nothing() -> None:
    assert measure(observe(time_to_first_chunk_ns=None)) is None
    assert measure(observe(time_to_first_chunk_ns=0)) is None
