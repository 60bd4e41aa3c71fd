"""Whether a thumb or a rating was bad, of conversations that have one."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric(
    "thumbs_down", Family.FEEDBACK, Kind.RATE, "conversations with a thumb down among those with thumbs", Aspect.JUDGED
)

KINDS = frozenset({"thumbs", "rating"})


def measure(observed: Observed) -> Measured | None:
    return tell_rate(each.polarity < 0 for each in observed.list_standing(KINDS))


DETECTOR = Detector(METRIC, measure)
