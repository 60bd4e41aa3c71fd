"""Rules, alerts and targets as tests of their pages need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drift.delivering.targets import save_target
from drift.models import Alert, AlertChange, AlertRule, AlertTarget
from tracing.models import Project

NOW = datetime.now(UTC)
SECRET = "0123456789abcdef"


def make_rule(project: Project, name: str = "Errors", **given: Any) -> AlertRule:
    known = {"kind": "threshold", "metric": "call_errors", "value": 0.05, "created_at": NOW - timedelta(days=9)}
    return AlertRule.objects.create(project=project, name=name, **(known | given))


def make_alert(project: Project, rule: AlertRule | None = None, **given: Any) -> Alert:
    number = Alert.objects.filter(project=project).count() + 1
    known = {
        "number": number,
        "key": f"threshold:{number}",
        "severity": "warning",
        "title": f"Calls that failed above 5 % ({number})",
        "sentence": "In the last hour it was 8 % of 1,240 calls, above the 5 % of the rule.",
        "started_at": NOW - timedelta(hours=2),
        "opened_at": NOW - timedelta(hours=1),
        "last_at": NOW,
    }
    rule = rule or AlertRule.objects.filter(project=project).first() or make_rule(project)
    alert = Alert.objects.create(project=project, rule=rule, **(known | given))
    AlertChange.objects.create(alert=alert, at=alert.opened_at, what=AlertChange.What.OPENED)
    return alert


def make_target(project: Project, name: str = "on-call", url: str = "https://hooks.example.com/tacit") -> AlertTarget:
    return save_target(project, name, "webhook", {"url": url, "secret": SECRET}, "anna@example.org")
