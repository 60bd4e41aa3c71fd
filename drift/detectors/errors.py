"""Whether a call of a model ended in an error."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric("errors", Family.COST, Kind.RATE, "conversations with an answer that failed", Aspect.SPEED)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(answer.outcome == "error" for answer in observed.answers)


DETECTOR = Detector(METRIC, measure)
