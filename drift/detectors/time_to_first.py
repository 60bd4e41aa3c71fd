"""How long users wait for the first chunk of an answer, in milliseconds."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed

METRIC = Metric("time_to_first", Family.COST, Kind.MEAN, "time to the first chunk, as logarithm", Aspect.SPEED)


def measure(observed: Observed) -> Measured | None:
    waits = (answer.time_to_first_chunk_ns for answer in observed.answers)
    return tell_mean(math.log(wait_ns / 1e6) for wait_ns in waits if wait_ns)


DETECTOR = Detector(METRIC, measure)
