"""What a conversation costs."""

import math

import pytest

from drift.detectors import Measured
from drift.detectors.cost import measure
from tests.drift.detectors.conversations import observe


def test_the_sum_is_told_as_logarithm() -> None:
    measured = measure(observe(("a", "b"), ("c", "d"), cost_usd=0.25))
    assert measured == Measured(1, math.log(0.5), math.log(0.5) ** 2)


@pytest.mark.parametrize("cost", [None, 0.0])
def test_what_is_not_known_or_free_is_left_out(cost: float | None) -> None:
    assert measure(observe(cost_usd=cost)) is None
