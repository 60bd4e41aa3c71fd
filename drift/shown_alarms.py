"""An alarm of drift as it stands in Django's database comes in; all that a page shows of it, read from where it stands,
goes out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from drift.models import DriftAlarm, DriftReport, LedgerEvent
from drift.pages.alarms import (
    Alarm,
    Example,
    Examples,
    NearChange,
    ShownAlarm,
    Spark,
    read_causes,
    read_moves,
    read_terms,
    show_alarm,
    tell_apart,
)
from drift.pages.diffs import show_diff
from drift.pages.lanes import draw_sparks
from drift.pages.measures import name_metric
from drift.recording.events import list_events, tell_event
from drift.watching.outlooks import load_outlook
from drift.watching.segments import read_segment_name
from tracing.models import Project
from tracing.records.conversations import load_turns
from tracing.store import Store

BEFORE, AFTER = timedelta(days=3), timedelta(days=2)
"""Around its start, as `drift.detection.causes` looks at what the ledger saw."""
CHANGES_SHOWN = 10
EXAMPLES_SHOWN = 10
SPARK_DAYS = 90
SHORT = 240
"""Characters of a message."""


def list_read_alarms(project: Project, since: date) -> list[Alarm]:
    """Those that were open at some time since a day, the latest first."""
    begin = datetime.combine(since, time(), UTC)
    held = DriftAlarm.objects.filter(project=project).filter(Q(state=DriftAlarm.State.OPEN) | Q(closed_at__gte=begin))
    return [read_alarm(row) for row in held.order_by("-day", "-pk")]


def read_alarm(row: DriftAlarm) -> Alarm:
    closed = row.closed_at.astimezone(UTC).date() if row.closed_at else None
    return Alarm(
        number=row.pk,
        segment_keys=(row.segment_key, *row.also),
        where=read_segment_name(row.segment).words,
        started=row.started,
        day=row.day,
        score=row.score,
        bound=row.bound,
        state=row.state,
        closed=row.gone_since if row.state == DriftAlarm.State.GONE and row.gone_since else closed,
        closed_by=row.closed_by,
        causes=read_causes(row.causes),
        families=row.families,
        moves=read_moves(row.moves),
    )


def load_shown_alarm(store: Store, project: Project, row: DriftAlarm) -> ShownAlarm:
    """With the texts of its examples, as far as they are still kept."""
    alarm = read_alarm(row)
    named = {number for cause in alarm.causes for number in cause.events}
    changes = [show_near(event, event.pk in named) for event in list_near(row, named)]
    report = DriftReport.objects.filter(alarm=row, alarm__project=project).defer("html").first()
    return show_alarm(alarm, changes, load_examples(store, project, row.examples), report, load_sparks(row))


def load_sparks(row: DriftAlarm) -> dict[tuple[str, str], Spark]:
    """The days of its segment, as the latest pass saw them; nothing where it is not watched any more."""
    outlook = load_outlook(row.project_id, datetime.now(UTC).date(), SPARK_DAYS)
    segment = outlook.find(row.segment_key)
    return draw_sparks(outlook.days, segment.lines, row.started) if segment else {}


def list_near(row: DriftAlarm, named: set[int]) -> list[LedgerEvent]:
    """What changed around the start, first what a likely cause rests on."""
    segment = read_segment_name(row.segment)
    start = datetime.combine(row.started, time(), UTC)
    since, until = to_ns(start - BEFORE), to_ns(start + AFTER + timedelta(days=1))
    found = list_events(row.project_id, since, until, segment)
    return sorted(found, key=lambda event: event.pk not in named)[:CHANGES_SHOWN]


def to_ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


def show_near(event: LedgerEvent, is_named: bool) -> NearChange:
    return NearChange(event.pk, read_time(event.time_ns), tell_event(event), show_diff(event), is_named)


def read_time(time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns / 1e9, UTC)


def load_examples(store: Store, project: Project, told: Mapping[str, Any] | None) -> Examples:
    """The conversations that tell most, by how they begin."""
    if not told:
        return Examples()
    ids = {side: list_ids(told.get(side) or ()) for side in ("before", "after")}
    turns = load_turns(store, project.pk, [*ids["before"], *ids["after"]], [0])
    shown = {
        side: tuple(
            Example(key, shorten(turns[key][0].user_text), shorten(turns[key][0].answer.text), tell_reasons(because))
            for key, because in listed.items()
            if turns.get(key)
        )
        for side, listed in ids.items()
    }
    return Examples(shown["before"], shown["after"], read_terms(told), tell_apart(told.get("auc")))


def list_ids(told: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Ids of conversations with the metrics that each stands out by."""
    return {str(each["conversation_id"]): tuple(each.get("because") or ()) for each in told[:EXAMPLES_SHOWN]}


def tell_reasons(metrics: Sequence[str]) -> tuple[str, ...]:
    return tuple(name_metric(metric) for metric in metrics)


def shorten(text: str) -> str:
    """
    >>> shorten("a  b")
    'a b'
    """
    line = " ".join(text[: 4 * SHORT].split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rstrip() + "…"
