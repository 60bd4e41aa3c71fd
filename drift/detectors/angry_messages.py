"""The tone toward the assistant, of messages after the first: an opening tells nothing of it."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric(
    "angry_messages", Family.INPUT, Kind.RATE, "conversations with a message in an angry tone", Aspect.INPUT
)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(each.stands and each.polarity < 0 for each in observed.signals if each.kind == "sentiment")


DETECTOR = Detector(METRIC, measure)
