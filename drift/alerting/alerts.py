"""Alerts as people see and change them. What cannot be is told by a ValueError with a sentence for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from drift.alerting.finding import Finding
from drift.alerting.keeping import close, keep, note_change, read_manners, tell_due
from drift.alerting.rules import find_kind
from drift.models import Alert, AlertChange, AlertRule, DriftAlarm
from tracing.masking_rules import mask_text
from tracing.models import Project

What = AlertChange.What
STATES = ("", "open", "new", "acknowledged", "resolved")
"""By which lists are asked for: `new` are those open that nobody acknowledged."""
LONGEST_NOTE = 10_000
LONGEST_MUTE = timedelta(days=366)
LARGEST_NUMBER = 2**31 - 1


def list_alerts(project: Project, state: str = "", limit: int = 100, before: int | None = None) -> list[Alert]:
    """The latest first, of a state, with smaller numbers than `before`."""
    rows = Alert.objects.filter(project=project).select_related("rule").order_by("-number")
    if state:
        rows = rows.filter(state=Alert.State.RESOLVED if state == "resolved" else Alert.State.OPEN)
    if state in ("new", "acknowledged"):
        rows = rows.filter(acknowledged_at__isnull=state == "new")
    return list((rows if before is None else rows.filter(number__lt=before))[:limit])


def list_named(project: Project, limit: int = 1_000) -> list[tuple[str, int]]:
    """Titles and numbers, the latest first."""
    return list(Alert.objects.filter(project=project).order_by("-number").values_list("title", "number")[:limit])


def count_open(project: Project) -> int:
    """Those that nobody acknowledged."""
    return Alert.objects.filter(project=project, state=Alert.State.OPEN, acknowledged_at=None).count()


def find_alert(project: Project, number: int) -> Alert | None:
    known = 0 <= number <= LARGEST_NUMBER
    return (
        Alert.objects.select_related("rule", "alarm").filter(project=project, number=number).first() if known else None
    )


def list_changes(alert: Alert, limit: int = 200) -> list[AlertChange]:
    """What happened to it, the latest first."""
    return list(alert.changes.order_by("-at", "-pk")[:limit])


def acknowledge(alert: Alert, who: str, now: datetime) -> None:
    """Somebody deals with it: nobody needs to be told any more."""
    with change(alert, now) as row:
        check_open(row)
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = now, who
            note_change(row, What.ACKNOWLEDGED, now, who)


def mute(alert: Alert, until: datetime, who: str, now: datetime) -> None:
    """Nobody is told of it until then."""
    if not now < until <= now + LONGEST_MUTE:
        raise ValueError("An alert is muted until a moment to come, within a year.")
    with change(alert, now) as row:
        check_open(row)
        row.muted_until = until
        note_change(row, What.MUTED, now, who, until.isoformat())


def unmute(alert: Alert, who: str, now: datetime) -> None:
    with change(alert, now) as row:
        if row.muted_until is None or row.muted_until <= now:
            raise ValueError("The alert is not muted.")
        row.muted_until = None
        note_change(row, What.UNMUTED, now, who)


def resolve(alert: Alert, who: str, now: datetime) -> None:
    """It is over, says a person: as long as it goes on holding it does not open again."""
    with change(alert, now) as row:
        check_open(row)
        close(row, now, who)


def accept(alert: Alert, who: str, now: datetime) -> None:
    """The drift that it tells of is the new normal."""
    from drift.watching.alarm_records import accept_alarm

    with change(alert, now) as row:
        if row.alarm is None or row.alarm.state != DriftAlarm.State.OPEN:
            raise ValueError("Only drift that is still watched can be accepted as the new normal.")
        accept_alarm(row.alarm, who, now)
        note_change(row, What.ACCEPTED, now, who)
        if row.state == Alert.State.OPEN:
            close(row, now, who)


def note(alert: Alert, text: str, who: str, now: datetime) -> None:
    cleaned = text.strip().replace("\0", "\N{REPLACEMENT CHARACTER}")
    if not cleaned or len(cleaned) > LONGEST_NOTE:
        raise ValueError(f"A note has 1 to {LONGEST_NOTE:,} characters; an empty one says nothing.")
    note_change(alert, What.NOTE, now, who, mask_text(alert.project_id, cleaned))


@contextmanager
def change(alert: Alert, now: datetime) -> Iterator[Alert]:
    """The row as it is now, held against others and saved at the end, when its targets are told what is due; `alert`
    is then the same."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=alert.project_id)
        row = Alert.objects.select_related("rule__project", "alarm").get(pk=alert.pk)
        yield row
        row.save()
        tell_due(row.rule, read_manners(row.rule, find_kind(row.rule.kind)), now)
    alert.refresh_from_db()


def check_open(alert: Alert) -> None:
    if alert.state != Alert.State.OPEN:
        raise ValueError("The alert is resolved already.")


def tell(finding: Finding, rule: AlertRule, now: datetime) -> Alert | None:
    """Something that was found beside the passes: its alert, if it is news."""
    with transaction.atomic():
        opened: Sequence[Alert] = keep(rule, find_kind(rule.kind), [finding], now)
    return opened[0] if opened else None
