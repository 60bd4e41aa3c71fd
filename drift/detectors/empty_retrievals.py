"""Whether a retrieval found nothing."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric(
    "empty_retrievals", Family.CONTEXT, Kind.RATE, "conversations with a retrieval that found nothing", Aspect.CONTEXT
)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(not each.passages for each in observed.retrievals)


DETECTOR = Detector(METRIC, measure)
