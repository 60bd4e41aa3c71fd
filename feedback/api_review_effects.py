"""REST of what reviews changed: a key for each thing that learns from them."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from feedback.api_detectors import MeasuredResource, describe_measured
from feedback.reviewing.effects import Learnt, load_detector_effects
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import format_moment
from tracing.store import get_store

router = Router(tags=["feedback"])


class LearntDetectorResource(Schema):
    """A detector that reviews say something of, beside what was measured before. A threshold is null where it is not
    one number; `is_followed` tells that it was taken from what people said."""

    kind: str
    title: str
    by_reviews: MeasuredResource
    shipped_precision: float | None
    shipped_recall: float | None
    shipped_threshold: float | None
    threshold: float | None
    is_followed: bool


class ThresholdMoveResource(Schema):
    """A threshold that followed what people said: from what to what, in words."""

    at: str
    kind: str
    change: str
    who: str


class ReviewEffectsResource(Schema):
    """What reviews changed. Detectors are those that review queues asked about; moves of thresholds the latest 20."""

    detectors: list[LearntDetectorResource]
    threshold_moves: list[ThresholdMoveResource]


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
    }


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
    }
