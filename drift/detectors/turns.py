"""How many turns a conversation has."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed

METRIC = Metric("turns", Family.INPUT, Kind.MEAN, "turns of a conversation, as logarithm", Aspect.INPUT)


def measure(observed: Observed) -> Measured | None:
    return tell_mean([math.log(len(observed.turns))] if observed.turns else ())


DETECTOR = Detector(METRIC, measure)
