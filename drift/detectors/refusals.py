"""Whether the assistant declined, by the signal `refusal`."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed
from tracing.texts.stand_ins import are_kept

METRIC = Metric("refusals", Family.OUTPUT, Kind.RATE, "conversations with a refused answer", Aspect.OUTPUT)


def measure(observed: Observed) -> Measured | None:
    return tell_rate([observed.has_signal({"refusal"})] if are_kept(observed.texts) and observed.texts else ())


DETECTOR = Detector(METRIC, measure)
