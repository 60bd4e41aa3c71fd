"""Bad thumbs and ratings among those that there are."""

from drift.detectors import Measured
from drift.detectors.thumbs_down import measure
from tests.drift.detectors.conversations import hear, observe


def test_one_bad_one_is_enough() -> None:
    assert measure(observe(signals=[hear("thumbs", 1), hear("rating", -1)])) == Measured(1, 1)
    assert measure(observe(signals=[hear("thumbs", 1)])) == Measured(1, 0)


def test_without_any_there_is_nothing_to_measure() -> None:
    assert measure(observe(signals=[hear("complaint")])) is None
