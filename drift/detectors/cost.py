"""What a conversation costs, where any of it is known and not nothing."""

import math

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_mean
from drift.detectors.observed import Observed
from tracing.conversations import add_costs

METRIC = Metric("cost", Family.COST, Kind.MEAN, "cost of a conversation, as logarithm", Aspect.COST)


def measure(observed: Observed) -> Measured | None:
    cost = add_costs(answer.cost_usd for answer in observed.conversation.answers)
    return tell_mean([math.log(cost)] if cost and cost > 0 else ())


DETECTOR = Detector(METRIC, measure)
