"""A fitted project comes in, the shares of dissatisfied conversations go out, side by side and never summed silently.

Thumbs alone are counted; the implicit rate is of signals alone; the corrected rate is of both, with who spoke up, how
lenient they are and what they spoke about taken out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedback.odds import expit, logit
from feedback.satisfaction.intervals import LEVEL, Interval, estimate_probability, estimate_share
from feedback.satisfaction.joint_model import CLASSES, SILENT, Fit, Likelihood, Sample
from feedback.satisfaction.model import Satisfaction, build_sample
from feedback.satisfaction.table import Table

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

FEWEST_VERDICTS = 20
"""Under so many the corrected rate is not told."""
MOST_WEIGHT = 50.0
"""Of one verdict: inverse propensities are clipped here."""


@dataclass(frozen=True, slots=True)
class ThumbsRate:
    """The share of thumbs that are down, as they came."""

    share: Interval
    thumbs: int
    users: int
    effective: float
    """How many thumbs of so many different users would say as much."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """How much the corrected rate leans on few: the verdicts, each weighed by the inverse of how likely it was."""

    rate: float
    """What the weighted verdicts say by themselves; far from the corrected rate, the model does not fit."""
    effective: float
    """How many verdicts of equal weight would say as much (Kish, 1965)."""
    largest: float
    """The largest weight's share of all."""
    clipped: int
    """Verdicts whose weight was cut."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of conversations whose user was dissatisfied."""

    conversations: int
    implicit: Interval
    thumbs: ThumbsRate | None
    corrected: Interval | None
    """None where too few spoke up: then the implicit rate is all there is."""
    leaning: Leaning | None
    """None where no user said anything, either."""
    reason: str
    """One sentence: what the corrected rate rests on, or why there is none."""


def estimate_rates(satisfaction: Satisfaction, table: Table, level: float = LEVEL) -> Rates:
    """Of the table that the model was fitted to. `level` is the confidence of all intervals."""
    sample = build_sample(table, satisfaction.score(table).sum(axis=1), satisfaction.scales)
    verdicts = len(table.verdicts.conversations)
    is_enough = verdicts >= FEWEST_VERDICTS
    is_weighed = is_enough and bool(table.verdicts.of_users.any())
    leaning = measure_leaning(satisfaction, table, sample) if is_weighed else None
    return Rates(
        conversations=len(table),
        implicit=estimate_rate(satisfaction.implicit, sample, level),
        thumbs=count_thumbs(table, level),
        corrected=estimate_rate(satisfaction.joint, sample, level) if is_enough else None,
        leaning=leaning,
        reason=tell_reason(verdicts, leaning),
    )


def tell_reason(verdicts: int, leaning: Leaning | None) -> str:
    if verdicts < FEWEST_VERDICTS:
        return f"{verdicts:,} verdicts are too few to correct with; from {FEWEST_VERDICTS} on there is a corrected rate"
    if leaning is None:
        return f"from signals and {verdicts:,} verdicts, all of them labels of reviewers"
    return (
        f"from signals and {verdicts:,} verdicts, worth {leaning.effective:,.0f} of equal weight; "
        f"the heaviest is {leaning.largest:.0%} of all weight"
    )


def estimate_rate(fit: Fit, sample: Sample, level: float) -> Interval:
    """The mean over the conversations, with the error of the prevalence and of what covariates change."""
    prevalence = fit.layout.split(fit.parameters)[0]
    size = len(prevalence)
    values, counts = np.unique(sample.covariates, axis=0, return_counts=True)
    design = np.column_stack([np.ones(len(values)), values])
    shares = expit(design @ prevalence)
    rate = float(np.average(shares, weights=counts))
    slope = np.average(shares[:, None] * (1 - shares[:, None]) * design, axis=0, weights=counts)
    error = float(np.sqrt(slope @ fit.covariance[:size, :size] @ slope)) / (rate * (1 - rate))
    return estimate_probability(float(logit(rate)), error, level)


def count_thumbs(table: Table, level: float = LEVEL) -> ThumbsRate | None:
    """Wilson's interval, with as many thumbs as the differences between users leave (Rao and Scott, 1992)."""
    verdicts = table.verdicts
    of_users = np.flatnonzero(verdicts.of_users)
    if not len(of_users):
        return None
    downs = verdicts.dissatisfied[of_users].astype(float)
    _, numbers = np.unique(table.users[verdicts.conversations[of_users]], return_inverse=True)
    users, count, share = int(numbers.max()) + 1, len(downs), float(downs.mean())
    binomial = share * (1 - share) / count
    sums = np.bincount(numbers, downs - share, minlength=users)
    clustered = float((sums**2).sum()) / count**2 * users / max(users - 1, 1)
    effective = count / max(1.0, clustered / binomial) if binomial else float(users)
    return ThumbsRate(estimate_share(share * effective, effective, level), count, users, effective)


def measure_leaning(satisfaction: Satisfaction, table: Table, sample: Sample) -> Leaning:
    likelihood = Likelihood(sample, satisfaction.ratios, is_explicit=True)
    fit = satisfaction.joint
    posteriors = likelihood.evaluate(fit.parameters).posteriors[likelihood.cells :]
    spoke = sample.spoke[likelihood.told] != SILENT
    told, dissatisfied = likelihood.told[spoke], posteriors[spoke]
    shares = np.stack([1 - dissatisfied, dissatisfied])
    parts = shares / find_propensities(fit, sample, told, table.propensities[told])
    weights = parts.sum(axis=0)
    kept = np.minimum(1.0, MOST_WEIGHT * np.median(weights) / weights)
    clipped, total = weights * kept, float((weights * kept).sum())
    return Leaning(
        rate=float(parts[1] @ kept / total),
        effective=float(total**2 / (clipped**2).sum()),
        largest=float(clipped.max() / total),
        clipped=int((kept < 1).sum()),
    )


def find_propensities(fit: Fit, sample: Sample, rows: Places, asked: Array) -> Array:
    """How likely it was that somebody says something, before anybody was asked: a row for each class."""
    _, _, _, volunteering, answering, *_ = fit.layout.split(fit.parameters)
    fixed = volunteering[0] + sample.covariates[rows] @ volunteering[2:]
    volunteers = expit(fixed + volunteering[1] * CLASSES[:, None])
    answers = asked * expit(answering[0] + answering[1] * CLASSES[:, None])
    propensities: Array = 1 - (1 - volunteers) * (1 - answers)
    return propensities
