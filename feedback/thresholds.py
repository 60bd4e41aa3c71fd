"""From which score a kind should fire in a project, by what its people said: scores and verdicts in, a suggestion out.

Scores are taken to be probabilities that one app bends its own way: logit(p) = level + slope * (logit(score) -
logit(shipped)). Both start from where the threshold that is shipped fires as rightly as is aimed at, and hold to it as
if a dozen verdicts had said so; with each verdict the app's own people weigh more (maximum a posteriori, with Laplace's
approximation).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

AIM = 0.8
"""Share of what fires that is to be right."""
LEAST_JUDGED = 20
"""Verdicts under which nothing is suggested."""
LEAST_BELOW = 5
"""Nothing is suggested below the score under which so few verdicts lie: nobody looked there."""
LEAST_MOVE = 0.02
SURE = 0.9
"""How sure it is to be that the threshold is wrong before another is suggested."""
LEVEL_SD, SLOPE_SD = 0.7, 0.5
"""How far apps are taken to bend scores, in logits and as a factor."""
HIGHEST = 0.99
EDGE = 0.001
"""Scores of 0 and 1 are taken to be so far from it."""
STEPS = 50

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What people said of signals of one score; a verdict may count for more or less than one."""

    score: float
    confirmed: float
    rejected: float


@dataclass(frozen=True, slots=True)
class Scored:
    """How many signals of late have a score."""

    score: float
    signals: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A threshold at which about as many are right as is aimed at; None where none would do."""

    threshold: float | None
    precision_now: float
    """What is taken to be right of all that fires today."""
    precision: float | None
    """The same at the suggested threshold."""
    fired_now: int
    fired: int
    """How many of the signals of late would fire."""
    judged: int


@dataclass(frozen=True, slots=True)
class Bend:
    """How an app bends scores: mean and covariance of level and slope, around the score `origin`."""

    origin: float
    mean: Array
    covariance: Array

    def find_precision(self, scores: Array, signals: Array) -> tuple[float, float]:
        """The share that is right of signals of these scores, and its standard deviation in logits."""
        logits = to_logit(scores, self.origin)
        right = to_share(self.mean[0] + self.mean[1] * logits)
        weights = signals / signals.sum()
        share = float(weights @ right)
        slopes = weights * right * (1 - right)
        gradient = np.array([slopes.sum(), slopes @ logits]) / (share * (1 - share))
        return share, math.sqrt(float(gradient @ self.covariance @ gradient))


def suggest_threshold(
    judged: Sequence[Judged], scored: Sequence[Scored], shipped: float, now: float
) -> Suggestion | None:
    """Another threshold (0 to 1) than `now`, where what people said makes one likely; None where it is well as it is.

    `scored` are the signals of late, at any score; `shipped` is the threshold that holds where nobody says otherwise.
    """
    count = count_judged(judged)
    if count < LEAST_JUDGED or not any(each.score >= now for each in scored):
        return None
    bend = fit_bend(judged, find_level(scored, shipped), shipped)
    tails = {each: cut_tail(scored, each) for each in list_candidates(judged, now)}
    known = {each: bend.find_precision(*tail) for each, tail in tails.items() if len(tail[0])}
    share, deviation = known[now]
    z = NormalDist().inv_cdf(SURE)
    if to_log_odds(share) + z * deviation < to_log_odds(AIM):
        found = min((each for each in known if each >= now + LEAST_MOVE and known[each][0] >= AIM), default=None)
    else:
        surely = (each for each, (at, sd) in known.items() if to_log_odds(at) - z * sd >= to_log_odds(AIM))
        found = min(surely, default=now)
        if found > now - LEAST_MOVE:
            return None
    return Suggestion(
        threshold=found,
        precision_now=share,
        precision=None if found is None else known[found][0],
        fired_now=count_fired(scored, now),
        fired=0 if found is None else count_fired(scored, found),
        judged=count,
    )


def count_judged(judged: Sequence[Judged]) -> int:
    """As how many verdicts they count."""
    return round(sum(each.confirmed + each.rejected for each in judged))


def list_candidates(judged: Sequence[Judged], now: float) -> list[float]:
    """The thresholds that may be suggested, and that of today, in order; none where nobody looked."""
    ordered = sorted(judged, key=lambda each: each.score)
    counts = accumulate(each.confirmed + each.rejected for each in ordered)
    lowest = next(each.score for each, count in zip(ordered, counts, strict=True) if round(count, 6) >= LEAST_BELOW)
    return sorted({now, *(step / 100 for step in range(math.ceil(lowest * 100), round(HIGHEST * 100) + 1))})


def cut_tail(scored: Sequence[Scored], threshold: float) -> tuple[Array, Array]:
    """Scores from a threshold on, and how many signals have each."""
    tail = [each for each in scored if each.score >= threshold and each.signals]
    return np.array([each.score for each in tail]), np.array([float(each.signals) for each in tail])


def count_fired(scored: Sequence[Scored], threshold: float) -> int:
    return sum(each.signals for each in scored if each.score >= threshold)


def find_level(scored: Sequence[Scored], shipped: float) -> float:
    """The level at which the shipped threshold fires as rightly as is aimed at, by bisection."""
    scores, signals = cut_tail(scored, shipped)
    if not len(scores):
        scores, signals = np.array([shipped]), np.array([1.0])
    logits, weights = to_logit(scores, shipped), signals / signals.sum()
    low, high = -20.0, 20.0
    for _ in range(STEPS):
        level = (low + high) / 2
        low, high = (level, high) if float(weights @ to_share(level + logits)) < AIM else (low, level)
    return (low + high) / 2


def fit_bend(judged: Sequence[Judged], level: float, origin: float) -> Bend:
    """The likeliest bend, where `level` at the score `origin` and a slope of 1 were likely; by Newton's method."""
    logits = to_logit(np.array([each.score for each in judged]), origin)
    design = np.column_stack([np.ones_like(logits), logits])
    right = np.array([float(each.confirmed) for each in judged])
    all_of_them = right + np.array([float(each.rejected) for each in judged])
    prior, precision = np.array([level, 1.0]), np.diag([LEVEL_SD**-2, SLOPE_SD**-2])
    mean = prior
    for _ in range(STEPS):
        share = to_share(design @ mean)
        gradient = design.T @ (right - all_of_them * share) - precision @ (mean - prior)
        hessian = (design.T * (all_of_them * share * (1 - share))) @ design + precision
        step = np.linalg.solve(hessian, gradient)
        mean = mean + np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-9:
            break
    share = to_share(design @ mean)
    return Bend(origin, mean, np.linalg.inv((design.T * (all_of_them * share * (1 - share))) @ design + precision))


def to_logit(scores: Array, origin: float = 0.5) -> Array:
    """Logits of scores, from that of `origin` on."""
    clipped, start = np.clip(scores, EDGE, 1 - EDGE), min(max(origin, EDGE), 1 - EDGE)
    logits: Array = np.log(clipped / (1 - clipped)) - to_log_odds(start)
    return logits


def to_share(logits: Array) -> Array:
    shares: Array = 1 / (1 + np.exp(-logits))
    return shares


def to_log_odds(share: float) -> float:
    return math.log(share / (1 - share))
