"""The pages of alerts: the inbox, and one alert with what happened, who was told, and what people do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from drift.alert_list import count_states, tell_learning
from drift.alert_rule_list import list_watching, look_back_on
from drift.alerting import alerts
from drift.delivering.targets import list_targets
from drift.models import Alert, AlertRule, Delivery, DriftAlarm
from drift.pages.alerts import (
    MUTES,
    TABS,
    filter_conversations,
    read_hours,
    show_alert,
    show_alerts,
    sort_alerts,
    tell_change,
)
from drift.pages.deliveries import show_deliveries
from drift.recording.events import find_event
from drift.shown_alarms import load_shown_alarm, show_near
from feedback.models import FailureMode
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.store import get_store

ROWS = 50


@require_safe
@project_page(Right.READ)
def show_inbox(request: HttpRequest, project: Project) -> HttpResponse:
    """The alerts of a tab, those first that nobody looked at; where there was none yet, what is watched."""
    return show_list(request, project, [])


def show_list(request: HttpRequest, project: Project, problems: list[str], *, status: int = 200) -> HttpResponse:
    now, counts = timezone.now(), count_states(project)
    tab = request.GET.get("state", "")
    tab = tab if tab in TABS else "open"
    before = read_number(request.GET.get("before", ""))
    found = alerts.list_alerts(project, TABS[tab], ROWS + 1, before)
    shown = found[:ROWS]
    rows = show_alerts(sort_alerts(shown) if tab == "open" else shown, now)
    context: dict[str, Any] = {
        "project": project,
        "section": "alerts",
        "is_demo": project.slug == DEMO_PROJECT,
        "open_count": counts["open"],
        "unseen": counts["open"] - counts["acknowledged"],
        "counts": counts,
        "tab": tab,
        "rows": rows,
        "may_acknowledge": Right.REVIEW in access_of(request).rights and any(row.is_choosable for row in rows),
        "older": shown[-1].number if len(found) > ROWS else None,
        "is_later_page": before is not None,
        "targets": len(list_targets(project)),
        "problems": problems,
    }
    context |= {} if counts["all"] else read_watch(project, now)
    return render_page(request, "alerts.html", context, status=status)


def read_number(text: str) -> int | None:
    """A number of an address; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_watch(project: Project, now: datetime) -> dict[str, Any]:
    """What is watched already, where nothing was found yet."""
    return {"watched": list_watching(project), "learning": tell_learning(project, now)}


@require_POST
@project_page(Right.REVIEW)
def acknowledge_alerts(request: HttpRequest, project: Project) -> HttpResponse:
    """Say that somebody is on the chosen alerts; those that are over by now stay as they are."""
    numbers = [number for each in request.POST.getlist("number")[:ROWS] if (number := read_number(each)) is not None]
    found = Alert.objects.filter(project=project, number__in=numbers, state=Alert.State.OPEN, acknowledged_at=None)
    chosen = list(found.select_related("rule", "alarm").order_by("number"))
    if not chosen:
        return show_list(request, project, ["Choose alerts that are open and that nobody acknowledged."], status=422)
    for alert in chosen:
        alerts.acknowledge(alert, access_of(request).who, timezone.now())
    audit.describe(request, ", ".join(str(alert.number) for alert in chosen))
    messages.info(request, f"Acknowledged {len(chosen)} alert{'' if len(chosen) == 1 else 's'}.")
    return redirect("alerts", project=project.slug)


