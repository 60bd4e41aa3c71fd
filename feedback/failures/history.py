"""What happened to failure modes, by themselves and by people, the latest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from feedback.failures.life import NEW_FOR
from feedback.failures.listing import name_mode
from feedback.models import FailureMode, FailureModeChange
from tracing.models import Project

What = FailureModeChange.What
ALARMING = (What.FOUND, What.SURGING, What.REGRESSED)
"""What somebody wants to be told of."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a mode; `who` is empty where it happened by itself, `text` is a note or new value."""

    id: int
    number: int
    title: str
    at: datetime
    what: str
    who: str
    text: str


def list_changes(
    project: Project,
    *,
    number: int | None = None,
    what: Collection[str] = (),
    since: datetime | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int = 1_000,
) -> list[Change]:
    """At most so many, of one mode or all, since a moment, and before another change (its time and id)."""
    rows = FailureModeChange.objects.filter(mode__project=project).select_related("mode")
    rows = rows.filter(mode__number=number) if number is not None else rows
    rows = rows.filter(what__in=list(what)) if what else rows
    rows = rows.filter(at__gte=since) if since else rows
    if before:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    return [read_change(row) for row in rows.order_by("-at", "-pk")[:limit]]


def list_alerts(project: Project, since: datetime) -> Sequence[Change]:
    """Modes that were found, surge or are back since a moment."""
    return list_changes(project, what=ALARMING, since=since)


def count_alarming(project: Project, now: datetime) -> int:
    """Open modes that nobody dealt with and that are new, surge or are back."""
    of_people = FailureModeChange.objects.filter(mode=OuterRef("pk")).exclude(who="")
    is_new = Q(found_at__gt=now - NEW_FOR) & ~Exists(of_people)
    is_alarming = is_new | Q(surging_since__isnull=False) | Q(regressed_at__isnull=False)
    open_modes = FailureMode.objects.filter(project=project, merged_into=None, state=FailureMode.State.OPEN)
    return open_modes.filter(is_alarming).count()


def read_change(row: FailureModeChange) -> Change:
    return Change(row.pk, row.mode.number, name_mode(row.mode), row.at, row.what, row.who, row.text)
