"""Retrievals that find nothing."""

from drift.detectors import Measured, Retrieval
from drift.detectors.empty_retrievals import measure
from tests.drift.detectors.conversations import observe


def test_one_that_found_nothing_is_enough() -> None:
    assert measure(observe(retrievals=[Retrieval(3), Retrieval(0)])) == Measured(1, 1)
    assert measure(observe(retrievals=[Retrieval(3)])) == Measured(1, 0)


def test_who_looks_nothing_up_has_none() -> None:
    assert measure(observe()) is None
