"""How often something came up in two spans of time comes in; how many times as common it is later goes out."""

import math

import numpy as np

from feedback.failure_modes.verification import Count, weigh_against
from feedback.satisfaction.intervals import Interval, find_quantile

TREND_LEVEL = 0.95
LEAST = 5
"""With fewer conversations, in both spans together, there is no trend."""


def compare_rates(before: Count, after: Count, level: float = TREND_LEVEL) -> Interval | None:
    """The ratio of the rate after to that before; None where there is too little.

    By Walter (1975), who adds a half to each count, so that there is a ratio where one of them is none.

    >>> trend = compare_rates(Count(4_000, 40), Count(1_000, 31))
    >>> round(trend.value, 1), round(trend.low, 1), round(trend.high, 1)
    (3.1, 2.0, 4.9)
    >>> compare_rates(Count(0, 0), Count(1_000, 31))
    """
    if not before.conversations or not after.conversations or before.failing + after.failing < LEAST:
        return None
    parts = [(count.failing + 0.5, count.conversations + 0.5) for count in (before, after)]
    (failing_before, all_before), (failing_after, all_after) = parts
    ratio = (failing_after / all_after) / (failing_before / all_before)
    error = math.sqrt(max(0.0, sum(1 / failing - 1 / every for failing, every in parts)))
    reach = find_quantile(level) * error
    return Interval(ratio, ratio * math.exp(-reach), ratio * math.exp(reach))


def is_above(before: Count, after: Count, ratio: float, alpha: float) -> bool:
    """Whether the rate after is surely more than so many times that before. Who asks again and again while `after`
    grows is told so wrongly, ever, with probability `alpha` at most; see `feedback.failure_modes.verification`."""
    if after.rate <= ratio * before.rate:
        return False
    return bool(weigh_against(before, after, np.array([ratio]))[0] >= math.log(1 / alpha))
