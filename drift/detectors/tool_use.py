"""Whether an answer was made with a tool."""

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed

METRIC = Metric("tool_use", Family.OUTPUT, Kind.RATE, "conversations with an answer made with a tool", Aspect.OUTPUT)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(turn.index in observed.tool_turns for turn in observed.turns)


DETECTOR = Detector(METRIC, measure)
