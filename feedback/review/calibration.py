"""Whether P(dissatisfied) became truer by reviews: a project's table and what reviewers settled come in, figures of
three sets of probabilities go out, each against what reviewers said.

Nothing is judged on what it was learnt from: a fifth of the reviewed conversations at a time is left out of the fit
that says how likely they are, and no estimate sees what reviewers said of its own conversation. An item that was chosen
with a probability of 0.02 counts as fifty like it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from feedback.review.weighted import count_alike
from feedback.satisfaction.estimates import estimate_conversations
from feedback.satisfaction.intervals import LEVEL, Interval
from feedback.satisfaction.model import Satisfaction, fit_satisfaction
from feedback.satisfaction.table import Table

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

FEWEST: Final = 20
"""Reviewed conversations; of fewer nothing is told."""
FOLDS: Final = 5
BINS: Final = 5
MOST_WEIGHT: Final = 50.0
"""Of one conversation, in times of the median: those that were hardly likely to be chosen would say everything."""
DRAWS: Final = 1_000
SEED: Final = 13
TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Judgement:
    """What reviewers settled of a conversation."""

    place: int
    """Of its conversation in the table."""
    conversation_id: str
    is_dissatisfied: bool
    propensity: float
    """With which probability it was chosen, over 0 to 1."""
    is_control: bool = False
    """Whether it was chosen by chance alone."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Conversations whose probability is from `low` to `high`."""

    low: float
    high: float
    count: int
    told: float
    """The mean of their probabilities."""
    share: float
    """Of them whom reviewers found dissatisfied."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How true probabilities are: the lower, the truer."""

    brier: float
    log_loss: float
    error: float
    """Expected calibration error in `BINS` bins of equal width."""
    chance: float
    """The error that probabilities without any fault would show with these conversations."""
    mean: float
    """Of the probabilities."""
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Probabilities as shipped, as learnt without reviews, and as learnt with them."""

    conversations: int
    effective: float
    """How many of equal weight would say as much (Kish, 1965)."""
    controls: int
    share: float
    """Dissatisfied, by reviewers."""
    shipped: Figures
    before: Figures
    after: Figures
    change: Interval
    """Of the log loss by reviews; under 0 they made probabilities truer."""

    @property
    def is_better(self) -> bool:
        return self.change.high < 0

    @property
    def is_worse(self) -> bool:
        return self.change.low > 0


def calibrate(table: Table, judgements: Sequence[Judgement], shipped: Satisfaction) -> Calibration | None:
    """`shipped` is believed of a project that is not known. None where too few conversations are reviewed."""
    if len(judgements) < FEWEST:
        return None
    places = np.array([each.place for each in judgements])
    said = np.array([each.is_dissatisfied for each in judgements])
    weights = weigh(judgements)
    unreviewed = leave_out(table, np.arange(len(table)))
    before = estimate(fit_satisfaction(unreviewed, shipped.defaults), unreviewed)[places]
    after = estimate_crosswise(table, unreviewed, judgements, shipped)
    return Calibration(
        conversations=len(judgements),
        effective=count_alike(weights.tolist()),
        controls=sum(each.is_control for each in judgements),
        share=float(np.average(said, weights=weights)),
        shipped=measure(estimate(shipped, unreviewed)[places], said, weights),
        before=measure(before, said, weights),
        after=measure(after, said, weights),
        change=measure_change(lose(after, said) - lose(before, said), weights),
    )


def weigh(judgements: Sequence[Judgement]) -> Array:
    """Inverses of the probabilities, clipped, with mean 1."""
    inverses = 1 / np.array([each.propensity for each in judgements])
    clipped: Array = np.minimum(inverses, MOST_WEIGHT * np.median(inverses))
    weights: Array = clipped / clipped.mean()
    return weights


def estimate_crosswise(
    table: Table, unreviewed: Table, judgements: Sequence[Judgement], shipped: Satisfaction
) -> Array:
    """Of each reviewed conversation, by what was learnt without its fifth."""
    folds, places = split(judgements), np.array([each.place for each in judgements])
    probabilities = np.zeros(len(judgements))
    for fold in range(FOLDS):
        held = folds == fold
        satisfaction = fit_satisfaction(leave_out(table, places[held]), shipped.defaults)
        probabilities[held] = estimate(satisfaction, unreviewed)[places[held]]
    return probabilities


def split(judgements: Sequence[Judgement]) -> Places:
    """The fifth of each, the same for the same conversations in any order."""
    digests = [hashlib.sha256(f"{SEED} {each.conversation_id}".encode()).hexdigest() for each in judgements]
    folds = np.zeros(len(judgements), np.int64)
    folds[sorted(range(len(digests)), key=digests.__getitem__)] = np.arange(len(digests)) % FOLDS
    return folds


def leave_out(table: Table, places: Places) -> Table:
    """The table without what reviewers said of the conversations at these places."""
    left = table.verdicts.reviewed & np.isin(table.verdicts.conversations, places)
    return replace(table, verdicts=table.verdicts.keep(~left))


def estimate(satisfaction: Satisfaction, table: Table) -> Array:
    probabilities: Array = np.clip(estimate_conversations(satisfaction, table).probabilities, TINY, 1 - TINY)
    return probabilities


def lose(probabilities: Array, said: Booleans) -> Array:
    """Minus the log of the probability of what was said."""
    losses: Array = -np.log(np.where(said, probabilities, 1 - probabilities))
    return losses


def measure(probabilities: Array, said: Booleans, weights: Array) -> Figures:
    random = np.random.default_rng(SEED)
    faultless = random.random((DRAWS // 5, len(said))) < probabilities
    return Figures(
        brier=float(np.average((probabilities - said) ** 2, weights=weights)),
        log_loss=float(np.average(lose(probabilities, said), weights=weights)),
        error=measure_error(list_bins(probabilities, said, weights), weights.sum()),
        chance=float(
            np.mean([measure_error(list_bins(probabilities, each, weights), weights.sum()) for each in faultless])
        ),
        mean=float(np.average(probabilities, weights=weights)),
        bins=tuple(each for each, _ in list_bins(probabilities, said, weights)),
    )


def list_bins(probabilities: Array, said: Booleans, weights: Array) -> list[tuple[Bin, float]]:
    """Those that hold any, with the weight of what they hold."""
    edges = np.linspace(0, 1, BINS + 1)
    numbers = np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, BINS - 1)
    found = []
    for number in np.unique(numbers):
        inside = numbers == number
        told, share = (
            float(np.average(each[inside], weights=weights[inside])) for each in (probabilities, said.astype(float))
        )
        ends = round(float(edges[number]), 6), round(float(edges[number + 1]), 6)
        found.append((Bin(*ends, int(inside.sum()), told, share), float(weights[inside].sum())))
    return found


def measure_error(bins: Sequence[tuple[Bin, float]], total: float) -> float:
    return float(sum(weight * abs(each.told - each.share) for each, weight in bins) / total)


def measure_change(differences: Array, weights: Array) -> Interval:
    """The weighted mean with its interval, by drawing whole conversations again (Efron, 1979)."""
    random = np.random.default_rng(SEED)
    count = len(weights)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=DRAWS)
    means = (drawn @ (weights * differences)) / (drawn @ weights)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(np.average(differences, weights=weights)), float(low), float(high))
