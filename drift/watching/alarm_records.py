"""Alarms as rows of `DriftAlarm`: kept once each, closed by people, by time, or because the old ways are back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from drift.models import DriftAlarm
from drift.watching.alarms import FoundAlarm
from tracing.models import Project

LASTED = timedelta(days=28)
"""A change that nobody said anything of is the new normal after so long."""


def list_alarms(project: Project, since: date) -> list[DriftAlarm]:
    """Those that came on a day since then, the latest first."""
    return list(DriftAlarm.objects.filter(project=project, day__gte=since).order_by("-day", "-pk"))


def load_alarms(project_id: int, since: date) -> list[DriftAlarm]:
    """Those whose change began since then, the oldest first."""
    return list(DriftAlarm.objects.filter(project_id=project_id, started__gte=since).order_by("started", "pk"))


def is_of(alarm: DriftAlarm, key: str) -> bool:
    """Whether it is, or is also, of the segment with this key."""
    return key == alarm.segment_key or key in alarm.also


def keep_alarm(project_id: int, found: FoundAlarm, now: datetime) -> tuple[DriftAlarm, bool]:
    """The row of an alarm, and whether it is new."""
    told = {
        "segment": found.name.write(),
        "also": list(found.also),
        "day": found.day,
        "score": found.score,
        "bound": found.bound,
        "cause": found.cause.value,
        "causes": [cause.write() for cause in found.causes],
        "families": dict(found.families),
        "aspects": dict(found.aspects),
        "moves": [move.write() for move in found.moves],
        "found_at": now,
    }
    return DriftAlarm.objects.get_or_create(
        project_id=project_id, segment_key=found.name.key, started=found.started, defaults=told
    )


def add_segments(alarm: DriftAlarm, keys: Sequence[str]) -> bool:
    """Have an alarm be of further segments; whether any was new."""
    new = sorted({key for key in keys if not is_of(alarm, key)})
    if new:
        alarm.also = [*alarm.also, *new]
        alarm.save(update_fields=["also"])
    return bool(new)


def accept_alarm(alarm: DriftAlarm, who: str, now: datetime) -> DriftAlarm:
    """Make its change the new normal: its segments learn anew from the day on which it began. One that is closed stays
    as it is."""
    with transaction.atomic():
        kept = DriftAlarm.objects.select_for_update().get(pk=alarm.pk)
        if kept.state == DriftAlarm.State.OPEN:
            kept.state, kept.closed_at, kept.closed_by = DriftAlarm.State.ACCEPTED, now, who
            kept.save(update_fields=["state", "closed_at", "closed_by"])
    return kept


def end_alarm(alarm: DriftAlarm, gone_since: date, now: datetime) -> DriftAlarm:
    """The old ways are back since that day."""
    with transaction.atomic():
        kept = DriftAlarm.objects.select_for_update().get(pk=alarm.pk)
        if kept.state == DriftAlarm.State.OPEN:
            kept.state, kept.closed_at, kept.gone_since = DriftAlarm.State.GONE, now, gone_since
            kept.save(update_fields=["state", "closed_at", "gone_since"])
    return kept


def close_by_itself(
    alarm: DriftAlarm, gone_since: date | None, gone_day: date | None, until: date, now: datetime
) -> bool:
    """Close an open alarm that is over, as of a day; whether it is."""
    lasts_until = alarm.day + LASTED
    if gone_since and gone_day and gone_day <= lasts_until:
        end_alarm(alarm, gone_since, now)
    elif until >= lasts_until:
        accept_alarm(alarm, "", now)
    else:
        return False
    return True
