"""REST of what reviews changed: a key for each thing that learns from them."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from feedback.api_detectors import MeasuredResource, describe_measured
from feedback.api_regressions import RegressionCountsResource, describe_counts
from feedback.review_resources import (
    EstimateEffectsResource,
    GoldResource,
    describe_estimates,
    describe_gold,
)
from feedback.reviewing.calibration import load_estimate_effects
from feedback.reviewing.effects import Learnt, load_detector_effects
from feedback.reviewing.gold import count_gold
from feedback.reviewing.mode_effects import ModeEffect, load_mode_effects
from feedback.reviewing.regressions import count_regressions
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import format_moment
from tracing.store import get_store

router = Router(tags=["feedback"])


class LearntDetectorResource(Schema):
    """A detector that reviews say something of, beside what was measured before. A threshold is null where it is not
    one number; `is_followed` tells that it was taken from what people said. `label_confidence` is the mean confidence
    of the labels that its signals give to answers in datasets, null where it gives none or too few were reviewed;
    `shipped_label_confidence` is that without reviews."""

    kind: str
    title: str
    by_reviews: MeasuredResource
    shipped_precision: float | None
    shipped_recall: float | None
    shipped_threshold: float | None
    threshold: float | None
    is_followed: bool
    shipped_label_confidence: float | None
    label_confidence: float | None


class ThresholdMoveResource(Schema):
    """A threshold that followed what people said: from what to what, in words."""

    at: str
    kind: str
    change: str
    who: str


class ModeEffectResource(Schema):
    """A failure mode that was reviewed: how many of its conversations belong to it, how many came and left by what
    reviewers said, its `border` beside that with which all modes begin, and from how many reviewed conversations its
    title was found, 0 where it was found from all."""

    number: int
    title: str
    reviewed: int
    belonging: int
    verdict: Literal["unsure", "verified", "mixed"]
    came: int
    left: int
    border_before: float
    border: float
    named_from: int


class ReviewEffectsResource(Schema):
    """What reviews changed. Detectors are those that review queues asked about; moves of thresholds the latest 20."""

    detectors: list[LearntDetectorResource]
    threshold_moves: list[ThresholdMoveResource]
    estimates: EstimateEffectsResource
    datasets: GoldResource
    failure_modes: list[ModeEffectResource]
    regression_cases: RegressionCountsResource


@router.get("review-effects", response=ReviewEffectsResource, summary="What reviews changed", auth=May(Right.READ))
def show_review_effects(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    detectors = load_detector_effects(get_store(), project_id)
    return {
        "detectors": [describe_learnt(each) for each in detectors.learnt],
        "threshold_moves": [
            {"at": format_moment(move.at), "kind": move.kind, "change": move.words, "who": move.who}
            for move in detectors.moves
        ],
        "estimates": describe_estimates(load_estimate_effects(get_store(), project_id)),
        "datasets": describe_gold(count_gold(get_store(), project_id)),
        "failure_modes": [describe_mode_effect(each) for each in load_mode_effects(get_store(), project_id).modes],
        "regression_cases": describe_counts(count_regressions(get_store(), project_id)),
    }


def describe_mode_effect(effect: ModeEffect) -> dict[str, Any]:
    names = ("number", "title", "came", "left", "border_before", "border", "named_from")
    membership = effect.membership
    told = {"reviewed": membership.reviewed, "belonging": membership.belonging, "verdict": membership.verdict}
    return {name: getattr(effect, name) for name in names} | told


def describe_learnt(learnt: Learnt) -> dict[str, Any]:
    detector, taught = learnt.detector, learnt.detector.taught
    return {
        "kind": detector.kind,
        "title": detector.title,
        "by_reviews": describe_measured(taught.reviewed) if taught.reviewed else None,
        "shipped_precision": taught.shipped.value if taught.shipped else None,
        "shipped_recall": taught.shipped_recall.value if taught.shipped_recall else None,
        "shipped_threshold": learnt.shipped_threshold,
        "threshold": learnt.threshold,
        "is_followed": detector.is_followed,
        "shipped_label_confidence": learnt.labels.expected if learnt.labels else None,
        "label_confidence": learnt.labels.learnt if learnt.labels else None,
    }
