"""How long users' messages are, in characters."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed
from tracing.texts.stand_ins import count_characters

METRIC = Metric("input_length", Family.INPUT, Kind.MEAN, "length of messages, as logarithm", Aspect.INPUT)


def measure(observed: Observed) -> Measured | None:
    return tell_mean(math.log1p(count_characters(text)) for text in observed.messages)


DETECTOR = Detector(METRIC, measure)
