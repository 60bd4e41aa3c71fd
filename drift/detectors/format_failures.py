"""Whether an answer broke the format that was asked for, by the signal `format_failure`."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed
from tracing.texts.stand_ins import are_kept

METRIC = Metric(
    "format_failures", Family.OUTPUT, Kind.RATE, "conversations with an answer in a broken format", Aspect.OUTPUT
)


def measure(observed: Observed) -> Measured | None:
    return tell_rate([observed.has_signal({"format_failure"})] if are_kept(observed.texts) and observed.texts else ())


DETECTOR = Detector(METRIC, measure)
