"""Votes of many conversations come in, how far to believe each of them goes out; nobody says which votes were right.

Weak supervision (Dawid and Skene, 1979; Ratner et al., 2016): the accuracy of each vote is estimated by expectation
maximisation, from how votes agree, with what was learnt elsewhere as the prior. How often a vote is cast is a project's
own; what it then says is shrunk towards that prior. Votes that say the same twice are not counted twice: each has the
weight that Fisher's discriminant (1936) gives it with the correlations within classes, over the one that it gives
without. Independent votes weigh 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.odds import expit, logit

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

MOST_ROUNDS = 100
TOLERANCE = 1e-4
BELIEVABLE = 100.0
"""Conversations. However many a project has, how their votes agree changes what votes say no more than so many would:
the model is not quite right, and more of it makes that no better (a coarsened posterior: Miller and Dunson, 2019)."""
MOST_WEIGHT = 1.0
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Vote:
    """What is believed of one vote before a project is looked at. Level 0 is that it was not cast."""

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    """By level, of the satisfied; they sum to 1."""
    ratios: tuple[float, ...]
    """By level, log of how much likelier it is of the dissatisfied."""
    deviations: tuple[float, ...]
    """By level, standard deviation of that ratio between projects."""
    is_learnt: bool = True
    """From labelled conversations; else assumed."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before a project is looked at."""

    votes: tuple[Vote, ...]
    correlations: Array
    """Of what the votes say, within classes."""
    prevalence: float
    conversations: float = 50.0
    """How many of a project's conversations the prior counts as, for how often votes are cast."""
    correlations_conversations: float = 500.0


@dataclass(frozen=True, slots=True)
class LabelModel:
    """What each vote says in a project."""

    prior: Prior
    prevalence: float
    ratios: tuple[Array, ...]
    """By vote, by level: log of how much likelier it is of the dissatisfied."""
    spreads: tuple[Array, ...]
    """By vote, levels by independent errors: how a ratio moves with one standard deviation of each."""
    weights: Array
    """By vote, 0 to 1: how much of what it says no other vote said."""

    def weigh(self, codes: Places) -> Array:
        """What each vote adds to the log odds. A row for each conversation, a column for each vote."""
        return np.column_stack([table[codes[:, at]] for at, table in enumerate(self.ratios)]) * self.weights

    def spread(self, codes: Places) -> Array:
        """Standard errors of the rows' sums, from what is not known of the votes."""
        tables = [(spread**2).sum(axis=1) for spread in self.spreads]
        variances = np.column_stack([table[codes[:, at]] for at, table in enumerate(tables)]) * self.weights**2
        errors: Array = np.sqrt(variances.sum(axis=1))
        return errors


@dataclass(frozen=True, slots=True)
class _State:
    """Between two rounds."""

    prevalence: float
    shares: tuple[Array, ...]
    """By vote: a row for each class, a column for each level."""
    known: tuple[Array, ...]
    """By vote, by level: variance of its ratio."""
    weights: Array

    @property
    def ratios(self) -> tuple[Array, ...]:
        return tuple(np.log(each[1] / each[0]) for each in self.shares)


def fit_label_model(prior: Prior, codes: Places) -> LabelModel:
    """From the level of each vote: a row for each conversation, a column for each vote; without labels."""
    rows, counts = np.unique(codes, axis=0, return_counts=True)
    state = _start(prior)
    believed = _believe(state, rows)
    for _ in range(MOST_ROUNDS):
        state = _maximise(prior, rows, counts, believed)
        before, believed = believed, _believe(state, rows)
        if np.abs(believed - before).max(initial=0.0) < TOLERANCE:
            break
    spreads = tuple(_spread_ratios(shares, known) for shares, known in zip(state.shares, state.known, strict=True))
    return LabelModel(prior, state.prevalence, state.ratios, spreads, state.weights)


def _start(prior: Prior) -> _State:
    shares = tuple(_list_shares(each) for each in prior.votes)
    known = tuple(np.array(each.deviations) ** 2 for each in prior.votes)
    differences = np.array([_measure_difference(each) for each in shares])
    return _State(prior.prevalence, shares, known, weigh_votes(prior.correlations, differences))


def _list_shares(vote: Vote) -> Array:
    satisfied = np.array(vote.shares)
    return np.stack([satisfied, satisfied * np.exp(np.array(vote.ratios))])


def _believe(state: _State, rows: Places) -> Array:
    """P(dissatisfied) of each row."""
    said = np.column_stack([table[rows[:, at]] for at, table in enumerate(state.ratios)]) @ state.weights
    believed: Array = expit(logit(state.prevalence) + said)
    return believed


