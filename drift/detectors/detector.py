"""What a detector of drift is: a conversation comes in, what it measured of it goes out, as one count or none.

The unit is the conversation: calls of one conversation are alike, so to count each would make chance look small.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drift.detection.metrics import Metric
from drift.detectors.observed import Observed

LARGEST = 1e12
"""No number that is watched is larger: one that is, or is none at all, is an error of whoever told it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Of a mean a count of one, the number and its square; of a rate trials, successes and nothing."""

    count: float
    sum: float
    square: float = 0.0


Measure = Callable[[Observed], Measured | None]


@dataclass(frozen=True, slots=True)
class Detector:
    """`measure` gives None where a conversation has nothing to measure; it is None itself where days are counted
    otherwise than by a number of each conversation."""

    metric: Metric
    measure: Measure | None


def tell_mean(values: Iterable[float]) -> Measured | None:
    """The mean over what belongs to one conversation; None where nothing does.

    >>> tell_mean([1.0, 3.0])
    Measured(count=1.0, sum=2.0, square=4.0)
    """
    known = list(values)
    if not known:
        return None
    mean = sum(known) / len(known)
    return Measured(1.0, mean, mean**2) if abs(mean) <= LARGEST else None


def tell_rate(happened: Iterable[bool]) -> Measured | None:
    """Whether it happened at all; None where it could not.

    >>> tell_rate([False, True]), tell_rate([])
    (Measured(count=1.0, sum=1.0, square=0.0), None)
    """
    known = list(happened)
    return Measured(1.0, float(any(known))) if known else None
