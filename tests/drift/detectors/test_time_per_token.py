"""How fast answers are written."""

import math

import pytest

from drift.detectors.time_per_token import measure
from tests.drift.detectors.conversations import observe

TEXT = "a" * 100


def test_four_characters_are_a_token_from_the_first_chunk_on() -> None:
    measured = measure(observe(("a", TEXT), duration_ns=3 * 10**9, time_to_first_chunk_ns=10**9, output_tokens=7))
    assert measured is not None
    assert measured.sum == pytest.approx(math.log(2000 / 25))


def test_short_answers_and_clocks_that_are_wrong_tell_nothing() -> None:
    assert measure(observe(("a", "Yes."))) is None
    assert measure(observe(("a", TEXT), duration_ns=10, time_to_first_chunk_ns=20)) is None
