"""A report behind an alarm is asked for by a person, made in the background, and kept with the alarm."""

from datetime import datetime

from drift.models import DriftAlarm, DriftReport
from tracing.store import Store


def ask_report(alarm: DriftAlarm, now: datetime) -> DriftReport:
    """Have a report made, unless one waits; one that there was is made anew."""
    report, _ = DriftReport.objects.update_or_create(
        alarm=alarm, defaults={"state": DriftReport.State.WAITING, "asked_at": now, "problem": ""}
    )
    return report


def make_report(store: Store, alarm: DriftAlarm) -> str:
    """The report as a page that holds all it needs."""
    raise NotImplementedError
