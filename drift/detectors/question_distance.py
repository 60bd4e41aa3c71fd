"""What users write about that no topic holds yet: how far a day's first messages are from those of the days before, by
what they mean."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector

METRIC = Metric("question_distance", Family.INPUT, Kind.DISTANCE, "what users write about", Aspect.INPUT)

DETECTOR = Detector(METRIC, None)
