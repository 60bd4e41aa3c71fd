"""What menus and the overview tell of alerts; `feedback`, whose pages they stand on, knows nothing of them."""

from django import template
from django.utils import timezone

from drift.alert_list import list_open_alerts
from drift.alerting.alerts import count_open
from drift.models import Alert
from drift.pages.alerts import OpenAlerts
from drift.pages.evidence import Evidence, show_evidence
from tracing.models import DEMO_PROJECT, Project

register = template.Library()


@register.simple_tag
def count_open_alerts(project: Project) -> int:
    """How many alerts nobody acknowledged; the demo never alerts."""
    return 0 if project.slug == DEMO_PROJECT else count_open(project)


@register.simple_tag
def find_open_alerts(project: Project) -> OpenAlerts | None:
    """The worst alerts that are open, for the overview; None where there is none."""
    return None if project.slug == DEMO_PROJECT else list_open_alerts(project, timezone.now())


@register.simple_tag
def find_evidence(alert: Alert) -> Evidence | None:
    """What an alert of drift rests on; None of any other."""
    return show_evidence(alert.alarm.families, alert.alarm.causes) if alert.alarm else None
