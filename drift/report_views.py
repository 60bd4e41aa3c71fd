"""The report behind an alarm of drift: asked for, waited for, shown in a frame that can reach nothing, and saved."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from drift.explaining.reports import ask_report, find_report, read_page
from drift.models import DriftAlarm
from drift.watching.segments import read_segment_name
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page

IN_A_FRAME = {
    "sandbox": ["allow-scripts"],
    "default-src": [NONE],
    "script-src": [UNSAFE_INLINE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:", "blob:"],
    "font-src": ["data:"],
    "connect-src": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}
"""What the page of the report may do, also when it is opened by itself: draw. It has no cookies and reaches no address,
this server's included."""

AlarmView = Callable[[HttpRequest, Project, DriftAlarm], HttpResponse]


def of_alarm(view: AlarmView) -> Callable[[HttpRequest, Project, int], HttpResponse]:
    """A view of one alarm of the project; 404 where there is none."""

    @wraps(view)
    def wrapped(request: HttpRequest, project: Project, number: int) -> HttpResponse:
        alarm = DriftAlarm.objects.filter(project=project, pk=number).first()
        if alarm is None:
            return refuse(request, project, f"There is no alarm of drift {number} in {project.name}.")
        return view(request, project, alarm)

    return wrapped


def refuse(request: HttpRequest, project: Project, message: str) -> HttpResponse:
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


@require_safe
@csp_update({"frame-src": [SELF]})
@project_page(Right.READ)
@of_alarm
def show_drift_report(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    """The report in its frame, or how far it is."""
    context = describe(project, alarm) | {"section": "drift", "where": read_segment_name(alarm.segment).words}
    return render_page(request, "drift_report.html", context)


@require_safe
@project_page(Right.READ)
@of_alarm
def show_drift_report_state(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    """How far the report is, as the part of a page that asks again while it waits."""
    return render_page(request, "parts/drift_report.html", describe(project, alarm))


@require_POST
@project_page(Right.REVIEW)
@of_alarm
def ask_drift_report(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    """Have the report made, or made anew."""
    ask_report(alarm, timezone.now())
    audit.describe(request, str(alarm.pk), started=alarm.started.isoformat())
    if request.headers.get("HX-Request"):
        return render_page(request, "parts/drift_report.html", describe(project, alarm))
    return redirect("drift_report", project=project.slug, number=alarm.pk)


@require_safe
@csp_replace(IN_A_FRAME)
@xframe_options_sameorigin
@project_page(Right.READ)
@of_alarm
def show_drift_report_page(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    """The report itself, for the frame."""
    return give_page(request, project, alarm)


@require_safe
@csp_replace(IN_A_FRAME)
@project_page(Right.READ, exports=True)
@of_alarm
def download_drift_report(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    """The report as a file."""
    audit.describe(request, str(alarm.pk))
    answer = give_page(request, project, alarm)
    if answer.status_code < 400:
        answer["Content-Disposition"] = f'attachment; filename="drift-{project.slug}-{alarm.started}.html"'
    return answer


def give_page(request: HttpRequest, project: Project, alarm: DriftAlarm) -> HttpResponse:
    page = read_page(alarm)
    if page is None:
        return refuse(request, project, f"No report of alarm {alarm.pk} has been made.")
    return HttpResponse(page, content_type="text/html; charset=utf-8")


def describe(project: Project, alarm: DriftAlarm) -> dict[str, Any]:
    return {"project": project, "alarm_id": alarm.pk, "started": alarm.started, "report": find_report(alarm)}
