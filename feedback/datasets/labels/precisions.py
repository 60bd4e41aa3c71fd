"""How right labels by behaviour turned out to be in a project: a confidence and what reviews measured come in, the
confidence that follows goes out.

What is shipped holds as if a dozen reviews had said so; with each review the project's own people weigh more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

SHIPPED_REVIEWS: Final = 12
"""What the confidence that is shipped weighs, in reviews taken at random."""
METHOD: Final = (
    "of labels by behaviour: .5 + sureness x (score - .5); where people of the project reviewed ten or more signals of "
    "a kind, that and the difference between the share that was right (weighed by how items were chosen) and the mean "
    f"confidence of the same, as far as n / (n + {SHIPPED_REVIEWS}), where n reviews at random would tell as much"
)


@dataclass(frozen=True, slots=True)
class Precision:
    """What reviews say of the labels by one kind of signal, as shares from 0 to 1."""

    right: float
    """Of what was heard and reviewed, in which the answer was what the label says."""
    low: float
    high: float
    """The ends of its 95 % interval."""
    expected: float
    """The mean confidence of the same."""
    reviews: int
    effective_reviews: float
    """As many, taken at random, would tell as much."""

    @property
    def shift(self) -> float:
        """By how much a label is surer than it was thought to be."""
        known = self.effective_reviews / (self.effective_reviews + SHIPPED_REVIEWS)
        return known * (self.right - self.expected)

    @property
    def learnt(self) -> float:
        """The mean confidence as it is by reviews, too."""
        return shift_confidence(self.expected, self)


Precisions = Mapping[str, Precision]
"""By kind of signal."""


def shift_confidence(confidence: float, precision: Precision) -> float:
    """
    >>> shift_confidence(0.75, Precision(0.5, 0.3, 0.7, 0.8, 24, 24.0))
    0.55
    """
    return round(min(1.0, max(0.0, confidence + precision.shift)), 6)


def write_precisions(precisions: Precisions) -> dict[str, dict[str, float]]:
    """As JSON keeps them, rounded, in the order of kinds."""
    return {
        kind: {
            "reviews": each.reviews,
            "effective_reviews": round(each.effective_reviews, 1),
            "right": round(each.right, 4),
            "low": round(each.low, 4),
            "high": round(each.high, 4),
            "expected": round(each.expected, 4),
            "shift": round(each.shift, 4),
        }
        for kind, each in sorted(precisions.items())
    }


def read_precisions(told: Mapping[str, Mapping[str, Any]]) -> Precisions:
    """What `write_precisions` wrote."""
    return {
        kind: Precision(**{field.name: each[field.name] for field in fields(Precision)}) for kind, each in told.items()
    }


def describe_precisions(precisions: Precisions) -> Sequence[str]:
    """A sentence of each kind, for people."""
    return [
        f"{kind}: by {each.reviews} reviews of this project {each.right * 100:.0f} % right "
        f"({each.low * 100:.0f} to {each.high * 100:.0f}), where {each.expected * 100:.0f} % was expected; "
        f"confidence {each.shift:+.2f}"
        for kind, each in sorted(precisions.items())
    ]
