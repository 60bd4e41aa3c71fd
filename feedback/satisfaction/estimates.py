"""A fitted project and its conversations come in, P(dissatisfied) of each goes out, with an interval and with why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.odds import expit, logit
from feedback.satisfaction.intervals import LEVEL, find_quantile
from feedback.satisfaction.joint_model import Fit, Likelihood, Sample
from feedback.satisfaction.model import Satisfaction, build_sample
from feedback.satisfaction.table import Table

Array = npt.NDArray[np.float64]

USUAL, NOT_SEEN, SAID = "usual here", "not seen", "said on purpose"
"""What stands beside the votes among the reasons."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of conversations, one at each place."""

    probabilities: Array
    lows: Array
    highs: Array
    votes: Array
    """What each vote adds to the log odds, a column for each."""
    is_cast: npt.NDArray[np.bool_]
    """Whether the vote was cast; its silence says something, too."""
    usual: Array
    """Log odds of a conversation like it before anything is known of how it went, with the project's calibration."""
    said: Array
    """What was said on purpose, and whether anything was, adds to the log odds."""
    names: tuple[str, ...]

    def explain(self, place: int) -> Mapping[str, float]:
        """What speaks for dissatisfaction in one conversation, in log odds that add up to those of its probability: by
        vote that was cast, the strongest first, then what is usual, what was not seen and what was said on purpose.
        """
        votes, is_cast = self.votes[place], self.is_cast[place]
        cast = [(self.names[at], float(votes[at])) for at in np.flatnonzero(is_cast)]
        return {
            **dict(sorted(cast, key=lambda each: -abs(each[1]))),
            USUAL: float(self.usual[place]),
            NOT_SEEN: float(votes[~is_cast].sum()),
            SAID: float(self.said[place]),
        }


def estimate_conversations(satisfaction: Satisfaction, table: Table, level: float = LEVEL) -> Estimates:
    """Of any conversations of the project, also of those that came after the fit."""
    votes = satisfaction.score(table)
    scores = votes.sum(axis=1)
    sample = build_sample(table, scores, satisfaction.scales)
    fit = satisfaction.joint
    usual = find_usual(fit, sample)
    calibrated = calibrate(satisfaction, scores)
    said = find_said(satisfaction, sample, usual)
    log_odds = usual + calibrated + said
    reach = find_quantile(level) * find_errors(satisfaction, table, sample)
    return Estimates(
        probabilities=expit(log_odds),
        lows=expit(log_odds - reach),
        highs=expit(log_odds + reach),
        votes=votes,
        is_cast=table.votes.codes > 0,
        usual=usual + calibrated - scores,
        said=said,
        names=tuple(each.name for each in satisfaction.defaults.prior.votes),
    )


def find_usual(fit: Fit, sample: Sample) -> Array:
    prevalence = fit.layout.split(fit.parameters)[0]
    usual: Array = prevalence[0] + sample.covariates @ prevalence[1:]
    return usual


def calibrate(satisfaction: Satisfaction, scores: Array) -> Array:
    """What scores say in this project: as far off as those of the bins around them were found to be."""
    centres = np.array(satisfaction.scales.bins.centres)
    calibrated: Array = scores + np.interp(scores, centres, satisfaction.joint.ratios - centres)
    return calibrated


def find_said(satisfaction: Satisfaction, sample: Sample, usual: Array) -> Array:
    """What verdicts, and saying nothing, add to the log odds: before anything said on purpose was learnt from, what
    reviewers said alone, whose accuracy is taken as known."""
    if not satisfaction.is_explicit:
        return sample.reviews
    likelihood = Likelihood(sample, satisfaction.ratios, is_explicit=True)
    posteriors = np.clip(likelihood.evaluate(satisfaction.joint.parameters).posteriors, 1e-12, 1 - 1e-12)
    rows = logit(posteriors[likelihood.row_of])
    said: Array = rows - usual - satisfaction.joint.ratios[sample.bins]
    return said


def find_errors(satisfaction: Satisfaction, table: Table, sample: Sample) -> Array:
    """Standard errors of the log odds: of prevalence and calibration, and of votes that are less known than others."""
    fit, bins = satisfaction.joint, len(satisfaction.scales.bins.centres)
    slopes = fit.differentiate_log_odds(sample)
    fitted = np.einsum("np,pq,nq->n", slopes, fit.covariance, slopes, optimize=True)
    spreads = satisfaction.labels.spread(table.votes.codes) ** 2
    counts = np.maximum(np.bincount(sample.bins, minlength=bins), 1)
    usual = np.bincount(sample.bins, spreads, minlength=bins) / counts
    errors: Array = np.sqrt(fitted + np.maximum(0.0, spreads - usual[sample.bins]))
    return errors
