"""Stored days come in, alarms with their causes go out: what `tacit backtest` prints and what a pass keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from drift.detection.causes import AFTER, BEFORE, IN_THE_LEDGER, Cause, Hypothesis, find_causes
from drift.detection.causes import Seen as SeenEvent
from drift.detection.watch import Watched, find_bound, watch
from drift.observing.records import load_days, load_filtered_days
from drift.observing.topics import load_topics
from drift.recording.events import CAUSES, list_events, tell_event
from drift.watching.changes import Change, Seen, SeenAlarm, list_changes, list_seen_alarms
from drift.watching.segments import SegmentName, WatchedDays, find_monday, list_watched, sum_days
from tracing.filter_sql import Where
from tracing.store import Store
from tracing.times import to_ns

HISTORY = timedelta(days=26 * 7)
"""Before the first day that is asked for: a whole baseline, and the days on which a change may have begun."""


@dataclass(frozen=True, slots=True)
class FoundCause:
    """A likely cause, and the events of the ledger that speak for it."""

    cause: Cause
    share: float
    sentence: str
    events: tuple[int, ...] = ()

    def write(self) -> dict[str, Any]:
        return {
            "cause": self.cause.value,
            "share": self.share,
            "sentence": self.sentence,
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class FoundMove:
    """As `drift.detection.watch.Move`, its first day as a date."""

    name: str
    part: str
    family: str
    started: date
    share: float
    shift: float
    before: float
    after: float

    def write(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("name", "part", "family", "share", "shift", "before", "after")}
        return told | {"started": self.started.isoformat()}


@dataclass(frozen=True, slots=True)
class FoundAlarm:
    """A segment is no longer as it was. `also` are the keys of other segments that the same change was seen in."""

    name: SegmentName
    also: tuple[str, ...]
    day: date
    started: date
    score: float
    bound: float
    families: Mapping[str, float]
    aspects: Mapping[str, float]
    moves: tuple[FoundMove, ...]
    causes: tuple[FoundCause, ...]

    @property
    def cause(self) -> Cause:
        return self.causes[0].cause


def find_alarms(
    store: Store, project_id: int, until: date, *, since: date | None = None, goes_on: bool = True
) -> list[FoundAlarm]:
    """Those of the days from `since` (else of all) to `until`, both included, as they would have been told day by day;
    with `goes_on` each change is the new normal at once, else a segment has one alarm."""
    segments = load_watched(store, project_id, until, since=since)
    bound = find_bound(len(segments))
    seen = [Seen(each, watch(each.segment, bound, goes_on=goes_on)) for each in segments]
    alarms = [one for one in list_seen_alarms(seen) if since is None or one.day >= since]
    return tell_alarms(store, project_id, list_changes(alarms, seen))


def load_watched(store: Store, project_id: int, until: date, *, since: date | None = None) -> list[WatchedDays]:
    """The segments of a project with their days up to one, and enough of those before `since`."""
    topics = load_topics(project_id)
    begin = find_monday((since or until) - HISTORY)
    days = load_days(store, project_id, begin, until)
    return list_watched(days, topics.names if topics else (), since=since, until=until)


def watch_filter(
    store: Store, project_id: int, metric: str, where: Where, until: date, *, goes_on: bool = False
) -> Watched:
    """The days of conversations that match, as one segment that ends with `until`; one metric, or all where it is
    empty."""
    topics = load_topics(project_id)
    language = topics.language if topics else ""
    rows = load_filtered_days(store, project_id, where, find_monday(until - HISTORY), until, language=language)
    days = sum_days(SegmentName("", ""), rows, until)
    chosen = tuple(raw for raw in days.segment.series if metric in ("", raw.metric.name))
    return watch(replace(days.segment, series=chosen), find_bound(1), goes_on=goes_on)


def tell_alarms(store: Store, project_id: int, changes: Sequence[Change]) -> list[FoundAlarm]:
    """Changes with their causes, in order."""
    return [tell_alarm(store, project_id, change) for change in changes]


def tell_alarm(store: Store, project_id: int, change: Change) -> FoundAlarm:
    told, alarm = change.told, change.told.alarm
    find_day = told.seen.days.find_day
    moves = (
        FoundMove(
            move.name,
            move.part,
            move.family.value,
            find_day(move.started),
            move.share,
            move.shift,
            move.before,
            move.after,
        )
        for move in alarm.moves
    )
    return FoundAlarm(
        name=told.name,
        also=tuple(sorted({other.name.key for other in change.others})),
        day=told.day,
        started=told.started,
        score=alarm.score,
        bound=told.seen.watched.bound,
        families={family.value: share for family, share in alarm.families.items()},
        aspects={aspect.value: evidence for aspect, evidence in alarm.aspects.items()},
        moves=tuple(moves),
        causes=tell_causes(store, project_id, told, is_alone=change.is_alone),
    )


def tell_causes(store: Store, project_id: int, told: SeenAlarm, *, is_alone: bool | None) -> tuple[FoundCause, ...]:
    """The likeliest, with what the ledger saw of the segment around the day on which the change began."""
    events = load_events(project_id, told)
    watched = IN_THE_LEDGER if has_instructions(store, project_id, told) else ()
    found = find_causes(told.alarm, list(events), is_alone=is_alone, watched=watched)
    return tuple(tell_cause(hypothesis, events) for hypothesis in found)


def tell_cause(hypothesis: Hypothesis, events: Mapping[SeenEvent, list[int]]) -> FoundCause:
    own = tuple(pk for seen in hypothesis.seen for pk in events[seen])
    return FoundCause(hypothesis.cause, hypothesis.share, hypothesis.sentence, own)


def load_events(project_id: int, told: SeenAlarm) -> dict[SeenEvent, list[int]]:
    """What the ledger saw that may be a cause, the oldest first, with the numbers of the events."""
    since = told.started - timedelta(days=BEFORE)
    until = min(told.started + timedelta(days=AFTER), told.day) + timedelta(days=1)
    found: dict[SeenEvent, list[int]] = {}
    for event in reversed(list_events(project_id, start_day(since), start_day(until), told.name)):
        if event.field in CAUSES:
            day = datetime.fromtimestamp(event.time_ns // 10**9, UTC).date()
            words = tell_event(event).rstrip(".")
            seen = SeenEvent(CAUSES[event.field], told.seen.days.number_day(day), words)
            found.setdefault(seen, []).append(event.pk)
    return found


def start_day(day: date) -> int:
    """Its first nanosecond."""
    return to_ns(datetime.combine(day, time(), UTC))


def has_instructions(store: Store, project_id: int, told: SeenAlarm) -> bool:
    """Whether the ledger would have seen another system prompt: where calls send none it cannot."""
    [row] = store.query(
        "drift/sql/has_instructions.sql",
        project_id=project_id,
        since=told.started - timedelta(days=7),
        until=told.day + timedelta(days=1),
        service_name=told.name.service_name,
        environment=told.name.environment,
    )
    return bool(row["has_instructions"])
