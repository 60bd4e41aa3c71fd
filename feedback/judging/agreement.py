"""How far a judge agrees with others: pairs of opinions in, Cohen's kappa with an interval out.

Source: Cohen, J. (1960), A coefficient of agreement for nominal scales; the interval by the large-sample standard error
of Fleiss, Cohen and Everitt (1969) in its simple form.
"""

import math
from dataclasses import dataclass

Z = 1.96
"""For an interval of 95 %."""
FEWEST = 20
"""With fewer answers kappa says nothing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of answers by whether the judge, and whether the others, took them for bad."""

    both_bad: int
    judge_alone: int
    others_alone: int
    neither: int

    @property
    def count(self) -> int:
        return self.both_bad + self.judge_alone + self.others_alone + self.neither

    @property
    def share(self) -> float:
        """Of answers on which they agree, 0 to 1; 0 where there is none."""
        return (self.both_bad + self.neither) / self.count if self.count else 0.0

    @property
    def expected(self) -> float:
        """Share on which they would agree by chance."""
        judge, others = self.both_bad + self.judge_alone, self.both_bad + self.others_alone
        count = self.count
        return (judge * others + (count - judge) * (count - others)) / count**2 if count else 0.0

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance, -1 to 1; None with too few answers, or where all are of one sort."""
        if self.count < FEWEST or self.expected >= 1:
            return None
        return (self.share - self.expected) / (1 - self.expected)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of 95 %, within -1 and 1; None where there is no kappa."""
        kappa = self.kappa
        if kappa is None:
            return None
        error = math.sqrt(self.share * (1 - self.share) / self.count) / (1 - self.expected)
        return max(-1.0, kappa - Z * error), min(1.0, kappa + Z * error)
