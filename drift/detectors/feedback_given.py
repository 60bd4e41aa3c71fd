"""Whether the user said anything on purpose: a thumb, a rating, a comment, a correction."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric("feedback_given", Family.FEEDBACK, Kind.RATE, "conversations with explicit feedback", Aspect.GIVEN)

KINDS = frozenset({"thumbs", "rating", "comment", "correction_text"})


def measure(observed: Observed) -> Measured | None:
    return tell_rate([observed.has_signal(KINDS)])


DETECTOR = Detector(METRIC, measure)
