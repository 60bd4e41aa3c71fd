"""REST of the report behind an alarm of drift: asked for, waited for and taken."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router, Schema
from ninja.errors import HttpError

from drift.explaining.reports import ask_report, find_report, read_page
from drift.models import DriftAlarm, DriftReport
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import Time, format_moment

router = Router(tags=["drift"])
HTML = {"responses": {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}}
Number = Annotated[int, Path(ge=0, le=2**63 - 1, description="The alarm, by the `id` that `drift/alarms` gives.")]


class DriftReportResource(Schema):
    """The report of an alarm. `made_at` and `size` (bytes of its page) are those of the latest that was made, which is
    kept while another is `waiting`; `problem` says why one `failed`."""

    state: Literal["waiting", "ready", "failed"]
    asked_at: Time
    made_at: Time | None
    size: int
    problem: str


@router.get(
    "alarms/{int:number}/report",
    response=DriftReportResource,
    summary="How far the report of an alarm is",
    auth=May(Right.READ),
)
def show_drift_report(request: HttpRequest, number: Number) -> dict[str, Any]:
    """404 where none was asked for."""
    report = find_report(find_alarm(request, number))
    if report is None:
        raise HttpError(404, f"No report of alarm {number} was asked for; POST to this address asks for one.")
    return describe(report)


@router.post(
    "alarms/{int:number}/report",
    response=DriftReportResource,
    summary="Have the report of an alarm made, or made anew",
    auth=May(Right.REVIEW),
)
def ask_drift_report(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Every metric before the change and since, side by side. It takes about ten seconds."""
    alarm = find_alarm(request, number)
    audit.describe(request, str(number), started=alarm.started.isoformat())
    return describe(ask_report(alarm, timezone.now()))


@router.get(
    "alarms/{int:number}/report.html",
    summary="The report of an alarm, as a page that holds all it needs",
    openapi_extra=HTML,
    auth=May(Right.READ, exports=True),
)
def download_drift_report(request: HttpRequest, number: Number) -> HttpResponse:
    """404 where none has been made."""
    alarm = find_alarm(request, number)
    page = read_page(alarm)
    if page is None:
        raise HttpError(404, f"No report of alarm {number} has been made.")
    audit.describe(request, str(number))
    answer = HttpResponse(page, content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="drift-{alarm.started}.html"'
    return answer


def find_alarm(request: HttpRequest, number: int) -> DriftAlarm:
    alarm = DriftAlarm.objects.filter(project=project_of(request), pk=number).first()
    if alarm is None:
        raise HttpError(404, f"There is no alarm of drift {number}.")
    return alarm


def describe(report: DriftReport) -> dict[str, Any]:
    return {
        "state": report.state,
        "asked_at": format_moment(report.asked_at),
        "made_at": format_moment(report.made_at),
        "size": report.size,
        "problem": report.problem,
    }
