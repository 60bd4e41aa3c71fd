"""REST of detectors: what is listened for in a project, from which score on, and what is expected."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from feedback import detector_list, tunings
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import EXACTLY, WHOLE
from tracing.store import get_store

router = Router(tags=["feedback"])
LONGEST_MS = 86_400_000


class DetectorResource(Schema):
    """What a detector is and how it works here; `signals` and `fired` are those of the last seven days. `threshold` is
    null where the detector's own holds."""

    kind: str
    title: str
    what: str
    version: str
    is_on: bool
    threshold: float | None
    signals: int
    fired: int


class ExpectationResource(Schema):
    """From when on an answer is slow (null: by what is usual), and what an unusually long conversation means."""

    slow_ms: int | None
    long_is: str


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


@router.get("detectors", response=DetectorList, summary="What is listened for", auth=May(Right.READ))
def list_detectors(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    tuning = tunings.load_tuning(project_id)
    return {
        "items": [asdict(each) for each in detector_list.list_detectors(get_store(), project_id)],
        "expectation": {"slow_ms": tuning.slow_ms, "long_is": tuning.long_is},
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
    """When an answer is slow, and what an unusually long conversation means. Conversations are listened to again."""
    tunings.set_expectation(project_of(request).pk, **expectation.model_dump())
    audit.describe(request, **expectation.model_dump())
    return expectation.model_dump()
