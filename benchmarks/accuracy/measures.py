"""Measures of detectors: what is true, scores and what fired come in as arrays, figures go out.

The labelled chats hold far more feedback than logs do. `weigh` gives each message the weight that it would have where
feedback is as rare as in use; precision, which depends on that, is told with these weights.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from feedback.accuracy import RARE, Bin, Estimate

Booleans = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

BINS = 10
DRAWS = 200
DIGITS = 4


def weigh(is_feedback: Booleans, rare: float = RARE) -> Numbers:
    """Weights that sum to 1, of which messages with feedback have `rare`. Where all or none is, all weigh the same.

    >>> weigh(np.array([True, False, False])).round(3).tolist()
    [0.05, 0.475, 0.475]
    """
    count, feedback = len(is_feedback), int(is_feedback.sum())
    if feedback in (0, count):
        return np.full(count, 1 / max(count, 1))
    return np.where(is_feedback, rare / feedback, (1 - rare) / (count - feedback))


def measure_precision(truth: Booleans, fired: Booleans, weights: Numbers | None = None) -> float:
    """Share of what fired that is true; NaN where nothing fired."""
    known = np.ones(len(truth)) if weights is None else weights
    total = known[fired].sum()
    return float(known[fired & truth].sum() / total) if total else math.nan


def measure_share(fired: Booleans, among: Booleans) -> float:
    """Share of `among` that fired (recall among what is true, false alarms among what is not); NaN of none."""
    return float(fired[among].mean()) if among.any() else math.nan


def measure_average_precision(truth: Booleans, scores: Numbers) -> float:
    """NaN where nothing is true."""
    return float(average_precision_score(truth, scores)) if truth.any() else math.nan


def find_best_f1(truth: Booleans, scores: Numbers, most_alarms: float) -> tuple[float, float]:
    """The best F1 of any threshold with no more than this share of false alarms, and that threshold (at or over).

    NaN and infinity where nothing is true or no threshold is high enough.

    >>> find_best_f1(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]), 0.0)
    (0.6666666666666666, 0.9)
    """
    if not truth.any():
        return math.nan, math.inf
    order = np.argsort(-scores, kind="stable")
    hits, falses = np.cumsum(truth[order]), np.cumsum(~truth[order])
    ends = np.append(np.diff(scores[order]) != 0, True)
    allowed = ends & (falses <= most_alarms * max(int((~truth).sum()), 1))
    if not allowed.any():
        return 0.0, math.inf
    f1 = np.where(allowed, 2 * hits / (hits + falses + truth.sum()), -1.0)
    best = int(f1.argmax())
    return float(f1[best]), float(scores[order][best])


def measure_f1(truth: Booleans, fired: Booleans) -> float:
    return float(f1_score(truth, fired, zero_division=0.0))


def measure_macro_f1(truth: Sequence[str], told: Sequence[str], labels: Sequence[str]) -> float:
    """Mean over the labels of the F1 of each."""
    return float(f1_score(truth, told, labels=list(labels), average="macro", zero_division=0.0))


def list_bins(truth: Booleans, scores: Numbers, count: int = BINS) -> tuple[Bin, ...]:
    """Equal widths from 0 to 1; those that hold no message are left out."""
    places = np.minimum((scores * count).astype(int), count - 1)
    return tuple(
        Bin(
            low=place / count,
            high=(place + 1) / count,
            messages=int(inside.sum()),
            mean_score=round(float(scores[inside].mean()), DIGITS),
            share=round(float(truth[inside].mean()), DIGITS),
        )
        for place in range(count)
        if (inside := places == place).any()
    )


def measure_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance between score and share, each bin by its messages (expected calibration error)."""
    total = sum(each.messages for each in bins)
    return round(sum(each.messages * abs(each.mean_score - each.share) for each in bins) / max(total, 1), DIGITS)


def draw_again(groups: Sequence[str], draws: int, seed: int = 0) -> Iterator[Places]:
    """Places of the messages of as many conversations as there are, drawn with replacement, again and again."""
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]
    generator = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.concatenate([members[number] for number in generator.integers(len(members), size=len(members))])


def estimate(measure: Callable[[Places], float], drawn: Sequence[Places], count: int) -> Estimate | None:
    """What `measure` says of all messages, and the middle 95 % of what it says of those drawn; None where it is NaN."""
    value = measure(np.arange(count))
    if math.isnan(value):
        return None
    again = [found for places in drawn if not math.isnan(found := measure(places))] or [value]
    low, high = np.quantile(again, (0.025, 0.975))
    return Estimate(round(value, DIGITS), round(float(low), DIGITS), round(float(high), DIGITS))
