"""In which language users write. The language stands in each observation; days count those that are not the project's
most common one (`drift.observing.days`)."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector

METRIC = Metric(
    "other_languages", Family.INPUT, Kind.RATE, "conversations in other languages than the most common", Aspect.INPUT
)

DETECTOR = Detector(METRIC, None)
