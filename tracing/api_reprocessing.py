"""REST of reprocessing: ask for stored spans to be read again, and see how far that has come."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import model_validator

from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.models import Reprocessing
from tracing.reprocessing import Scope, request_reprocessing, stop_reprocessing
from tracing.resources import EXACTLY, Day, format_moment

router = Router(tags=["tracing"])
SHOWN = 100


class NewReprocessing(Schema):
    """Traces that began from one day (UTC) to another, both included; null is no bound.

    `outdated`: only those whose calls were read by another version of Tacit's code.
    """

    model_config = EXACTLY

    from_day: Day | None = None
    to_day: Day | None = None
    outdated: bool = False

    @model_validator(mode="after")
    def check_days(self) -> "NewReprocessing":
        if self.from_day and self.to_day and self.to_day < self.from_day:
            raise ValueError("to_day must not be before from_day: it is the last day that is read.")
        return self


class ReprocessingResource(Schema):
    """How far a request has come: `done` of `total` traces; `total` is null until they are listed."""

    id: int
    state: str
    from_day: date | None
    to_day: date | None
    outdated: bool
    total: int | None
    done: int
    created_at: str
    began_at: str | None
    ended_at: str | None


class ReprocessingList(Schema):
    items: list[ReprocessingResource]


def describe_reprocessing(request: Reprocessing) -> dict[str, Any]:
    names = ("from_day", "to_day", "outdated", "state", "total", "done")
    times = ("created_at", "began_at", "ended_at")
    told = {name: getattr(request, name) for name in names}
    return told | {name: format_moment(getattr(request, name)) for name in times} | {"id": request.pk}


@router.post(
    "reprocessings", response={202: ReprocessingResource}, summary="Read stored spans again", auth=May(Right.EDIT)
)
def add_reprocessing(request: HttpRequest, scope: NewReprocessing) -> Status[dict[str, Any]]:
    """With today's code and prices, behind what comes in. A request of the same scope that is not done goes on."""
    asked = request_reprocessing(project_of(request), Scope(**scope.model_dump()))
    audit.describe(request, **scope.model_dump(exclude_none=True))
    return Status(202, describe_reprocessing(asked))


@router.get(
    "reprocessings", response=ReprocessingList, summary="The latest hundred reprocessings", auth=May(Right.READ)
)
def list_reprocessings(request: HttpRequest) -> dict[str, Any]:
    latest = Reprocessing.objects.filter(project=project_of(request)).order_by("-pk")[:SHOWN]
    return {"items": [describe_reprocessing(each) for each in latest]}


@router.get(
    "reprocessings/{int:number}", response=ReprocessingResource, summary="One reprocessing", auth=May(Right.READ)
)
def show_reprocessing(request: HttpRequest, number: int) -> dict[str, Any]:
    found = Reprocessing.objects.filter(project=project_of(request), pk=number).first()
    if found is None:
        raise HttpError(404, f"There is no reprocessing {number} in this project.")
    return describe_reprocessing(found)


@router.delete("reprocessings", response=ReprocessingList, summary="Stop what is not done", auth=May(Right.EDIT))
def stop_reprocessings(request: HttpRequest) -> dict[str, Any]:
    """Traces that were read stay as they are; the same request again begins anew."""
    audit.describe(request, requests=stop_reprocessing(project_of(request)))
    return list_reprocessings(request)
