"""The pages of alert rules: the list, and the form of one with a preview of what it would have found."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from drift.alert_rule_list import is_muted, list_all, tell
from drift.alerting.previewing import preview
from drift.alerting.rule_records import (
    STAGE_VALUES,
    RuleForm,
    RuleProblems,
    delete_rule,
    find_rule,
    mute_rule,
    read_form,
    save_rule,
    switch_rule,
)
from drift.alerting.rules import BY_NAME, KINDS
from drift.delivering.targets import list_targets
from drift.models import AlertRule
from drift.pages.alerts import MUTES, read_hours
from drift.pages.rule_forms import Typed, fill_from_post, fill_from_rule, read_post
from drift.pages.rules import (
    COMPARISONS,
    COOLDOWNS,
    GROUPS,
    STAGE_WINDOWS,
    WINDOWS,
    add_known,
    group_drift_metrics,
    group_metrics,
)
from drift.pages.threshold_charts import draw_preview
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.filter_fields import FIELDS
from tracing.models import DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.store import get_store

PREVIEW_DAYS = 30
ALERTS_SHOWN = 10
NO_VALUE = "A number is needed, such as 5; of shares it is percent."
BESIDE = (
    *("kind", "name", "metric", "value", "window_minutes", "least_count", "group_by", "choices", "filter", "severity"),
    *("cooldown_minutes", "quiet_from", "quiet_until", "targets"),
)
"""Fields beside which a problem stands."""
THRESHOLD_FIELDS = ("metric", "value", "window_minutes", "least_count", "group_by")


@require_safe
@project_page(Right.READ)
def show_rules(request: HttpRequest, project: Project) -> HttpResponse:
    """Every rule: what it tells of, whom, and what it found last."""
    context = {
        "project": project,
        "section": "alerts",
        "rows": list_all(project, timezone.now()),
        "is_demo": project.slug == DEMO_PROJECT,
    }
    return render_page(request, "alert_rules.html", context)


@require_safe
@project_page(Right.EDIT)
def show_new_rule(request: HttpRequest, project: Project) -> HttpResponse:
    """The form of a new rule, with what most of them begin with."""
    kind = request.GET.get("kind", "")
    if kind == AlertRule.Kind.STAGE:
        begin = AlertRule(kind=kind, **STAGE_VALUES)
    else:
        begin = AlertRule(kind=kind if kind in BY_NAME else AlertRule.Kind.THRESHOLD, metric="call_errors", value=0.05)
    return show_form(request, project, None, fill_from_rule(begin, ()))


@require_safe
@project_page(Right.READ)
def show_rule(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """A rule, and the form to change it."""
    rule = find_rule(project, pk)
    if rule is None:
        return refuse(request, project)
    return show_form(request, project, rule, fill_from_rule(rule, list_target_ids(rule)))


def list_target_ids(rule: AlertRule) -> list[int]:
    return list(rule.targets.values_list("pk", flat=True))


def show_form(
    request: HttpRequest,
    project: Project,
    rule: AlertRule | None,
    typed: Typed,
    problems: dict[str, str] | None = None,
    *,
    found: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form as it was typed, with what is wrong beside its field, or with a preview below it."""
    problems = problems or {}
    context: dict[str, Any] = {
        "project": project,
        "section": "alerts",
        "rule": rule,
        "words": tell(rule) if rule else "",
        "is_muted": rule is not None and is_muted(rule, timezone.now()),
        "mutes": MUTES,
        "typed": typed,
        "problems": problems,
        "other_problems": [problem for field, problem in problems.items() if field not in BESIDE],
        "kinds": KINDS,
        "metrics": group_metrics(),
        "drift_metrics": group_drift_metrics(),
        "comparisons": COMPARISONS,
        "windows": add_known(WINDOWS, typed.window_minutes),
        "stage_windows": add_known(STAGE_WINDOWS, typed.window_minutes) if typed.kind == "stage" else STAGE_WINDOWS,
        "stage_fields": ("value", "window_minutes") if typed.kind == "stage" else (),
        "groups": GROUPS,
        "choices": [each for each in KINDS if each.choices],
        "cooldowns": add_known(COOLDOWNS, typed.cooldown_minutes),
        "severities": AlertRule.Severity.values,
        "threshold_fields": () if typed.kind == "stage" else THRESHOLD_FIELDS,
        "told_fields": ("name", "severity", "cooldown_minutes", "quiet_from", "quiet_until"),
        "targets": list_targets(project),
        "fields": FIELDS,
        "preview_days": PREVIEW_DAYS,
        "preview": found,
    }
    return render_page(request, "alert_rule.html", context, status=status)


