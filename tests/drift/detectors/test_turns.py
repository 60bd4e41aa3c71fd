"""How many turns a conversation has."""

import math

from drift.detectors import Measured
from drift.detectors.turns import measure
from tests.drift.detectors.conversations import observe


def test_turns_are_told_as_logarithm() -> None:
    assert measure(observe(*[("a", "b")] * 4)) == Measured(1, math.log(4), math.log(4) ** 2)
