"""A project's conversations come in, what is known of its users' satisfaction goes out: one model, fitted once.

The label model weighs the votes; the joint model calibrates their sum on what was said on purpose and corrects for who
said it. Fitted again without what was said on purpose, it gives the implicit rate.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.odds import logit
from feedback.satisfaction.defaults import Defaults, load_defaults
from feedback.satisfaction.joint_model import (
    ANSWERED,
    SILENT,
    VOLUNTEERED,
    Fit,
    Likelihood,
    RatioPrior,
    Sample,
    fit_joint_model,
)
from feedback.satisfaction.label_model import LabelModel, fit_label_model
from feedback.satisfaction.scales import GROUPS, Binning, Scale, fit_binning, fit_scale
from feedback.satisfaction.table import Table

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

BIN_DEVIATION = 0.25
"""Of what a bin says in a project, beyond what is not known of its votes."""
SLOPE_DEVIATION = 0.3
"""Of how much all scores of a project say too much or too little."""
REVIEW_ACCURACY = 0.93
"""Of a reviewer's label."""


@dataclass(frozen=True, slots=True)
class Scales:
    turns: Scale
    answers: Scale
    thumb_turns: Scale
    thumb_answers: Scale
    bins: Binning


@dataclass(frozen=True)
class Satisfaction:
    """All that was learnt of a project."""

    defaults: Defaults
    labels: LabelModel
    scales: Scales
    ratios: RatioPrior
    implicit: Fit
    joint: Fit

    @property
    def is_explicit(self) -> bool:
        """Whether anything was said on purpose."""
        return self.joint is not self.implicit

    def score(self, table: Table) -> Array:
        """What each vote says of each conversation, in log odds: a row for each, a column for each vote."""
        return weigh_votes_of(table, self.labels, self.defaults)


def weigh_votes_of(table: Table, labels: LabelModel, defaults: Defaults) -> Array:
    """The level of the vote of words says how much it says; within a level stronger words say more."""
    said = labels.weigh(table.votes.codes)
    order = np.argsort(defaults.centres)
    centres = np.array(defaults.centres)[order]
    shift = np.interp(table.votes.words, centres, labels.ratios[0][order] - centres)
    said[:, 0] = (table.votes.words + shift) * labels.weights[0]
    return said


def fit_satisfaction(table: Table, defaults: Defaults | None = None) -> Satisfaction:
    """Raises ValueError for a table without conversations."""
    if not len(table):
        raise ValueError("there is no conversation to learn from; expected one at least")
    defaults = defaults or load_defaults()
    labels = fit_label_model(defaults.prior, table.votes.codes)
    scores = weigh_votes_of(table, labels, defaults).sum(axis=1)
    scales = fit_scales(table, scores)
    sample = build_sample(table, scores, scales)
    ratios = build_ratio_prior(table, labels, scales.bins, sample.bins)
    implicit = fit_joint_model(Likelihood(sample, ratios, is_explicit=False))
    joint = (
        fit_joint_model(Likelihood(sample, ratios, is_explicit=True)) if len(table.verdicts.conversations) else implicit
    )
    return Satisfaction(defaults, labels, scales, ratios, implicit, joint)


def fit_scales(table: Table, scores: Array) -> Scales:
    thumbs = table.verdicts.of_users
    return Scales(
        turns=fit_scale(table.turns, GROUPS),
        answers=fit_scale(table.answer_characters, GROUPS),
        thumb_turns=fit_scale(table.verdicts.turn_indices[thumbs]),
        thumb_answers=fit_scale(table.verdicts.answer_characters[thumbs]),
        bins=fit_binning(scores),
    )


def build_sample(table: Table, scores: Array, scales: Scales) -> Sample:
    verdicts = table.verdicts
    thumbs = np.flatnonzero(verdicts.of_users)
    places = verdicts.conversations[thumbs]
    spoke = np.full(len(table), SILENT)
    spoke[places[verdicts.asked[thumbs]]] = ANSWERED
    spoke[places[~verdicts.asked[thumbs]]] = VOLUNTEERED
    reviews = np.zeros(len(table))
    reviewed = np.flatnonzero(verdicts.reviewed)
    sides = np.where(verdicts.dissatisfied[reviewed], 1.0, -1.0)
    np.add.at(reviews, verdicts.conversations[reviewed], sides * logit(REVIEW_ACCURACY))
    return Sample(
        bins=scales.bins.apply(scores),
        covariates=np.column_stack([scales.turns.apply(table.turns), scales.answers.apply(table.answer_characters)]),
        users=table.users,
        asked=table.asked | (spoke == ANSWERED),
        spoke=spoke,
        reviews=reviews,
        thumb_places=places,
        thumbs=verdicts.dissatisfied[thumbs].astype(float),
        traits=np.column_stack(
            [
                scales.thumb_turns.apply(verdicts.turn_indices[thumbs]),
                scales.thumb_answers.apply(verdicts.answer_characters[thumbs]),
            ]
        ),
    )


def build_ratio_prior(table: Table, labels: LabelModel, binning: Binning, bins: Places) -> RatioPrior:
    """Each bin's mean score, with what is not known of the votes behind it."""
    means = np.array(binning.centres)
    counts = np.maximum(np.bincount(bins, minlength=len(means)), 1)
    covariance = BIN_DEVIATION**2 * np.eye(len(means)) + SLOPE_DEVIATION**2 * np.outer(means, means)
    for at, spread in enumerate(labels.spreads):
        levels = np.zeros((len(means), len(spread)))
        np.add.at(levels, (bins, table.votes.codes[:, at]), 1.0)
        moved = labels.weights[at] * (levels / counts[:, None]) @ spread
        covariance += moved @ moved.T
    return RatioPrior(means, covariance)
