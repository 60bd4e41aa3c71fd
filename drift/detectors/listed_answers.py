"""Whether an answer has a list or headings: a sign of style that a change of models often changes."""

import re

from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detectors.detector import Detector, Measured, tell_rate
from drift.detectors.observed import Observed
from tracing.texts.stand_ins import is_kept

METRIC = Metric(
    "listed_answers", Family.OUTPUT, Kind.RATE, "conversations with lists or headings in an answer", Aspect.OUTPUT
)
LISTED = re.compile(r"^(?:[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+\S|#{1,6} )", re.MULTILINE)


def measure(observed: Observed) -> Measured | None:
    return tell_rate(bool(LISTED.search(text)) for text in observed.texts if is_kept(text))


DETECTOR = Detector(METRIC, measure)