@require_safe
@project_page(Right.READ)
def show_one(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """One alert: what happened and when, why as far as that is known, and who was told."""
    return show_page(request, project, number, [])


def show_page(
    request: HttpRequest, project: Project, number: int, problems: list[str], *, status: int = 200
) -> HttpResponse:
    now, alert = timezone.now(), alerts.find_alert(project, number)
    if alert is None:
        return refuse(request, project, number)
    context: dict[str, Any] = {
        "project": project,
        "section": "alerts",
        "alert": alert,
        "row": show_alert(alert, now),
        "conversations": urlencode({"q": filter_conversations(alert)}),
        "mutes": MUTES,
        "history": [tell_change(change) for change in alerts.list_changes(alert)],
        "deliveries": show_deliveries(list_deliveries(project, alert)),
        "targets": alert.rule.targets.exists(),
        "problems": problems,
        **read_evidence(project, alert),
        **read_values(request, alert, now),
    }
    return render_page(request, "alert.html", context, status=status)


def list_deliveries(project: Project, alert: Alert) -> list[Delivery]:
    rows = Delivery.objects.filter(target__project=project, alert=alert)
    return list(rows.select_related("target", "alert").prefetch_related("log").order_by("-created_at", "-pk"))


def read_evidence(project: Project, alert: Alert) -> dict[str, Any]:
    """What lies behind an alert: drift, a change that the ledger saw, a failure mode."""
    number = alert.failure_mode_number
    event = find_event(project.pk, alert.event_id) if alert.event_id else None
    is_known = number is not None and FailureMode.objects.filter(project=project, number=number).exists()
    return {
        "alarm": load_shown_alarm(get_store(), project, alert.alarm) if alert.alarm else None,
        "alarm_is_open": alert.alarm is not None and alert.alarm.state == DriftAlarm.State.OPEN,
        "change": show_near(event, True) if event else None,
        "mode_number": number if is_known else None,
    }


def read_values(request: HttpRequest, alert: Alert, now: datetime) -> dict[str, Any]:
    """The days before an alert of a threshold, drawn where somebody waits for them."""
    if alert.rule.kind != AlertRule.Kind.THRESHOLD:
        return {}
    waits = "wait" in request.GET
    return {"has_values": True, "chart": look_back_on(alert, now) if waits else None, "waits": waits}


def refuse(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    message = f"There is no alert {number} in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def change_alert(
    request: HttpRequest,
    project: Project,
    number: int,
    said: str,
    change: Callable[[Alert, str, datetime], object],
    **details: Any,
) -> HttpResponse:
    """Do what a form asks for and go back to the alert, with what came of it or what stands in the way."""
    alert = alerts.find_alert(project, number)
    if alert is None:
        return refuse(request, project, number)
    try:
        with transaction.atomic():
            change(alert, access_of(request).who, timezone.now())
    except ValueError as error:
        return show_page(request, project, number, [str(error)], status=422)
    audit.describe(request, str(number), **details)
    messages.info(request, said)
    return redirect("alert", project=project.slug, number=number)


@require_POST
@project_page(Right.REVIEW)
def acknowledge_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return change_alert(request, project, number, "Acknowledged: you are on it.", alerts.acknowledge)


@require_POST
@project_page(Right.REVIEW)
def mute_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Have nobody told of an alert for some hours."""
    hours = request.POST.get("hours", "")

    def mute(alert: Alert, who: str, now: datetime) -> None:
        length = read_hours(hours)
        if length is None:
            raise ValueError(f"An alert is muted for {', '.join(MUTES)} hours.")
        alerts.mute(alert, now + length, who, now)

    return change_alert(request, project, number, f"Muted for {MUTES.get(hours, '')}.", mute, hours=hours)


@require_POST
@project_page(Right.REVIEW)
def unmute_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return change_alert(request, project, number, "No longer muted.", alerts.unmute)


@require_POST
@project_page(Right.REVIEW)
def resolve_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    return change_alert(request, project, number, "Resolved.", alerts.resolve)


@require_POST
@project_page(Right.REVIEW)
def accept_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Take the drift that an alert tells of as the new normal."""
    said = "Accepted: days are now compared with days like these."
    return change_alert(request, project, number, said, alerts.accept)


@require_POST
@project_page(Right.REVIEW)
def note_alert(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    text = request.POST.get("text", "").strip()
    return change_alert(request, project, number, "Noted.", lambda alert, who, now: alerts.note(alert, text, who, now))
