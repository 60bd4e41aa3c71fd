"""Counts come in; a share with its 95 % interval, and what changed since the period before, go out."""

import math
from dataclasses import dataclass

Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`. Without a whole there is no share, only the honest absence of one. A part that was counted a
    moment after the whole is no more than all of it."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return min(self.part / self.whole, 1.0) if self.whole else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 % (Wilson 1927): right for small counts and near 0 and 1.

        >>> [round(end, 3) for end in Share(0, 10).interval]
        [0.0, 0.278]
        """
        if not self.whole:
            return 0.0, 1.0
        shrink = 1 + Z_95**2 / self.whole
        centre = (self.value + Z_95**2 / (2 * self.whole)) / shrink
        variance = self.value * (1 - self.value) / self.whole + Z_95**2 / (4 * self.whole**2)
        reach = Z_95 * math.sqrt(variance) / shrink
        return max(0.0, centre - reach), min(1.0, centre + reach)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of two shares with its 95 % interval, in parts of 1."""

    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


def compare_shares(now: Share, before: Share) -> Change | None:
    """Return how much the share rose, with its interval (Newcombe 1998, method 10)."""
    if not now.whole or not before.whole:
        return None
    difference = now.value - before.value
    return Change(
        difference,
        difference - math.hypot(now.value - now.low, before.high - before.value),
        difference + math.hypot(now.high - now.value, before.value - before.low),
    )
