"""How many passages a retrieval finds."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed

METRIC = Metric("chunks", Family.CONTEXT, Kind.MEAN, "passages of a retrieval", Aspect.CONTEXT)


def measure(observed: Observed) -> Measured | None:
    return tell_mean(float(each.passages) for each in observed.retrievals)


DETECTOR = Detector(METRIC, measure)
