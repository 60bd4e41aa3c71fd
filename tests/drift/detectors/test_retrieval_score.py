"""The best score of each retrieval."""

from drift.detectors import Measured, Retrieval
from drift.detectors.retrieval_score import measure
from tests.drift.detectors.conversations import observe


def test_the_mean_over_retrievals_that_tell_scores() -> None:
    retrievals = [Retrieval(3, 0.5), Retrieval(2), Retrieval(1, 1.0)]
    assert measure(observe(retrievals=retrievals)) == Measured(1, 0.75, 0.75**2)
    assert measure(observe(retrievals=[Retrieval(2)])) is None
