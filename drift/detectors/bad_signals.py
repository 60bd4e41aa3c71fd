"""Whether the user showed without being asked that something failed: asked again, corrected, complained, stopped or
left. What answers show by themselves (refusals, errors) is measured elsewhere."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed
from feedback.failures.turns import LEFT, SAID

METRIC = Metric(
    "bad_signals", Family.FEEDBACK, Kind.RATE, "conversations whose user showed that something failed", Aspect.JUDGED
)

KINDS = (SAID | LEFT) - {"thumbs", "rating", "comment", "correction_text"}


def measure(observed: Observed) -> Measured | None:
    return tell_rate([any(each.polarity < 0 for each in observed.list_standing(KINDS))])


DETECTOR = Detector(METRIC, measure)
