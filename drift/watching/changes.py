"""Alarms of several segments come in; what changed goes out, each once: a change of a part moves its whole, too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from drift.detection.metrics import Aspect
from drift.detection.watch import WARNING, Alarm, Watched
from drift.watching.segments import SegmentName, WatchedDays

Name = TypeVar("Name", bound=str)

SAME_DAYS = 3
"""Alarms of a part and its whole that start no further apart may be about the same."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of earlier changes of a segment: days on which accepted ones began, and spans of days with those
    that are gone (their first day, and the day after the last). A segment is frozen while it has one that is open."""

    accepted: tuple[int, ...] = ()
    left_out: tuple[tuple[int, int], ...] = ()
    bound: float = 0.0
    is_frozen: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A segment, and what was seen of it."""

    days: WatchedDays
    watched: Watched
    past: Past = Past()

    @property
    def name(self) -> SegmentName:
        return self.days.name

    def has_moved(self, day: date) -> bool | None:
        """Whether there is more than nothing on a day; None where nothing is known of it."""
        number = self.days.number_day(day)
        if not 0 <= number < len(self.watched.scores) or not self.watched.scores[number]:
            return None
        return self.watched.scores[number] >= WARNING * self.watched.bound


@dataclass(frozen=True, slots=True, eq=False)
class SeenAlarm:
    """An alarm, and the segment that it is of."""

    seen: Seen
    alarm: Alarm

    @property
    def name(self) -> SegmentName:
        return self.seen.name

    @property
    def day(self) -> date:
        return self.seen.days.find_day(self.alarm.day)

    @property
    def started(self) -> date:
        return self.seen.days.find_day(self.alarm.started)

    @property
    def aspect(self) -> Aspect:
        return find_lead(self.alarm.aspects)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The alarm that tells it, and the others that are about the same."""

    told: SeenAlarm
    others: tuple[SeenAlarm, ...]
    is_alone: bool | None
    """Whether the rest of the project stayed as it was; None where that is not known."""


def find_lead(aspects: Mapping[Name, float]) -> Name:
    """What moved most."""
    return max(aspects, key=lambda aspect: aspects[aspect])


def list_changes(alarms: Sequence[SeenAlarm], segments: Sequence[Seen]) -> list[Change]:
    """By the day of their alarm, the oldest first."""
    found = [tell_change(group, segments) for group in group_alarms(alarms)]
    return sorted(found, key=lambda change: (change.told.day, change.told.name.words))


def group_alarms(alarms: Sequence[SeenAlarm]) -> list[list[SeenAlarm]]:
    groups: list[list[SeenAlarm]] = []
    for one in sorted(alarms, key=lambda alarm: (alarm.started, alarm.day)):
        own = next((group for group in groups if all(is_same(one, other) for other in group)), None)
        if own is None:
            groups.append([one])
        else:
            own.append(one)
    return groups


def is_same(one: SeenAlarm, other: SeenAlarm) -> bool:
    """Whether two alarms are about the same change: of one whole, but not of one segment."""
    return (
        one.name.whole == other.name.whole
        and one.name.key != other.name.key
        and abs((one.started - other.started).days) <= SAME_DAYS
        and one.aspect in (other.aspect, *list_moved(other.alarm))
    )


def list_moved(alarm: Alarm) -> list[Aspect]:
    return [aspect for aspect, evidence in alarm.aspects.items() if evidence >= alarm.score]


def tell_change(group: Sequence[SeenAlarm], segments: Sequence[Seen]) -> Change:
    """Of those alarms that came first, the narrowest that explains it: of a part where no other part moved, else of the
    whole."""
    day = min(one.day for one in group)
    first = sorted((one for one in group if one.day == day), key=lambda one: -one.alarm.score)
    parts = [one for one in first if one.name.is_part]
    wholes = [one for one in first if not one.name.is_part]
    is_of_one = len(parts) == 1 and not has_moved_elsewhere(parts[0], segments, of_whole=True)
    told = (parts if is_of_one or not wholes else wholes)[0]
    others = tuple(one for one in group if one is not told)
    moved = has_moved_elsewhere(told, segments, of_whole=False)
    return Change(told, others, None if moved is None else not moved)


def has_moved_elsewhere(told: SeenAlarm, segments: Sequence[Seen], *, of_whole: bool) -> bool | None:
    """Whether others moved on the day of an alarm: its siblings alone, or other wholes, too; None where nothing is
    known."""
    others = [segment for segment in segments if is_elsewhere(told.name, segment.name, of_whole=of_whole)]
    known = [moved for segment in others if (moved := segment.has_moved(told.day)) is not None]
    return any(known) if known else None


def is_elsewhere(name: SegmentName, other: SegmentName, *, of_whole: bool) -> bool:
    if name.whole == other.whole:
        return name.is_part and other.is_part and name.key != other.key
    return not of_whole and not other.is_part


def list_seen_alarms(segments: Sequence[Seen]) -> Iterator[SeenAlarm]:
    for seen in segments:
        for alarm in seen.watched.alarms:
            yield SeenAlarm(seen, alarm)
