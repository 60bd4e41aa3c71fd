"""What a metric is: a name in a family, of a kind, that the detector adds up and pages name. Which there are stands in
`drift.detectors`, one file each."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    INPUT = "input"
    OUTPUT = "output"
    CONTEXT = "context"
    FEEDBACK = "feedback"
    COST = "cost"


class Kind(StrEnum):
    MEAN = "mean"
    """Count, sum and sum of squares of numbers; long tails are told as logarithms."""
    RATE = "rate"
    """So many of so many."""
    TOPIC = "topic"
    """A rate, too: the share of a topic, of which a project has several."""
    DISTANCE = "distance"
    """How far the day's texts are from those of the days before; only growth is news."""


LEAST = {Kind.MEAN: 0.1, Kind.RATE: 0.01, Kind.TOPIC: 0.03, Kind.DISTANCE: 0.03}
"""Less is no news however sure it is: standard deviations of conversations or texts, and shares."""


class Aspect(StrEnum):
    """What moves together for one cause, narrower than a family."""

    INPUT = "input"
    OUTPUT = "output"
    CONTEXT = "context"
    GIVEN = "given"
    JUDGED = "judged"
    SPEED = "speed"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    family: Family
    kind: Kind
    words: str
    aspect: Aspect

    @property
    def least(self) -> float:
        return LEAST[self.kind]
