"""Days of numbers by topic come in, a series goes out in which a change of topics alone is no change.

Answers on other topics have other lengths. Of each day the sum is taken of what answers are longer than those on their
topic were on the days before.
"""

from dataclasses import dataclass

import numpy as np

from drift.detection.metrics import Metric
from drift.detection.series import Floats, Series

PRIOR = 20.0
"""A topic with few answers is taken to be like all: so many answers of the common length are added to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """A row for each topic and a column for each day: how many, their sum, their sum of squares."""

    metric: Metric
    counts: Floats
    sums: Floats
    squares: Floats


def take_out_topics(strata: Strata, begin: int = 0, until: int | None = None) -> Series:
    """Topics are compared with days from `begin` on, before `until`."""
    counts, sums, squares = (np.nan_to_num(values) for values in (strata.counts, strata.sums, strata.squares))
    expected = _expect(counts, sums, begin, counts.shape[1] if until is None else until)
    away = sums - expected * counts
    spread = squares - 2 * expected * sums + expected**2 * counts
    return Series(strata.metric, counts.sum(axis=0), away.sum(axis=0), np.maximum(spread.sum(axis=0), 0.0))


def _expect(counts: Floats, sums: Floats, begin: int, until: int) -> Floats:
    """The mean of a topic as known the day before; on the first day that of this very day."""
    known, added = _sum_before(counts, begin, until), _sum_before(sums, begin, until)
    common = added.sum(axis=0) / np.maximum(known.sum(axis=0), 1.0)
    return np.asarray((added + PRIOR * common) / (known + PRIOR), dtype=np.float64)


def _sum_before(values: Floats, begin: int, until: int) -> Floats:
    days = np.arange(values.shape[1])
    summed = np.cumsum(np.where((days >= begin) & (days < until), values, 0.0), axis=1)
    before = np.concatenate([np.zeros_like(summed[:, :1]), summed[:, :-1]], axis=1)
    first = min(begin, values.shape[1] - 1)
    before[:, : first + 1] = summed[:, first : first + 1]
    return np.asarray(before, dtype=np.float64)
