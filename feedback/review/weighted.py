"""Reviewed items come in, each with whether something holds of it and how many it stands for; a share of all that could
have been chosen goes out, with its interval.

An item that was chosen with a probability of 0.02 stands for fifty like it, one that was sure to be chosen for itself
alone. The share is Hájek's ratio; its variance is linearised over conversations, whose turns are alike; its interval is
Wilson's, with as many trials as would tell as much if they were taken at random (Kott and Carr 1997).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.satisfaction import intervals

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """A share, 0 to 1, with the ends between which it lies in 95 of 100 cases. It is told from `n` items, which tell as
    much as `effective_n` would that were taken at random."""

    value: float
    low: float
    high: float
    n: int
    effective_n: float


def estimate_share(hits: Sequence[bool], weights: Sequence[float], clusters: Sequence[str]) -> WeightedShare | None:
    """`weights` are the inverses of the probabilities with which items were chosen, over 0; `clusters` name each item's
    conversation. None where there is no item.

    >>> share = estimate_share([True, True, False], [1.0, 1.0, 2.0], ["a", "b", "c"])
    >>> share.value, share.n, round(share.effective_n, 2)
    (0.5, 3, 1.78)
    """
    if not hits:
        return None
    total = sum(weights)
    value = min(1.0, sum(weight for hit, weight in zip(hits, weights, strict=True) if hit) / total)
    effective_n = count_effective(hits, weights, clusters, value)
    interval = intervals.estimate_share(value * effective_n, effective_n, LEVEL)
    return WeightedShare(value, interval.low, interval.high, len(hits), effective_n)


def count_effective(hits: Sequence[bool], weights: Sequence[float], clusters: Sequence[str], value: float) -> float:
    """How many items taken at random would tell as much: Kish's number, or fewer where those of the data vary more.

    Where all are hits, or none, nothing varies: then each conversation counts once.
    """
    sums: defaultdict[str, float] = defaultdict(float)
    residuals: defaultdict[str, float] = defaultdict(float)
    for hit, weight, cluster in zip(hits, weights, clusters, strict=True):
        sums[cluster] += weight
        residuals[cluster] += weight * (hit - value)
    variance = sum(each * each for each in residuals.values()) / sum(weights) ** 2
    if not variance:
        return count_alike(list(sums.values()))
    variance *= len(sums) / max(1, len(sums) - 1)
    return min(count_alike(weights), value * (1 - value) / variance)


def count_alike(weights: Sequence[float]) -> float:
    """Kish's effective number: as many items of one weight tell as much.

    >>> count_alike([1.0, 1.0]), count_alike([3.0, 1.0])
    (2.0, 1.6)
    """
    return sum(weights) ** 2 / sum(weight * weight for weight in weights)
