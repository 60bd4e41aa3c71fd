"""The page of drift: how each segment stands, what moved and what changed; and an alarm."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from drift.models import DriftAlarm, LedgerEvent
from drift.pages.alarms import Alarm, list_alarm_lines
from drift.pages.change_rows import ChangeRow
from drift.pages.lanes import Change, Lanes, draw_lanes
from drift.pages.rollouts import find_spread
from drift.pages.segments import SHOWN, SegmentRow, list_segments
from drift.recording.events import Part, list_events, tell_event
from drift.recording.rollouts import load_rollouts
from drift.shown_alarms import list_read_alarms, load_shown_alarm, read_time, to_ns
from drift.watching.alarm_records import accept_alarm
from drift.watching.outlooks import Outlook, SegmentOutlook, load_outlook
from drift.watching.segments import SegmentName
from feedback.choices import load_choices
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.store import get_store

WINDOWS = (30, 90, 180)
DEFAULT_DAYS = 90
CHANGES_SHOWN = 20
MOST_CHANGES = 500
SPREADING = timedelta(days=14)
"""So long the ledger knows what calls had."""


@require_safe
@project_page(Right.READ)
def show_drift(request: HttpRequest, project: Project) -> HttpResponse:
    """All segments and how they stand, and one of them by day: what moved, and what changed in the app meanwhile."""
    days, yesterday = read_days(request), find_yesterday()
    outlook = load_outlook(project.pk, yesterday, days)
    until = outlook.days[-1] if outlook.days else yesterday
    since = until - timedelta(days=days - 1)
    alarms = list_read_alarms(project, since)
    rows = list_segments(outlook.segments, alarms, until)
    shown = find_shown(outlook, rows, request.GET.get("segment", ""))
    events = load_events(project, since)
    own = [event for event in events if is_of(event, shown.name)] if shown else events
    elsewhere = [event for event in events if not is_of(event, shown.name)] if shown else []
    spreads = load_spreads(project, shown.name, own[:CHANGES_SHOWN]) if shown else {}
    context: dict[str, Any] = {
        "project": project,
        "section": "drift",
        "days": days,
        "windows": WINDOWS,
        "is_demo": project.slug == DEMO_PROJECT,
        "watched_at": outlook.watched_at,
        "count": len(rows),
        "rows": rows[:SHOWN],
        "more": rows[SHOWN:],
        "drifting": sum(row.state == "drifts" for row in rows),
        "changes": [show_event(event, spreads.get(event.pk)) for event in own[:CHANGES_SHOWN]],
        "changes_more": len(own) - CHANGES_SHOWN,
        "elsewhere": [show_event(event) for event in elsewhere[:CHANGES_SHOWN]],
        **(read_shown(shown, rows, alarms, own, outlook) if shown else read_nothing(project)),
    }
    return render_page(request, "drift.html", context)


def read_days(request: HttpRequest) -> int:
    days = request.GET.get("days", "")
    return next((each for each in WINDOWS if str(each) == days), DEFAULT_DAYS)


def find_yesterday() -> date:
    """The last day that is over."""
    return timezone.now().astimezone(UTC).date() - timedelta(days=1)


def find_shown(outlook: Outlook, rows: list[SegmentRow], asked: str) -> SegmentOutlook | None:
    """The segment of the address, else the first that drifts, else the first."""
    first = next((row for row in rows if row.alarm), rows[0] if rows else None)
    return outlook.find(asked) or (outlook.find(first.key) if first else None)


def load_events(project: Project, since: date) -> list[LedgerEvent]:
    begin = to_ns(datetime(since.year, since.month, since.day, tzinfo=UTC))
    return list_events(project.pk, begin, to_ns(timezone.now()) + 10**9, limit=MOST_CHANGES)


def is_of(event: LedgerEvent, name: SegmentName) -> bool:
    return (event.service_name, event.environment) == name.whole


def load_spreads(project: Project, name: SegmentName, events: list[LedgerEvent]) -> dict[int, float]:
    """How much of the latest traffic has what changed, by the event's id; of those that may be spreading still."""
    since = to_ns(timezone.now() - SPREADING)
    recent = [event for event in events if event.time_ns >= since and event.old_digest]
    if not recent:
        return {}
    shares = load_rollouts(project.pk, Part(*name.whole), {event.field for event in recent})
    found = {event.pk: find_spread(shares[event.field], event.digest, event.old_digest) for event in recent}
    return {number: spread for number, spread in found.items() if spread is not None}


def show_event(event: LedgerEvent, spread: float | None = None) -> ChangeRow:
    where = SegmentName(event.service_name, event.environment).words
    return ChangeRow(event.pk, read_time(event.time_ns), tell_event(event), where, spread)


def read_shown(
    shown: SegmentOutlook, rows: list[SegmentRow], alarms: list[Alarm], events: list[LedgerEvent], outlook: Outlook
) -> dict[str, Any]:
    """What the page shows of one segment."""
    own = [alarm for alarm in alarms if shown.name.key in alarm.segment_keys]
    return {
        "shown": next(row for row in rows if row.key == shown.name.key),
        "lanes": draw_shown(shown, own, events, outlook),
        "alarms": list_alarm_lines(own),
    }


def draw_shown(shown: SegmentOutlook, own: list[Alarm], events: list[LedgerEvent], outlook: Outlook) -> Lanes:
    changes = [Change(event.pk, read_time(event.time_ns), tell_event(event).replace("`", "")) for event in events]
    return draw_lanes(outlook.days, shown.conversations, shown.lines, own, changes)


def read_nothing(project: Project) -> dict[str, Any]:
    """Why nothing is watched yet."""
    return {"choices": load_choices(get_store(), project.pk)}


@require_safe
@project_page(Right.READ)
def show_alarm(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """One alarm: what moved since when, the likely causes, and conversations from before and after."""
    row = DriftAlarm.objects.filter(project=project, pk=number).first()
    if row is None:
        return refuse(request, project, f"There is no alarm of drift {number} in {project.name}.")
    return show_row(request, project, row, [])


def show_row(
    request: HttpRequest, project: Project, row: DriftAlarm, problems: list[str], *, status: int = 200
) -> HttpResponse:
    alarm = load_shown_alarm(get_store(), project, row)
    context = {"project": project, "section": "drift", "alarm": alarm, "problems": problems}
    return render_page(request, "drift_alarm.html", context, status=status)


@require_POST
@project_page(Right.REVIEW)
def accept_drift_alarm(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What it found is the new normal: the segment is watched against the days since then."""
    row = DriftAlarm.objects.filter(project=project, pk=number).first()
    if row is None:
        return refuse(request, project, f"There is no alarm of drift {number} in {project.name}.")
    if row.state != DriftAlarm.State.OPEN:
        return show_row(request, project, row, ["It is closed already, so there is nothing to accept."], status=422)
    accept_alarm(row, access_of(request).who, timezone.now())
    audit.describe(request, str(number), started=row.started)
    messages.info(request, "This is the new normal: days are compared with those since then.")
    return redirect("drift_alarm", project=project.slug, number=number)


def refuse(request: HttpRequest, project: Project, message: str) -> HttpResponse:
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)
