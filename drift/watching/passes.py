"""The days of a project are looked at once they are over: new alarms are kept, open ones followed.

A pass runs beside the stages, in a thread of its own. It walks all days each time, as if it had looked every day, so it
may be cut off anywhere, and an import of old logs is told what would have been told then.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import close_old_connections

from drift.detection.watch import find_bound, watch
from drift.models import DriftAlarm, DriftOutlook
from drift.watching.alarm_records import add_segments, close_by_itself, is_of, keep_alarm, load_alarms
from drift.watching.alarms import HISTORY, load_watched, tell_alarm
from drift.watching.changes import SAME_DAYS, Past, Seen, SeenAlarm, find_lead, list_changes
from drift.watching.completeness import measure_completeness
from drift.watching.outlooks import describe_outlook, keep_outlook
from drift.watching.segments import WatchedDays, read_segment_name
from tracing.models import Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, get_store

logger = logging.getLogger(__name__)

NAME = "watching"
AFTER_MIDNIGHT = timedelta(minutes=30)
"""Conversations of a day may come in a little after it."""
AGAIN = timedelta(hours=1)
"""Days of the past that change are looked at again, no more often than this."""
MOST_LAG_SECONDS = 300.0
"""Of the stages that days come from: while they are further behind, days are not complete."""
PATIENCE_SECONDS = 600.0
"""So long days wait at most to be counted by new topics."""
REST_FACTOR = 9
"""A project's next pass comes after so many times as long as one took: a tenth of a core at most."""
MOST_ROUNDS = 20

_free_at: dict[int, float] = {}
"""By project, when its next pass may begin."""
_recounting_since: dict[int, float] = {}
"""By project, when its days were first seen to wait for new topics."""
_thread: threading.Thread | None = None


