"""Rules as pages show them, read from Django's database, and what they would have found in past days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from drift.alert_list import find_last_alerts
from drift.alerting.rule_records import list_rules
from drift.alerting.rules import find_kind
from drift.alerting.rules.kind import Preview
from drift.models import Alert, AlertRule, AlertTarget
from drift.pages.rules import tell_rule
from drift.pages.threshold_charts import ThresholdChart, draw_preview
from tracing.filter_language import quote
from tracing.models import Project
from tracing.store import get_store

DAYS_BEFORE = timedelta(days=7)
"""That the chart of an alert shows from before it."""
FILTERS = {
    "service_name": "service",
    "environment": "environment",
    "model": "model",
    "prompt_version": "prompt_version",
}
"""What the filter language calls parts of a segment."""


@dataclass(frozen=True, slots=True)
class ListedRule:
    rule: AlertRule
    words: str
    last: Alert | None
    targets: tuple[AlertTarget, ...]
    is_muted: bool


def list_all(project: Project, now: datetime) -> list[ListedRule]:
    """Every rule with the latest that it found and whom it tells."""
    last = find_last_alerts(project)
    return [
        ListedRule(rule, tell(rule), last.get(rule.pk), tuple(rule.targets.all()), is_muted(rule, now))
        for rule in list_rules(project)
    ]


def is_muted(rule: AlertRule, now: datetime) -> bool:
    return rule.muted_until is not None and rule.muted_until > now


def tell(rule: AlertRule) -> str:
    return tell_rule(rule, find_kind(rule.kind))


def list_watching(project: Project) -> list[dict[str, Any]]:
    """The rules that are on, in words."""
    return [{"pk": rule.pk, "name": rule.name, "words": tell(rule)} for rule in list_rules(project) if rule.is_on]


def look_back_on(alert: Alert, now: datetime) -> ThresholdChart | None:
    """The values of the days around an alert of a threshold, of what it is about alone."""
    rule = narrow(alert.rule, alert)
    until = min(now, (alert.resolved_at or now) + timedelta(days=1))
    since = max(min(alert.started_at, until) - DAYS_BEFORE, until - timedelta(days=30))
    found: Preview = find_kind(rule.kind).look_back(get_store(), rule, since, until)
    return draw_preview(rule.metric, rule.value, found)


def narrow(rule: AlertRule, alert: Alert) -> AlertRule:
    """The same rule, unsaved, of the group of an alert alone."""
    conditions = [
        f"{FILTERS[name]}:{quote(value)}" for name, value in alert.segment.items() if name in FILTERS and value
    ]
    values = {each.attname: getattr(rule, each.attname) for each in AlertRule._meta.concrete_fields}
    return AlertRule(**{**values, "group_by": "", "filter": " ".join(filter(None, [rule.filter, *conditions]))})
