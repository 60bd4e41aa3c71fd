"""Groups of failing turns and turns that went well come in, whether a group fails more than others goes out.

A popular topic gathers many failures and is none. So the region of a group (its requests and answers) is held against
the rest: are the odds of failing higher in it? The region is drawn around one half of the members and counted on the
other half, else it would be drawn to where failures happen to lie. Fisher's exact test, corrected by Benjamini and
Hochberg (1995) over all groups; turns that went well may be a sample, which odds ratios do not mind.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.failure_modes.clustering import Floats, Numbers, normalise
from feedback.satisfaction.intervals import find_quantile

ALPHA = 0.05
"""Share of wrong claims among the claims."""
REACH = 0.1
"""A turn is in the region if it is as like the members that drew it as all but so many of these are to each other."""
LEAST_LIFT = 1.5


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as high odds are, with the ends of the interval at 90 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lift:
    """Of one group: how many times as high the odds of failing are in its region, and what says so."""

    ratio: Ratio
    failing: int
    """In the region, among those counted."""
    well: int
    p: float
    """Corrected for the number of groups."""

    @property
    def is_claimed(self) -> bool:
        return self.p < ALPHA and self.ratio.value >= LEAST_LIFT


def measure_lifts(
    members: Sequence[Numbers], failing: Floats, kinds: Sequence[str], well: Floats, weights: Floats | None = None
) -> list[Lift]:
    """A lift for each group of rows of `failing`, all of one kind; vectors without reactions, both sets in one space.

    Failures of other kinds are left out of the count. `weights` says for how many turns each row stands, where not all
    are here; a row of the group itself counts as one, so that nothing is proven by turns that were not looked at.
    """
    if not members:
        return []
    middle = np.vstack([failing, well]).mean(axis=0)
    failing, well = normalise(failing - middle), normalise(well - middle)
    halves = np.arange(len(failing)) % 2 == 1
    counts = []
    for rows in members:
        counted = halves & np.array([kind == kinds[rows[0]] for kind in kinds])
        standing = counted * (1.0 if weights is None else weights / weights[rows[0]])
        totals = round(float(standing.sum())), len(well)
        counts.append((_count_region(rows, failing, well, standing, halves), totals))
    tables = [_build_table(inside, totals) for inside, totals in counts]
    corrected = correct_by_rate([find_tail(*table) for table in tables])
    return [Lift(find_odds_ratio(*table), *table[0], p) for table, p in zip(tables, corrected, strict=True)]


def _count_region(
    rows: Numbers, failing: Floats, well: Floats, standing: npt.NDArray[np.float64], halves: npt.NDArray[np.bool_]
) -> tuple[int, int]:
    drawing = rows[~halves[rows]]
    if len(drawing) < 2:
        return 0, 0
    total = failing[drawing].sum(axis=0)
    own = (failing[drawing] @ total - 1) / (len(drawing) - 1)  # each to the others: to itself it is as like as can be
    bound = np.quantile(own, REACH) * len(drawing)
    return round(float(standing[failing @ total >= bound].sum())), int((well @ total >= bound).sum())


def _build_table(inside: tuple[int, int], totals: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    return inside, (totals[0] - inside[0], totals[1] - inside[1])


def find_tail(inside: tuple[int, int], outside: tuple[int, int]) -> float:
    """Fisher's exact test, one-sided: how likely the first of the pair inside is so many or more by chance.

    The tail of the hypergeometric distribution; SciPy's own would have every process load all of its statistics.

    >>> round(find_tail((8, 2), (1, 5)), 6)
    0.024476
    """
    first, drawn = inside[0] + outside[0], sum(inside)
    total = drawn + sum(outside)
    counts = np.arange(inside[0], min(first, drawn) + 1)
    logs = _count_ways(first, counts) + _count_ways(total - first, drawn - counts) - _count_ways(total, drawn)
    return min(1.0, float(np.exp(logs).sum()))


def _count_ways(total: int, chosen: int | Numbers) -> npt.NDArray[np.float64]:
    """To choose so many of a total, as a logarithm."""
    from scipy.special import gammaln

    return np.asarray(gammaln(total + 1) - gammaln(np.add(chosen, 1)) - gammaln(total - np.asarray(chosen) + 1))


def find_odds_ratio(inside: tuple[int, int], outside: tuple[int, int]) -> Ratio:
    """Odds of the first of each pair inside, by those outside; with a half added to each count (Haldane, Anscombe).

    >>> ratio = find_odds_ratio((30, 10), (100, 100))
    >>> round(ratio.value, 2), round(ratio.low, 2), round(ratio.high, 2)
    (2.9, 1.54, 5.47)
    """
    counts = [count + 0.5 for count in (*inside, *outside)]
    log_ratio = math.log(counts[0] * counts[3] / (counts[1] * counts[2]))
    reach = find_quantile() * math.sqrt(sum(1 / count for count in counts))
    return Ratio(*(math.exp(log_ratio + shift) for shift in (0.0, -reach, reach)))


def correct_by_rate(values: Sequence[float]) -> list[float]:
    """P-values raised as Benjamini and Hochberg (1995) do, in the order given.

    >>> correct_by_rate([0.01, 0.5, 0.02, 0.04])
    [0.04, 0.5, 0.04, 0.05333333333333334]
    """
    order = sorted(range(len(values)), key=lambda at: values[at], reverse=True)
    raised = [0.0] * len(values)
    lowest = 1.0
    for rank, at in enumerate(order):
        lowest = min(lowest, values[at] * len(values) / (len(values) - rank))
        raised[at] = lowest
    return raised


def correct_each(values: Sequence[float]) -> list[float]:
    """P-values raised as Holm (1979) does, in the order given: that any claim is wrong has the chance of one.

    >>> correct_each([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.04]
    """
    order = sorted(range(len(values)), key=lambda at: values[at])
    raised = [0.0] * len(values)
    highest = 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, values[at] * (len(values) - rank)))
        raised[at] = highest
    return raised
