"""How many passages retrievals find."""

from drift.detectors import Measured, Retrieval
from drift.detectors.chunks import measure
from tests.drift.detectors.conversations import observe


def test_the_mean_over_retrievals() -> None:
    assert measure(observe(retrievals=[Retrieval(3, 0.5), Retrieval(0)])) == Measured(1, 1.5, 2.25)
    assert measure(observe()) is None
