"""What users say on purpose."""

from drift.detectors import Measured
from drift.detectors.feedback_given import measure
from tests.drift.detectors.conversations import hear, observe


def test_good_and_bad_feedback_counts_alike() -> None:
    for signal in (hear("thumbs", 1), hear("comment", 0), hear("rating", -1)):
        assert measure(observe(signals=[signal])) == Measured(1, 1)


def test_what_is_heard_without_being_said_is_no_feedback() -> None:
    assert measure(observe(signals=[hear("complaint")])) == Measured(1, 0)
