"""What users write about: the share of each topic of the project (`drift.observing.topics`) among a day's first
messages."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector

METRIC = Metric("topic_share", Family.INPUT, Kind.TOPIC, "share of a topic", Aspect.INPUT)

DETECTOR = Detector(METRIC, None)
