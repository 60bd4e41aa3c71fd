"""A failure mode was found, surges or is back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from drift.alerting.finding import Finding, write_key
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind, say_count
from drift.models import Alert, AlertRule
from feedback.failures.history import Change, list_alerts
from feedback.models import FailureMode
from tracing.store import Store

OVERLAP = timedelta(minutes=10)
CHOICES = {"found": "found", "surging": "grows quickly", "regressed": "is back after it was resolved"}
TITLES = {"found": "New failure mode", "surging": "Failure mode grows quickly", "regressed": "Failure mode is back"}
SENTENCES = {
    "found": "Conversations that fail in the same way were found together for the first time.",
    "surging": "More conversations than usual fail in this way.",
    "regressed": "It was resolved, and conversations fail in this way again.",
}


def find(_store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding]:
    since = max((rule.looked_until or rule.created_at) - OVERLAP, rule.created_at)
    new = [describe(rule, each) for each in select(rule, since) if each.at <= now]
    return [*new, *find_ended(rule, now)]


def select(rule: AlertRule, since: datetime) -> list[Change]:
    chosen = rule.choices or tuple(CHOICES)
    return [each for each in list_alerts(rule.project, since) if each.what in chosen]


def describe(rule: AlertRule, change: Change) -> Finding:
    return Finding(
        key=write_key(change.what, f"{change.number}:{change.id}"),
        title=f"{TITLES[change.what]}: {change.title}",
        sentence=SENTENCES[change.what],
        severity=rule.severity,
        started_at=change.at,
        failure_mode_number=change.number,
        lasts=change.what != "found",
    )


def find_ended(rule: AlertRule, now: datetime) -> list[Finding]:
    """What no longer holds of those that are open: a mode that calmed, or that is resolved or ignored again."""
    alerts = Alert.objects.filter(rule=rule, state=Alert.State.OPEN, lasts=True)
    return [end(alert, now) for alert in alerts if not still_holds(rule, alert)]


def still_holds(rule: AlertRule, alert: Alert) -> bool:
    modes = FailureMode.objects.filter(project_id=rule.project_id, merged_into=None, state=FailureMode.State.OPEN)
    own = modes.filter(number=alert.failure_mode_number or 0)
    if alert.key.startswith("surging:"):
        return own.filter(surging_since__isnull=False).exists()
    return own.filter(regressed_at__isnull=False).exists()


def end(alert: Alert, now: datetime) -> Finding:
    return Finding(alert.key, alert.title, alert.sentence, alert.severity, now, is_over=True)


def look_back(_store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    changes: Iterable[Change] = (each for each in select(rule, since) if each.at <= until)
    alerts = [PastAlert(each.at, None, f"{TITLES[each.what]}: {each.title}") for each in changes]
    return Preview(tuple(alerts), say_count(len(alerts), (until - since).days))


KIND = RuleKind(
    "failure_mode",
    "Failure mode",
    "A failure mode was found, grows quickly or is back after it was resolved.",
    find,
    look_back,
    choices=CHOICES,
)
