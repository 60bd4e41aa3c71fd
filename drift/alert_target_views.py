"""The pages of alert targets: where alerts go, whether they arrive, and the forms to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from drift.channels import CHANNELS
from drift.channels.channel import Channel, Setting
from drift.delivering.outside import read_outside
from drift.delivering.queue import find_troubles, list_deliveries, send_test
from drift.delivering.targets import (
    SettingsLost,
    TargetProblems,
    delete_target,
    find_target,
    is_lost,
    list_targets,
    open_settings,
    save_target,
    switch_target,
)
from drift.models import AlertRule, AlertTarget, Delivery
from drift.pages.deliveries import show_deliveries
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page

LOG_SHOWN = 50
FIELD = "settings."
"""What a setting of a channel is called in forms and problems."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A field of a form; what is secret is never in it."""

    setting: Setting
    field: str
    value: str
    is_kept: bool
    """Left empty it stays as it was."""
    problem: str


@dataclass(frozen=True, slots=True)
class TargetForm:
    channel: Channel
    name: str
    settings: tuple[ShownSetting, ...]
    problems: Mapping[str, str]
    """By field, those of the settings included."""

    @property
    def other_problems(self) -> list[str]:
        """Those that stand beside no field."""
        beside = {"name", *(each.field for each in self.settings)}
        return [problem for field, problem in self.problems.items() if field not in beside]


@require_safe
@project_page(Right.READ)
def show_targets(request: HttpRequest, project: Project) -> HttpResponse:
    """Every target with how it fares, what was sent of late, and a form for each channel."""
    return show_list(request, project, [make_form(channel) for channel in CHANNELS.values()])


def show_list(request: HttpRequest, project: Project, forms: list[TargetForm], *, status: int = 200) -> HttpResponse:
    targets, troubles = list_targets(project), find_troubles(project)
    context = {
        "project": project,
        "section": "alert_targets",
        "targets": [show_target(target, troubles.get(target.pk, "")) for target in targets],
        "forms": forms,
        "deliveries": show_deliveries(list_deliveries(project, LOG_SHOWN)),
        "has_mail": read_outside().mail_server is not None,
        "is_demo": project.slug == DEMO_PROJECT,
    }
    return render_page(request, "alert_targets.html", context, status=status)


def show_target(target: AlertTarget, trouble: str) -> dict[str, Any]:
    last = target.deliveries.exclude(state=Delivery.State.WAITING).order_by("-created_at").first()
    return {
        "target": target,
        "channel": name_channel(target.channel),
        "rules": target.rules.count(),
        "trouble": trouble,
        "last": last,
        "is_lost": is_lost(target),
    }


def name_channel(name: str) -> str:
    return CHANNELS[name].title if name in CHANNELS else name


def make_form(
    channel: Channel, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None, kept: str = ""
) -> TargetForm:
    """`kept`: the name of the target whose secrets stay as they are."""
    typed, problems = typed or {}, problems or {}
    settings = tuple(
        ShownSetting(
            each,
            FIELD + each.name,
            "" if each.is_secret else typed.get(FIELD + each.name, ""),
            bool(kept) and each.is_secret,
            problems.get(FIELD + each.name, ""),
        )
        for each in channel.settings
    )
    return TargetForm(channel, typed.get("name", kept), settings, problems)


