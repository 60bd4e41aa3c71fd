"""How well the best passage of a retrieval fits, as the app's own retriever scores it: whether more is better is its
secret, but a shift is one either way."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed

METRIC = Metric("retrieval_score", Family.CONTEXT, Kind.MEAN, "best score of a retrieval", Aspect.CONTEXT)


def measure(observed: Observed) -> Measured | None:
    return tell_mean(each.best_score for each in observed.retrievals if each.best_score is not None)


DETECTOR = Detector(METRIC, measure)
