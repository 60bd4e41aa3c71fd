"""REST of alert rules: what somebody wants to be told of, and how often a rule would have told it."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from drift.alerting import previewing, rule_records
from drift.alerting.metrics import THRESHOLD_METRICS
from drift.alerting.rules import KINDS
from drift.detectors import METRICS
from drift.models import AlertRule
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import EXACTLY, WHOLE, Number, Time, format_moment
from tracing.store import get_store

router = Router(tags=["drift"])
LARGEST_NUMBER = 2**31 - 1
Kind = Literal["threshold", "drift", "change", "failure_mode", "conversation", "stage"]
Severity = Literal["info", "warning", "critical"]
GroupBy = Literal["", "service", "environment", "model", "prompt_version"]
Clock = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$", description="As `22:00`, UTC.")]


class AlertRuleResource(Schema):
    """When somebody is told, and where. A `threshold` is a figure, `metric`, of the conversations that match `filter`
    that is above or below `value` in the last `window_minutes`, of each group by itself with `group_by`; fewer than
    `least_count` say nothing. `drift` is of all that is watched, or with `metric` or a `filter` of days of its own.
    `choices` are of a `change` fields, of a `failure_mode` what happened to it, of a `conversation` what happened in
    it, of a `stage` the stages of Tacit; none is all. A `stage` is told that is behind by more than `value` minutes (5)
    for `window_minutes`. In quiet hours nothing is sent; what still holds after them is."""

    id: int
    name: str
    kind: Kind
    is_on: bool
    is_builtin: bool
    severity: Severity
    filter: str
    metric: str
    comparison: Literal["above", "below"]
    value: Number | None
    window_minutes: int
    least_count: int
    group_by: str
    choices: list[str]
    cooldown_minutes: int
    quiet_from: str
    quiet_until: str
    muted_until: Time | None
    targets: list[int]
    open_alerts: int
    created_at: Time
    created_by: str


class AlertRuleList(Schema):
    items: list[AlertRuleResource]


class NewAlertRule(Schema):
    """`targets` are numbers of alert targets; without one the rule fills the inbox alone."""

    model_config = EXACTLY

    name: Annotated[str, Field(min_length=1, max_length=rule_records.LONGEST_NAME)]
    kind: Kind
    is_on: bool = True
    severity: Severity = "warning"
    filter: Annotated[str, Field(max_length=4_000)] = ""
    metric: Annotated[str, Field(max_length=50)] = ""
    comparison: Literal["above", "below"] = "above"
    value: Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)] | None = None
    window_minutes: Annotated[int, Field(ge=rule_records.LEAST_WINDOW, le=rule_records.MOST_MINUTES), WHOLE] = 60
    least_count: Annotated[int, Field(ge=1, le=rule_records.MOST_COUNT), WHOLE] = 30
    group_by: GroupBy = ""
    choices: Annotated[list[Annotated[str, Field(max_length=50)]], Field(default_factory=list, max_length=50)]
    cooldown_minutes: Annotated[int, Field(ge=0, le=rule_records.MOST_COOLDOWN), WHOLE] = 60
    quiet_from: Clock = ""
    quiet_until: Clock = ""
    targets: Annotated[
        list[Annotated[int, Field(ge=0, le=LARGEST_NUMBER), WHOLE]], Field(default_factory=list, max_length=100)
    ]


class PreviewedRule(NewAlertRule):
    """A rule that is not saved; `days` back, today the last."""

    name: Annotated[str, Field(max_length=rule_records.LONGEST_NAME)] = ""
    days: Annotated[int, Field(ge=1, le=previewing.MOST_DAYS), WHOLE] = previewing.DAYS


class PointResource(Schema):
    """A window, by its end."""

    time: Time
    value: Number | None
    count: int
    is_firing: bool


class PastAlertResource(Schema):
    """An alert that there would have been; `end` is null where it lasts, or where it only happened."""

    start: Time
    end: Time | None
    title: str


class PreviewResource(Schema):
    """How often a rule would have alerted, the latest first, and what it would have seen: `points` are of the windows
    of the `group` that alerted most, the oldest first."""

    words: str
    alerts: list[PastAlertResource]
    group: str
    points: list[PointResource]


class MetricResource(Schema):
    """A figure that a threshold can be set for; its `unit` is `share` (of 1), `$`, `ms` or empty for counts."""

    name: str
    title: str
    unit: str


class KindResource(Schema):
    """A kind of rule, what it tells of, and what can be chosen of it."""

    name: Kind
    title: str
    what: str
    choices: dict[str, str]
    metrics: list[MetricResource]


class KindList(Schema):
    items: list[KindResource]


class NewRuleMute(Schema):
    """0 ends the mute."""

    model_config = EXACTLY

    minutes: Annotated[int, Field(ge=0, le=366 * 24 * 60), WHOLE]


@router.get("", response=AlertRuleList, summary="When somebody is told", auth=May(Right.READ))
def list_alert_rules(request: HttpRequest) -> dict[str, Any]:
    """Those that every project begins with stand first; a new project has them after half a minute."""
    return {"items": [describe_rule(each) for each in rule_records.list_rules(project_of(request))]}


@router.get("/kinds", response=KindList, summary="What rules can be of", auth=May(Right.READ))
def list_alert_rule_kinds(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    figures = [{"name": each.name, "title": each.title, "unit": each.unit} for each in THRESHOLD_METRICS]
    drift = [{"name": each.name, "title": each.words, "unit": ""} for each in METRICS]
    metrics = {"threshold": figures, "drift": drift}
    plain = ("name", "title", "what")
    return {
        "items": [
            {name: getattr(kind, name) for name in plain}
            | {"choices": dict(kind.choices), "metrics": metrics.get(kind.name, [])}
            for kind in KINDS
        ]
    }


@router.post("", response={201: AlertRuleResource}, summary="Make an alert rule", auth=May(Right.EDIT))
def add_alert_rule(request: HttpRequest, given: NewAlertRule) -> Status[dict[str, Any]]:
    """`POST preview` says how often it would have alerted."""
    project = project_of(request)
    rule = rule_records.save_rule(project, read_rule(request, given), access_of(request).who)
    describe_change(request, rule)
    return Status(201, describe_rule(rule))


@router.post("/preview", response=PreviewResource, summary="How often a rule would have alerted", auth=May(Right.EDIT))
@transaction.non_atomic_requests
def preview_alert_rule(request: HttpRequest, given: PreviewedRule) -> dict[str, Any]:
    """It is not saved. Of drift and of what happened it tells what was found at the time."""
    named = given.model_copy(update={"name": f"preview {secrets.token_hex(8)}"})
    form = read_rule(request, named)
    found = previewing.preview(get_store(), project_of(request), form, datetime.now(UTC), given.days)
    audit.describe(request, given.name)
    return {
        "words": found.words,
        "alerts": [
            {"start": format_moment(each.start), "end": format_moment(each.end), "title": each.title}
            for each in found.alerts
        ],
        "group": found.group,
        "points": [
            {"time": format_moment(each.time), "value": each.value, "count": each.count, "is_firing": each.is_firing}
            for each in found.points
        ],
    }


@router.get("/{int:number}", response=AlertRuleResource, summary="An alert rule", auth=May(Right.READ))
def show_alert_rule(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_rule(find_or_404(request, number))


@router.put("/{int:number}", response=AlertRuleResource, summary="Change an alert rule", auth=May(Right.EDIT))
def change_alert_rule(request: HttpRequest, number: int, given: NewAlertRule) -> dict[str, Any]:
    """As a whole; its kind stays. Where it looks at something else from now on, its open alerts are resolved."""
    rule = find_or_404(request, number)
    form = read_rule(request, given, rule)
    rule = rule_records.save_rule(project_of(request), form, access_of(request).who, rule)
    describe_change(request, rule)
    return describe_rule(rule)


@router.post("/{int:number}/mute", response=AlertRuleResource, summary="Mute an alert rule", auth=May(Right.EDIT))
def mute_alert_rule(request: HttpRequest, number: int, asked: NewRuleMute) -> dict[str, Any]:
    """Nobody is told of what it finds until then; what still holds is told after it."""
    rule = find_or_404(request, number)
    until = datetime.now(UTC) + timedelta(minutes=asked.minutes) if asked.minutes else None
    rule_records.mute_rule(rule, until)
    audit.describe(request, rule.name, minutes=asked.minutes)
    return describe_rule(rule)


@router.delete("/{int:number}", response=AlertRuleResource, summary="Remove an alert rule", auth=May(Right.EDIT))
def remove_alert_rule(request: HttpRequest, number: int) -> dict[str, Any]:
    """With its alerts. Those that every project has are turned off instead."""
    rule = find_or_404(request, number)
    removed = describe_rule(rule)
    try:
        rule_records.delete_rule(rule)
    except ValueError as error:
        raise HttpError(422, str(error)) from None
    audit.describe(request, removed["name"])
    return removed


def read_rule(request: HttpRequest, given: NewAlertRule, rule: AlertRule | None = None) -> rule_records.RuleForm:
    """What was sent, as people fill it in; raises HttpError 422 with a sentence for each field that cannot be."""
    told = {name: write_field(value) for name, value in given.model_dump(exclude={"days"}).items()}
    try:
        return rule_records.read_form(told, project_of(request), rule)
    except rule_records.RuleProblems as error:
        raise HttpError(422, " ".join(f"`{field}`: {told}" for field, told in error.problems.items())) from None


def write_field(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else str("" if value is None else value)


def find_or_404(request: HttpRequest, number: int) -> AlertRule:
    rule = rule_records.find_rule(project_of(request), number) if number <= LARGEST_NUMBER else None
    if rule is None:
        raise HttpError(404, f"There is no alert rule {number} in this project; GET alert-rules lists them.")
    return rule


def describe_change(request: HttpRequest, rule: AlertRule) -> None:
    """For the audit log: what it watches, and whom it tells."""
    told = [each.name for each in rule.targets.all()]
    audit.describe(
        request, rule.name, kind=rule.kind, metric=rule.metric, value=rule.value, targets=told, is_on=rule.is_on
    )


PLAIN = (
    *("name", "kind", "is_on", "is_builtin", "severity", "filter", "metric", "comparison", "value", "window_minutes"),
    *("least_count", "group_by", "choices", "cooldown_minutes", "created_by"),
)


def describe_rule(rule: AlertRule) -> dict[str, Any]:
    form = rule_records.write_form(rule)
    told = {name: getattr(rule, name) for name in PLAIN} | {name: form[name] for name in ("quiet_from", "quiet_until")}
    return told | {
        "id": rule.pk,
        "muted_until": format_moment(rule.muted_until),
        "targets": [each.pk for each in rule.targets.all()],
        "open_alerts": rule_records.count_open_alerts(rule),
        "created_at": format_moment(rule.created_at),
    }