@require_safe
@project_page(Right.READ)
def show_one(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """A target: whether what is sent to it arrives, and what may be changed of it."""
    target = find_target(project, pk)
    if target is None:
        return refuse(request, project)
    return show_page(
        request, project, target, make_form(CHANNELS[target.channel], read_shown(target), kept=target.name)
    )


def read_shown(target: AlertTarget) -> dict[str, str]:
    """What the form of a target begins with: whatever is not secret."""
    try:
        filled = open_settings(target)
    except SettingsLost:
        return {"name": target.name}
    open_ones = [each.name for each in CHANNELS[target.channel].settings if not each.is_secret]
    return {"name": target.name} | {FIELD + name: filled.get(name, "") for name in open_ones}


def show_page(
    request: HttpRequest, project: Project, target: AlertTarget, form: TargetForm, *, status: int = 200
) -> HttpResponse:
    sent = Delivery.objects.filter(target__project=project, target=target)
    deliveries = sent.select_related("target", "alert").prefetch_related("log")
    shown = show_deliveries(list(deliveries.order_by("-created_at", "-pk")[:LOG_SHOWN]))
    context = {
        "project": project,
        "section": "alert_targets",
        "target": target,
        "channel": name_channel(target.channel),
        "form": form,
        "is_lost": is_lost(target),
        "rules": list(AlertRule.objects.filter(project=project, targets=target).order_by("name")),
        "deliveries": shown,
        "waits": any(each.state.words == "on its way" for each in shown),
    }
    return render_page(request, "alert_target.html", context, status=status)


def refuse(request: HttpRequest, project: Project) -> HttpResponse:
    message = f"There is no such target in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def read_settings(request: HttpRequest, channel: Channel) -> dict[str, str]:
    return {each.name: request.POST.get(FIELD + each.name, "") for each in channel.settings}


@require_POST
@project_page(Right.EDIT)
def add_alert_target(request: HttpRequest, project: Project) -> HttpResponse:
    """Make a target of what was filled in."""
    name, channel = request.POST.get("name", "").strip(), CHANNELS.get(request.POST.get("channel", ""))
    if channel is None:
        return refuse(request, project)
    try:
        target = save_target(project, name, channel.name, read_settings(request, channel), access_of(request).who)
    except TargetProblems as error:
        filled = make_form(channel, request.POST.dict(), error.problems)
        forms = [filled if each is channel else make_form(each) for each in CHANNELS.values()]
        return show_list(request, project, forms, status=422)
    audit.describe(request, target.name, channel=channel.name, where=target.where)
    messages.info(request, f"Added. Send {target.name} a test to see whether it arrives.")
    return redirect("alert_target", project=project.slug, pk=target.pk)


@require_POST
@project_page(Right.EDIT)
def change_alert_target(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Change where a target leads; a secret that is left empty stays."""
    target = find_target(project, pk)
    if target is None:
        return refuse(request, project)
    name, channel, old = request.POST.get("name", "").strip(), CHANNELS[target.channel], target.name
    try:
        save_target(project, name, channel.name, read_settings(request, channel), access_of(request).who, target)
    except TargetProblems as error:
        form = make_form(channel, request.POST.dict(), error.problems, kept=old)
        return show_page(request, project, target, form, status=422)
    audit.describe(request, target.name, channel=channel.name, where=target.where)
    messages.info(request, "Saved.")
    return redirect("alert_target", project=project.slug, pk=pk)


@require_POST
@project_page(Right.EDIT)
def switch_alert_target(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Turn a target on or off; nothing is sent to one that is off."""
    target = find_target(project, pk)
    if target is None:
        return refuse(request, project)
    switch_target(target, is_on=request.POST.get("is_on") == "yes")
    audit.describe(request, target.name, is_on=target.is_on)
    messages.info(request, "It is told again." if target.is_on else "Turned off. What waited for it is not sent.")
    return redirect("alert_target", project=project.slug, pk=pk)


@require_POST
@project_page(Right.EDIT)
def remove_alert_target(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Forget a target with its log; rules go on without it."""
    target = find_target(project, pk)
    if target is None:
        return refuse(request, project)
    audit.describe(request, target.name)
    delete_target(target)
    messages.info(request, "Removed.")
    return redirect("alert_targets", project=project.slug)


@require_POST
@project_page(Right.EDIT)
def test_alert_target(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Send a target a test; whether it arrived is told on its page."""
    target = find_target(project, pk)
    if target is None:
        return refuse(request, project)
    send_test(target, timezone.now())
    audit.describe(request, target.name)
    return redirect("alert_target", project=project.slug, pk=pk)
