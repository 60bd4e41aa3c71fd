"""REST of detectors: what is listened for in a project, from which score on, and what is expected."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from feedback import detector_list, tunings
from feedback.review.measuring import LEAST_TOLD, Measured
from feedback.review.weighted import WeightedShare
from feedback.teaching import Taught
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import EXACTLY, WHOLE
from tracing.store import get_store

router = Router(tags=["feedback"])
LONGEST_MS = 86_400_000


class SuggestionResource(Schema):
    """Another threshold at which about four of five would be right, as people's verdicts have it; null where no score
    would do. `fired` of the signals of the last 30 days would fire instead of `fired_now`."""

    threshold: float | None
    precision_now: float
    precision: float | None
    fired_now: int
    fired: int
    judged: int


class ReviewedShareResource(Schema):
    """A share of all that review queues draw from, `low` to `high` (95 %), told from `items` that were chosen with
    known probabilities: they tell as much as `effective_items` would that were chosen by chance."""

    value: float
    low: float
    high: float
    items: int
    effective_items: float


class MeasuredResource(Schema):
    """How right it is by review queues: of what fires today `precision` is right, of what there is it hears `recall`;
    each is null where under 10 of the `reviewed` items tell of it."""

    reviewed: int
    precision: ReviewedShareResource | None
    recall: ReviewedShareResource | None


class TaughtResource(Schema):
    """What people pressed beside its signals: of `judged` that fired, `confirmed` were right, a share of `precision`
    (`low` to `high`: 95 %), null under 10. `missed` are those that people heard and it did not. `by_reviews` is null
    where no review queue asked about it. `shipped_precision` and `shipped_recall` are what was measured before."""

    judged: int
    confirmed: int
    precision: float | None
    low: float | None
    high: float | None
    missed: int
    by_reviews: MeasuredResource | None
    shipped_precision: float | None
    shipped_recall: float | None
    suggestion: SuggestionResource | None


class DetectorResource(Schema):
    """What a detector is and how it works here; `signals` and `fired` are those of the last seven days. `threshold` is
    null where the detector's own holds, and `is_followed` where it was taken from what people said."""

    kind: str
    title: str
    what: str
    version: str
    is_on: bool
    threshold: float | None
    is_followed: bool
    signals: int
    fired: int
    taught: TaughtResource


class ExpectationResource(Schema):
    """From when on an answer is slow (null: by what is usual), what an unusually long conversation means, and whether
    thresholds follow what people say of signals by themselves."""

    slow_ms: int | None
    long_is: str
    thresholds_follow: bool


class DetectorList(Schema):
    """`waiting` conversations are still to be listened to again after a change, the latest first."""

    items: list[DetectorResource]
    expectation: ExpectationResource
    waiting: int


class NewSetting(Schema):
    """How a detector is to work; a `threshold` that is null leaves it to the detector."""

    model_config = EXACTLY

    is_on: bool = True
    threshold: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None


class NewExpectation(Schema):
    model_config = EXACTLY

    slow_ms: Annotated[int, Field(ge=1, le=LONGEST_MS), WHOLE] | None = None
    long_is: Literal["good", "neutral", "bad"] = "neutral"
    thresholds_follow: bool = False


def describe_taught(taught: Taught) -> dict[str, Any]:
    right, told = taught.right, taught.is_told
    return {
        "judged": right.whole,
        "confirmed": right.part,
        "precision": right.value if told else None,
        "low": right.low if told else None,
        "high": right.high if told else None,
        "missed": taught.missed,
        "by_reviews": describe_measured(taught.reviewed) if taught.reviewed else None,
        "shipped_precision": taught.shipped.value if taught.shipped else None,
        "shipped_recall": taught.shipped_recall.value if taught.shipped_recall else None,
        "suggestion": asdict(taught.suggestion) if taught.suggestion else None,
    }


def describe_measured(measured: Measured) -> dict[str, Any]:
    return {
        "reviewed": measured.reviewed,
        "precision": describe_share(measured.precision),
        "recall": describe_share(measured.recall),
    }


def describe_share(share: WeightedShare | None) -> dict[str, Any] | None:
    """None where it is told from too few."""
    if share is None or share.n < LEAST_TOLD:
        return None
    told = {"value": share.value, "low": share.low, "high": share.high}
    return told | {"items": share.n, "effective_items": share.effective_n}


@router.get("detectors", response=DetectorList, summary="What is listened for", auth=May(Right.READ))
def list_detectors(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    tuning, follows = tunings.load_tuning(project_id), tunings.is_following(project_id)
    detectors = detector_list.list_detectors(get_store(), project_id)
    return {
        "items": [asdict(each) | {"taught": describe_taught(each.taught)} for each in detectors],
        "expectation": {"slow_ms": tuning.slow_ms, "long_is": tuning.long_is, "thresholds_follow": follows},
        "waiting": detector_list.count_waiting(project_id),
    }


@router.put("detectors/{kind}", response=DetectorList, summary="Turn a detector on or off", auth=May(Right.EDIT))
def set_detector(request: HttpRequest, kind: str, setting: NewSetting) -> dict[str, Any]:
    """Or move the score from which it fires. Conversations are then listened to again, the latest first."""
    if kind not in detector_list.KINDS:
        raise HttpError(404, f"There is no detector {kind!r}; GET detectors lists them.")
    project_id = project_of(request).pk
    before = detector_list.list_detectors(get_store(), project_id)
    tunings.set_detector(project_id, kind, is_on=setting.is_on, threshold=setting.threshold)
    after = detector_list.list_detectors(get_store(), project_id)
    audit.describe(request, kind, **detector_list.describe_changes(before, after))
    return list_detectors(request)


@router.put("expectation", response=ExpectationResource, summary="What is expected", auth=May(Right.EDIT))
def set_expectation(request: HttpRequest, expectation: NewExpectation) -> dict[str, Any]:
    """When an answer is slow, what an unusually long conversation means, and whether thresholds follow what people say.
    Conversations are listened to again."""
    project_id = project_of(request).pk
    tunings.set_expectation(project_id, slow_ms=expectation.slow_ms, long_is=expectation.long_is)
    tunings.set_following(project_id, thresholds_follow=expectation.thresholds_follow)
    audit.describe(request, **expectation.model_dump())
    return expectation.model_dump()
