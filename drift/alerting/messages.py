"""What targets are told of alerts: rows of alerts come in, messages go out."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from drift.alerting.finding import find_group
from drift.channels.message import EVIDENCE_LINES, Message, Severity, State
from drift.models import Alert, AlertRule

WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def group_alerts(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """Those that are about the same, together."""
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(find_group(alert.key), []).append(alert)
    return list(groups.values())


def write_message(rule: AlertRule, alerts: Sequence[Alert]) -> Message:
    """One message of alerts of a rule that all opened, or of one that is over."""
    first = alerts[0]
    if len(alerts) == 1:
        return write_one(rule, first)
    severities = [Severity(each.severity) for each in alerts]
    return Message(
        key=write_key(rule, first),
        state=State.FIRING,
        severity=min(severities, key=WORST_FIRST.index),
        project=rule.project.name,
        title=f"{len(alerts)} alerts of “{rule.name}”",
        sentence=first.sentence,
        time=min(each.started_at for each in alerts),
        evidence=list_titles(alerts),
        link=find_link(rule, "alerts"),
    )


def list_titles(alerts: Sequence[Alert]) -> tuple[str, ...]:
    """As many as a message has lines for, and how many more there are."""
    titles = [f"{each.number}: {each.title}" for each in alerts]
    if len(titles) <= EVIDENCE_LINES:
        return tuple(titles)
    return (*titles[: EVIDENCE_LINES - 1], f"and {len(titles) - EVIDENCE_LINES + 1} more")


def write_one(rule: AlertRule, alert: Alert) -> Message:
    is_over = alert.state == Alert.State.RESOLVED
    return Message(
        key=write_key(rule, alert),
        state=State.RESOLVED if is_over else State.FIRING,
        severity=Severity(alert.severity),
        project=rule.project.name,
        title=alert.title,
        sentence=tell_end(alert) if is_over else alert.sentence,
        time=alert.resolved_at if is_over and alert.resolved_at else alert.started_at,
        evidence=() if is_over else tuple(alert.evidence),
        link=find_link(rule, f"alerts/{alert.number}"),
    )


def tell_end(alert: Alert) -> str:
    return f"{alert.resolved_by} resolved it." if alert.resolved_by else "It is over."


def write_key(rule: AlertRule, alert: Alert) -> str:
    return f"{rule.project.slug}/alerts/{alert.number}"


def find_link(rule: AlertRule, path: str) -> str:
    """The page, where the server knows under which address others reach it."""
    return f"{settings.PUBLIC_URL}/p/{rule.project.slug}/{path}" if settings.PUBLIC_URL else ""
