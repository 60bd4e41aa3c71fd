"""What reviews did to estimates and datasets, as REST tells it."""

from typing import Any

from ninja import Schema

from feedback.review.calibration import Calibration, Figures
from feedback.reviewing.calibration import EstimateEffects
from feedback.reviewing.gold import Gold


class ReliabilityBinResource(Schema):
    """Reviewed conversations whose probability is from `low` to `high`: the mean of their probabilities, and the share
    of them whom reviewers found dissatisfied, weighed by how they were chosen."""

    low: float
    high: float
    conversations: int
    mean: float
    share: float


class TruthResource(Schema):
    """How true probabilities are: the lower, the truer. `calibration_error` is in bins of equal width, `by_chance` what
    faultless probabilities would show with the same conversations."""

    mean: float
    brier: float
    log_loss: float
    calibration_error: float
    by_chance: float
    bins: list[ReliabilityBinResource]


class ChangeResource(Schema):
    """Of the log loss, with its 90 % interval; under 0 reviews made estimates truer."""

    value: float
    low: float
    high: float


class EstimateEffectsResource(Schema):
    """What reviews did to P(dissatisfied), on conversations each of which was estimated by what other reviews taught.
    All but the first two are null while too few are settled, or no fit was made since."""

    settled: int
    missing: int
    conversations: int | None
    by_chance_alone: int | None
    effective: float | None
    dissatisfied: float | None
    shipped: TruthResource | None
    without_reviews: TruthResource | None
    with_reviews: TruthResource | None
    change: ChangeResource | None


class ReviewedVersionResource(Schema):
    """The newest version of a dataset, and how many of its rows are by a reviewer's word."""

    dataset: int
    name: str
    version: int
    rows: int
    reviewed: int
    better_answers: int


class GoldResource(Schema):
    """What reviewers settled that datasets take, and what their newest versions hold of it."""

    answers_right: int
    answers_wrong: int
    better_answers: int
    conversations: int
    signals: int
    versions: list[ReviewedVersionResource]


def describe_estimates(effects: EstimateEffects) -> dict[str, Any]:
    told = {"settled": effects.settled, "missing": effects.missing}
    return told | describe_calibration(effects.view.calibration if effects.view else None)


def describe_calibration(calibration: Calibration | None) -> dict[str, Any]:
    if calibration is None:
        names = EstimateEffectsResource.model_fields.keys() - {"settled", "missing"}
        return dict.fromkeys(sorted(names))
    change = calibration.change
    return {
        "conversations": calibration.conversations,
        "by_chance_alone": calibration.controls,
        "effective": calibration.effective,
        "dissatisfied": calibration.share,
        "shipped": describe_figures(calibration.shipped),
        "without_reviews": describe_figures(calibration.before),
        "with_reviews": describe_figures(calibration.after),
        "change": {"value": change.value, "low": change.low, "high": change.high},
    }


def describe_figures(figures: Figures) -> dict[str, Any]:
    return {
        "mean": figures.mean,
        "brier": figures.brier,
        "log_loss": figures.log_loss,
        "calibration_error": figures.error,
        "by_chance": figures.chance,
        "bins": [
            {"low": each.low, "high": each.high, "conversations": each.count, "mean": each.told, "share": each.share}
            for each in figures.bins
        ],
    }


def describe_gold(gold: Gold) -> dict[str, Any]:
    settled = gold.settled
    return {
        "answers_right": settled.answers_right,
        "answers_wrong": settled.answers_wrong,
        "better_answers": settled.better_answers,
        "conversations": settled.conversations,
        "signals": settled.signals,
        "versions": [
            {
                "dataset": each.dataset,
                "name": each.name,
                "version": each.version,
                "rows": each.rows,
                "reviewed": each.reviewed,
                "better_answers": each.better,
            }
            for each in gold.versions
        ],
    }
