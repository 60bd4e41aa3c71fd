"""Strengths of items from comparisons of two: a design of numbers comes in, estimates with their covariance go out.

Bradley and Terry (1952) with ties as Davidson (1970) and an effect of the order as Davidson and Beaver (1977) put them,
and a term for the difference of length as in length-controlled AlpacaEval (Dubois and others 2024). With

    eta = strength_a - strength_b + slot * order + length * ln(characters_a / characters_b)

the chances of `a`, `b` and a tie are as exp(eta / 2) to exp(-eta / 2) to exp(tie).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from feedback.comparisons.comparison import Comparison

Array = NDArray[np.float64]
EFFECTS = ("slot", "length", "tie")
"""What stands behind the strengths in the vector of what is estimated."""
PRIOR_SD, SLOT_SD = 2.0, 10.0
"""In log odds: a ridge that keeps few comparisons from saying 100 %. That of the place hardly holds, so that a place
which always wins explains all of it and leaves nothing to the strengths."""
LONGEST_RATIO = math.log(20)
MOST_STEPS = 60
SMALLEST_STEP = 1e-9
Z_90 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Design:
    """Comparisons as numbers, n of them over k items.

    `x` is n by k + 2: +1 and -1 for the items, the order (1 where `a` was shown first, -1 where `b` was, 0 where it
    is not known), the log ratio of the lengths. `outcome` is 1 for `a`, -1 for `b`, 0 for a tie; `user` numbers those
    whose verdicts they are.
    """

    names: tuple[str, ...]
    x: Array
    outcome: Array
    user: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fit:
    """`values` are the strengths (which sum to 0) and `EFFECTS`; both covariances are of these. `clustered` lets the
    verdicts of a user depend on each other."""

    names: tuple[str, ...]
    values: Array
    covariance: Array
    clustered: Array

    def measure(self, weights: Array) -> tuple[float, float]:
        """The value of a weighted sum and its standard error, the larger of the two that there are."""
        variance = max(float(weights @ each @ weights) for each in (self.covariance, self.clustered))
        return float(weights @ self.values), math.sqrt(max(variance, 0.0))

    def compare(self, parts: Mapping[str, float]) -> tuple[float, float]:
        """The same of items by their names."""
        weights = np.zeros(len(self.values))
        for name, weight in parts.items():
            weights[self.names.index(name)] = weight
        return self.measure(weights)

    def measure_effect(self, name: str) -> tuple[float, float]:
        """The same of one of `EFFECTS`."""
        weights = np.zeros(len(self.values))
        weights[len(self.names) + EFFECTS.index(name)] = 1
        return self.measure(weights)


def build_design(comparisons: Sequence[Comparison]) -> Design:
    """The numbers of comparisons that came to a verdict; those of `neither` have none to give."""
    names = tuple(sorted({name for each in comparisons for name in (each.a, each.b)}))
    places = {name: place for place, name in enumerate(names)}
    users: dict[str, int] = {}
    x = np.zeros((len(comparisons), len(names) + 2))
    for row, each in enumerate(comparisons):
        x[row, places[each.a]] += 1
        x[row, places[each.b]] -= 1
        x[row, -2] = {"a": 1, "b": -1, "": 0}[each.first]
        x[row, -1] = compare_lengths(each)
    return Design(
        names=names,
        x=x,
        outcome=np.array([{"a": 1.0, "b": -1.0, "tie": 0.0}[each.outcome] for each in comparisons]),
        user=np.array([users.setdefault(each.user or f"\n{each.id}", len(users)) for each in comparisons]),
    )


def compare_lengths(comparison: Comparison) -> float:
    """The log ratio of the lengths, at most 20 to 1; 0 where one is not known, as of answers of the same length."""
    if comparison.characters_a is None or comparison.characters_b is None:
        return 0.0
    ratio = math.log(max(comparison.characters_a, 1) / max(comparison.characters_b, 1))
    return min(max(ratio, -LONGEST_RATIO), LONGEST_RATIO)


def fit_strengths(design: Design) -> Fit:
    """The likeliest strengths and effects under the prior, by Newton's method; the problem is convex."""
    values = np.zeros(design.x.shape[1] + 1)
    precision = find_precision(design)
    for _ in range(MOST_STEPS):
        scores, information = differentiate(design, values)
        step = np.linalg.solve(information, scores.sum(axis=0) - values * precision)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), SMALLEST_STEP))
        values = values + step
        if np.abs(step).max() < SMALLEST_STEP:
            break
    scores, information = differentiate(design, values)
    covariance: Array = np.linalg.inv(information).astype(np.float64)
    return Fit(design.names, values, covariance, covariance @ add_users(scores, design.user) @ covariance)


def find_precision(design: Design) -> Array:
    """Of the prior of each strength and effect: one over its variance."""
    of_effects = [SLOT_SD if name == "slot" else PRIOR_SD for name in EFFECTS]
    return np.array([PRIOR_SD] * len(design.names) + of_effects) ** -2


def differentiate(design: Design, values: Array) -> tuple[Array, Array]:
    """The score of each comparison (n by p), and the information of all with the prior's (p by p)."""
    chance_a, chance_b, chance_tie = predict(design.x @ values[:-1], values[-1])
    ahead = chance_a - chance_b
    by_eta = (design.outcome - ahead) / 2
    by_tie = (design.outcome == 0) - chance_tie
    scores = np.column_stack([design.x * by_eta[:, None], by_tie])
    curve = (chance_a + chance_b - ahead**2) / 4
    across = -(chance_tie * ahead / 2) @ design.x
    information = np.diag(find_precision(design))
    information[:-1, :-1] += design.x.T @ (design.x * curve[:, None])
    information[:-1, -1] += across
    information[-1, :-1] += across
    information[-1, -1] += float((chance_tie * (1 - chance_tie)).sum())
    return scores, information


def predict(eta: Array, tie: float) -> tuple[Array, Array, Array]:
    """The chances of `a`, `b` and a tie, n of each."""
    exponents = np.stack([eta / 2, -eta / 2, np.full_like(eta, tie)])
    weights = np.exp(exponents - exponents.max(axis=0))
    chances = weights / weights.sum(axis=0)
    return chances[0], chances[1], chances[2]


def add_users(scores: Array, user: NDArray[np.int64]) -> Array:
    """The outer product of the scores summed by user, for the clustered covariance (Liang and Zeger 1986)."""
    count = int(user.max(initial=-1)) + 1
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, user, scores)
    return sums.T @ sums * (count / max(count - 1, 1))


def to_share(log_odds: float) -> float:
    """The logistic function.

    >>> to_share(0.0), round(to_share(0.619), 3)
    (0.5, 0.65)
    """
    return 1 / (1 + math.exp(-log_odds)) if log_odds >= 0 else 1 - to_share(-log_odds)


def estimate(value: float, error: float) -> Estimate:
    return Estimate(value, value - Z_90 * error, value + Z_90 * error)


def estimate_share(value: float, error: float) -> Estimate:
    """The same of log odds, as a share."""
    found = estimate(value, error)
    return Estimate(to_share(found.value), to_share(found.low), to_share(found.high))