def _maximise(prior: Prior, rows: Places, counts: Places, believed: Array) -> _State:
    """What is likeliest where the rows are dissatisfied with these probabilities."""
    of_classes = np.stack([counts * (1 - believed), counts * believed])
    pulls = prior.conversations * np.array([1 - prior.prevalence, prior.prevalence])
    prevalence = float((of_classes[1].sum() + pulls[1]) / (counts.sum() + pulls.sum()))
    knowledge = _measure_knowledge(believed, counts)
    fitted = [_fit_vote(vote, rows[:, at], of_classes, pulls, knowledge) for at, vote in enumerate(prior.votes)]
    shares = tuple(each for each, _ in fitted)
    weights = _weigh_rows(prior, shares, rows, of_classes, knowledge)
    return _State(prevalence, shares, tuple(each for _, each in fitted), weights)


def _measure_knowledge(believed: Array, counts: Places) -> float:
    """How much a conversation whose class is believed says, measured by one whose class is known (0 to 1)."""
    mean = float(np.average(believed, weights=counts))
    return float(np.average((believed - mean) ** 2, weights=counts) / max(mean * (1 - mean), TINY))


def _fit_vote(vote: Vote, levels: Places, of_classes: Array, pulls: Array, knowledge: float) -> tuple[Array, Array]:
    """Shares of its levels in both classes, and the variance of each level's ratio."""
    counts: Array = np.stack([np.bincount(levels, each, minlength=len(vote.levels)) for each in of_classes])
    if levels.any():  # a vote that nobody casts here says nothing by its silence
        counts = counts + pulls[:, None] * _list_shares(vote)
    sizes, counts = counts.sum(axis=1), counts + TINY
    seen = np.log(counts[1] / sizes[1]) - np.log(counts[0] / sizes[0])
    trust = BELIEVABLE / (BELIEVABLE + sizes.sum())
    precision = trust / (1 / counts).sum(axis=0)
    believed = 1 / np.array(vote.deviations) ** 2
    ratios = (seen * precision + np.array(vote.ratios) * believed) / (precision + believed)
    satisfied = counts.sum(axis=0) / (sizes[0] + sizes[1] * np.exp(ratios))
    shares = np.stack([satisfied, satisfied * np.exp(ratios)])
    return shares / shares.sum(axis=1, keepdims=True), 1 / (precision * knowledge + believed)


def _measure_difference(shares: Array) -> float:
    """How far apart a vote holds the classes, in standard deviations within them."""
    ratios = np.log(shares[1] / shares[0])
    means = shares @ ratios
    variances = shares @ ratios**2 - means**2
    return float((means[1] - means[0]) / np.sqrt(max(variances.mean(), TINY)))


def weigh_votes(correlations: Array, differences: Array) -> Array:
    """Weights of votes: Fisher's discriminant with the correlations over the one without; 0 where nothing is said.

    Two votes that always agree have half the weight each.

    >>> weigh_votes(np.array([[1.0, 0.999, 0.0], [0.999, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.ones(3)).round(2).tolist()
    [0.5, 0.5, 1.0]
    """
    discriminant = np.linalg.solve(correlations, differences)
    weights = np.divide(discriminant, differences, out=np.zeros_like(differences), where=np.abs(differences) > 1e-6)
    clipped: Array = np.clip(weights, 0.0, MOST_WEIGHT)
    return clipped


def _weigh_rows(prior: Prior, shares: tuple[Array, ...], rows: Places, of_classes: Array, knowledge: float) -> Array:
    said = np.column_stack([np.log(each[1] / each[0])[rows[:, at]] for at, each in enumerate(shares)])
    seen, conversations = correlate_within(said, of_classes), of_classes.sum() * knowledge
    share = conversations / (conversations + prior.correlations_conversations)
    correlations = share * seen + (1 - share) * prior.correlations
    return weigh_votes(correlations, np.array([_measure_difference(each) for each in shares]))


def correlate_within(said: Array, of_classes: Array) -> Array:
    """Correlations of the columns within classes, pooled; `of_classes` has the weight of each row in each class.

    What is never said correlates with nothing.
    """
    pooled = np.zeros((said.shape[1], said.shape[1]))
    for weights in of_classes:
        off = said - np.average(said, axis=0, weights=weights)
        pooled += off.T @ (weights[:, None] * off)
    deviations = np.sqrt(np.diag(pooled))
    scale = np.where(deviations > TINY, 1 / np.maximum(deviations, TINY), 0.0)
    correlations = pooled * scale[:, None] * scale
    np.fill_diagonal(correlations, 1.0)
    return correlations


def _spread_ratios(shares: Array, known: Array) -> Array:
    """What an error in each level's ratio does to the ratios of all: if a vote says more, so does its silence."""
    spreads: Array = (np.eye(len(known)) - shares[1]) * np.sqrt(known)
    return spreads