def refuse(request: HttpRequest, project: Project) -> HttpResponse:
    message = f"There is no such rule in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def read_typed(request: HttpRequest) -> Typed:
    return fill_from_post(request.POST.dict(), dict(request.POST.lists()))


def read_rule(request: HttpRequest, project: Project, rule: AlertRule | None, **given: str) -> RuleForm:
    """What a form sent, checked; whether the rule is on, it does not say. Raises RuleProblems."""
    data = read_post(request.POST.dict(), dict(request.POST.lists()))
    is_on = rule is None or rule.is_on
    try:
        return read_form({**data, "is_on": "on" if is_on else "", **given}, project, rule)
    except RuleProblems as error:
        raise RuleProblems(error.problems | ({"value": NO_VALUE} if "value" in error.problems else {})) from None


@require_POST
@project_page(Right.EDIT)
def add_alert_rule(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep a new rule."""
    return save(request, project, None)


@require_POST
@project_page(Right.EDIT)
def change_alert_rule(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Change a rule; its open alerts go on under what it says now."""
    rule = find_rule(project, pk)
    return save(request, project, rule) if rule else refuse(request, project)


def save(request: HttpRequest, project: Project, rule: AlertRule | None) -> HttpResponse:
    try:
        with transaction.atomic():
            saved = save_rule(project, read_rule(request, project, rule), access_of(request).who, rule)
    except RuleProblems as error:
        return show_form(request, project, rule, read_typed(request), error.problems, status=422)
    audit.describe(request, saved.name, rule=tell(saved))
    messages.info(request, "Saved.")
    return redirect("alert_rule", project=project.slug, pk=saved.pk)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.EDIT)
def preview_alert_rule(request: HttpRequest, project: Project) -> HttpResponse:
    """What a rule would have found in the last month, before it is saved."""
    typed, number = read_typed(request), request.POST.get("rule", "")
    rule = find_rule(project, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    try:
        form = read_rule(request, project, rule, name=f"preview {secrets.token_hex(8)}")
    except RuleProblems as error:
        return show_form(request, project, rule, typed, error.problems, status=422)
    audit.describe(request, typed.name)
    return show_form(request, project, rule, typed, found=look_back(project, form, timezone.now()))


def look_back(project: Project, form: RuleForm, now: datetime) -> dict[str, Any]:
    """A preview as the page shows it."""
    found = preview(get_store(), project, form, now, PREVIEW_DAYS)
    return {
        "words": found.words,
        "group": found.group,
        "alerts": found.alerts[:ALERTS_SHOWN],
        "more": max(0, len(found.alerts) - ALERTS_SHOWN),
        "chart": draw_preview(form.metric, form.value, found),
    }


@require_POST
@project_page(Right.EDIT)
def switch_alert_rule(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Turn a rule on or off."""
    rule = find_rule(project, pk)
    if rule is None:
        return refuse(request, project)
    is_on = request.POST.get("is_on") == "yes"
    switch_rule(rule, access_of(request).who, is_on=is_on)
    audit.describe(request, rule.name, is_on=is_on)
    messages.info(request, f"{rule.name} is {'on' if is_on else 'off'}.")
    return redirect("alert_rules", project=project.slug)


@require_POST
@project_page(Right.EDIT)
def mute_alert_rule(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Have nobody told of what a rule finds for some hours, or no longer."""
    rule = find_rule(project, pk)
    if rule is None:
        return refuse(request, project)
    hours = request.POST.get("hours", "")
    length = read_hours(hours)
    mute_rule(rule, timezone.now() + length if length else None)
    audit.describe(request, rule.name, hours=hours if length else "no longer")
    messages.info(request, f"Muted for {MUTES[hours]}." if length else "No longer muted.")
    return redirect("alert_rule", project=project.slug, pk=pk)


@require_POST
@project_page(Right.EDIT)
def remove_alert_rule(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    """Forget a rule with its alerts; what every project begins with is turned off instead."""
    rule = find_rule(project, pk)
    if rule is None:
        return refuse(request, project)
    try:
        delete_rule(rule)
    except ValueError as error:
        return show_form(
            request, project, rule, fill_from_rule(rule, list_target_ids(rule)), {"rule": str(error)}, status=422
        )
    audit.describe(request, rule.name)
    messages.info(request, "Removed.")
    return redirect("alert_rules", project=project.slug)
