"""What the inbox and the overview need of alerts, read from Django's database."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, Max, Q

from drift.alerting.alerts import list_alerts
from drift.models import Alert
from drift.pages.alerts import OpenAlerts, count_severities, show_alerts, sort_alerts
from drift.watching.outlooks import load_outlook
from tracing.models import Project

LATEST_SHOWN = 3
MOST_OPEN = 200
"""Of which the worst are chosen."""


def count_states(project: Project) -> dict[str, int]:
    """How many alerts each tab of the inbox has."""
    is_open, is_seen = Q(state=Alert.State.OPEN), Q(acknowledged_at__isnull=False)
    return Alert.objects.filter(project=project).aggregate(
        open=Count("pk", filter=is_open),
        acknowledged=Count("pk", filter=is_open & is_seen),
        resolved=Count("pk", filter=~is_open),
        all=Count("pk"),
    )


def list_open_alerts(project: Project, now: datetime) -> OpenAlerts | None:
    """The worst that are open; None where there is none."""
    found = sort_alerts(list_alerts(project, "open", MOST_OPEN))
    if not found:
        return None
    severities = Counter(
        Alert.objects.filter(project=project, state=Alert.State.OPEN).values_list("severity", flat=True)
    )
    rows = show_alerts(found[:LATEST_SHOWN], now)
    return OpenAlerts(tuple(rows), severities.total(), count_severities(severities))


def find_last_alerts(project: Project) -> dict[int, Alert]:
    """The latest alert of each rule, by the rule's number."""
    latest = Alert.objects.filter(project=project).values("rule").annotate(last=Max("number")).values("last")
    return {alert.rule_id: alert for alert in Alert.objects.filter(project=project, number__in=latest)}


def tell_learning(project: Project, now: datetime) -> str:
    """How far the watch of drift is, where it cannot judge a day yet; empty where it can."""
    missing = [each.learning for each in load_outlook(project.pk, now.date()).segments]
    if not missing or not min(missing):
        return ""
    days = min(missing)
    return f"Drift is told once it is known how days usually are: in {days} day{'' if days == 1 else 's'}."
