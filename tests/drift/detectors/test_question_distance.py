"""Distances are measured by day, see `tests/drift/observing/test_counting.py`."""

from drift.detection.metrics import Family, Kind
from drift.detectors.question_distance import DETECTOR


def test_no_single_conversation_is_measured() -> None:
    assert DETECTOR.measure is None
    assert (DETECTOR.metric.kind, DETECTOR.metric.family) == (Kind.DISTANCE, Family.INPUT)