def start_watching() -> None:
    """Have a pass of each project run beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_watching, name="watching", daemon=True)
    _thread.start()


def run_watching() -> None:
    try:
        watch_all(get_store())
    finally:
        close_old_connections()


def forget_rests() -> None:
    """Look at every project at once, as a new process does."""
    _free_at.clear()
    _recounting_since.clear()


def watch_all(store: Store) -> int:
    """One pass of each project that has days to be looked at; of how many."""
    count = 0
    with hold_lease(NAME) as held:
        for project_id in Project.objects.order_by("pk").values_list("pk", flat=True) if held else ():
            start, now = time.monotonic(), datetime.now(UTC)
            if STOPPING.is_set() or start < _free_at.get(project_id, 0.0) or not is_due(store, project_id, now):
                continue
            watch_safely(store, project_id, now)
            end = time.monotonic()
            _free_at[project_id] = end + REST_FACTOR * (end - start)
            count += 1
    return count


def watch_safely(store: Store, project_id: int, now: datetime) -> None:
    """Where one project cannot be done, the others can."""
    try:
        watch_project(store, project_id, now)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("project %d cannot be watched for drift; its alarms stay", project_id)


def find_last_day(now: datetime) -> date:
    """The latest day that is over."""
    return (now - AFTER_MIDNIGHT).date() - timedelta(days=1)


def load_version(store: Store, project_id: int, until: date) -> int:
    """Of the latest row of days up to one; 0 where there is none."""
    return int(store.query("drift/sql/watched_version.sql", project_id=project_id, until=until)[0]["version"])


def is_due(store: Store, project_id: int, now: datetime) -> bool:
    """Whether a day is over that was not looked at, or one of the past is another; and all of it is counted."""
    until = find_last_day(now)
    kept = DriftOutlook.objects.filter(project_id=project_id).only("version", "until", "watched_at").first()
    if kept and kept.until >= until and now - kept.watched_at < AGAIN:
        return False
    version = load_version(store, project_id, until)
    if not version or (kept and kept.until >= until and kept.version == version):
        return False
    return is_complete(store, project_id)


def is_complete(store: Store, project_id: int) -> bool:
    """Whether days are counted; a little may always be on its way."""
    now = measure_completeness(store, project_id)
    if now.lag_seconds > MOST_LAG_SECONDS or not now.is_recounting:
        _recounting_since.pop(project_id, None)
        return not now.is_recounting and now.lag_seconds <= MOST_LAG_SECONDS
    return time.monotonic() - _recounting_since.setdefault(project_id, time.monotonic()) > PATIENCE_SECONDS


def watch_project(store: Store, project_id: int, now: datetime) -> list[DriftAlarm]:
    """One pass of a project: its alarms that are new."""
    until = find_last_day(now)
    version = load_version(store, project_id, until)
    segments = load_watched(store, project_id, until)
    if not segments:
        return []
    new, seen = list[DriftAlarm](), list[Seen]()
    for _ in range(MOST_ROUNDS):
        alarms = load_alarms(project_id, until - HISTORY)
        seen = look_again(segments, alarms, seen)
        kept = keep_new(store, project_id, seen, alarms, now)
        new += kept.new
        if not (close_old(seen, alarms, until, now) or kept.is_news):
            break
    keep_outlook(project_id, describe_outlook(seen, load_alarms(project_id, until - HISTORY), until, now), version)
    return new


def look_again(segments: Sequence[WatchedDays], alarms: Sequence[DriftAlarm], before: Sequence[Seen]) -> list[Seen]:
    """Each segment as its alarms let it be seen; those that were seen so before stay."""
    known = {(seen.name.key, seen.past): seen for seen in before}
    bound = find_bound(len(segments))
    pasts = [(days, read_past(days, alarms, bound)) for days in segments]
    return [known.get((days.name.key, past)) or look(days, past) for days, past in pasts]


def look(days: WatchedDays, past: Past) -> Seen:
    return Seen(days, watch(days.segment, past.bound, past.accepted, left_out=past.left_out), past)


def read_past(days: WatchedDays, alarms: Sequence[DriftAlarm], bound: float) -> Past:
    """Accepted changes are normal, those that are gone never were, and one that is open passed the bound of its day."""
    own = [alarm for alarm in alarms if is_of(alarm, days.name.key)]
    began = [days.number_day(alarm.started) for alarm in own if alarm.state == DriftAlarm.State.ACCEPTED]
    spans = [(days.number_day(alarm.started), days.number_day(alarm.gone_since)) for alarm in own if alarm.gone_since]
    bounds = [alarm.bound for alarm in own if alarm.state == DriftAlarm.State.OPEN]
    return Past(tuple(day for day in began if day > 0), tuple(spans), min([bound, *bounds]), is_frozen=bool(bounds))


@dataclass(frozen=True, slots=True)
class Kept:
    """Alarms that are new, and whether any was kept or is now of another segment, too."""

    new: list[DriftAlarm]
    is_news: bool


def keep_new(store: Store, project_id: int, seen: Sequence[Seen], alarms: Sequence[DriftAlarm], now: datetime) -> Kept:
    """Keep what is not known yet; what is about a change that is known joins that."""
    joined, unknown = False, list[SeenAlarm]()
    for one in seen:
        alarm = find_current(one)
        if alarm is None:
            continue
        known = [kept for kept in alarms if is_about(kept, alarm)]
        if not known:
            unknown.append(alarm)
        elif not any(is_of(kept, one.name.key) for kept in known):
            joined |= add_segments(known[-1], [one.name.key])
    told = [tell_alarm(store, project_id, change) for change in list_changes(unknown, seen)]
    new = [row for row, is_new in (keep_alarm(project_id, each, now) for each in told) if is_new]
    return Kept(new, is_news=joined or bool(new))


def find_current(seen: Seen) -> SeenAlarm | None:
    """The alarm of a segment that is not frozen, after all that was accepted."""
    since = max(seen.past.accepted, default=0)
    found = [alarm for alarm in seen.watched.alarms if alarm.day >= since]
    return SeenAlarm(seen, found[-1]) if found and not seen.past.is_frozen else None


def is_about(kept: DriftAlarm, alarm: SeenAlarm) -> bool:
    """Whether an alarm tells a change that is known, of the same segment or of its whole or parts."""
    return (
        read_segment_name(kept.segment).whole == alarm.name.whole
        and abs((kept.started - alarm.started).days) <= SAME_DAYS
        and (is_of(kept, alarm.name.key) or alarm.aspect.value == find_lead(kept.aspects))
    )


def close_old(seen: Sequence[Seen], alarms: Sequence[DriftAlarm], until: date, now: datetime) -> bool:
    """Close open alarms that are over by themselves; whether any is."""
    by_key = {one.name.key: one for one in seen}
    open_alarms = [alarm for alarm in alarms if alarm.state == DriftAlarm.State.OPEN]
    closed = [close_old_one(by_key.get(alarm.segment_key), alarm, until, now) for alarm in open_alarms]
    return any(closed)


def close_old_one(seen: Seen | None, alarm: DriftAlarm, until: date, now: datetime) -> bool:
    gone = seen.watched.gone if seen and seen.past.is_frozen else None
    if seen is None or gone is None:
        return close_by_itself(alarm, None, None, until, now)
    return close_by_itself(alarm, seen.days.find_day(gone.since), seen.days.find_day(gone.day), until, now)
