"""How long answers are, in characters, which are always known: tokens are often not told. Days count it by topic,
too."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed
from tracing.texts.stand_ins import count_characters

METRIC = Metric(
    "output_length", Family.OUTPUT, Kind.MEAN, "length of answers given their topic, as logarithm", Aspect.OUTPUT
)


def measure(observed: Observed) -> Measured | None:
    return tell_mean(math.log1p(count_characters(text)) for text in observed.texts)


DETECTOR = Detector(METRIC, measure)
