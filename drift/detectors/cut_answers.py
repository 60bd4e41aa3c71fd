"""Whether an answer ended because the model might not write more."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric(
    "cut_answers", Family.OUTPUT, Kind.RATE, "conversations with an answer cut at the limit of tokens", Aspect.OUTPUT
)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(answer.outcome == "truncated" for answer in observed.answers)


DETECTOR = Detector(METRIC, measure)
