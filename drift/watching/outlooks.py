"""How things stand in each segment of a project: what the latest pass saw, kept for pages and REST.

A pass takes seconds and a page must not, so the pass keeps what it saw in one row of Django's database.
"""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from drift.detection.series import Flags, Floats
from drift.models import DriftAlarm, DriftOutlook
from drift.watching.alarm_records import is_of
from drift.watching.changes import Seen
from drift.watching.segments import SegmentName, read_segment_name

State = Literal["learning", "watching", "warning", "alarm"]
DAYS = 180
"""That are kept."""
Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A metric by day, None where it is unknown: what it was, and what was expected of it. A rate and a share are
    shares of one, a mean is one; of a distance only what is more than expected says something."""

    metric: str
    part: str
    """The name of the topic, of shares of topics."""
    values: Values
    expected: Values


@dataclass(frozen=True, slots=True)
class SegmentOutlook:
    """A segment by day. `learning` is how many days are missing until the first can be judged; `families` share the
    evidence of each day (`scores`), which makes an alarm from `bound` on."""

    name: SegmentName
    state: State
    learning: int
    bound: float
    conversations: Values
    scores: Values
    families: Mapping[str, Values]
    lines: Sequence[Line]
    alarms: Sequence[DriftAlarm] = ()
    step_days: int = 1
    """7 where there are so few conversations that weeks are compared."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Segments, the busiest first; all their series have a place for each of `days`. `watched_at` is None where nobody
    has looked yet."""

    days: Sequence[date] = ()
    segments: Sequence[SegmentOutlook] = field(default_factory=list)
    watched_at: datetime | None = None

    def find(self, key: str) -> SegmentOutlook | None:
        return next((segment for segment in self.segments if segment.name.key == key), None)


def load_outlook(project_id: int, until: date, days: int = DAYS) -> Outlook:
    """How things stood on the days up to one, as the latest pass saw it; nothing where there was none."""
    kept = DriftOutlook.objects.filter(project_id=project_id).first()
    if kept is None:
        return Outlook()
    told = json.loads(zlib.decompress(bytes(kept.archive)))
    known = [date.fromisoformat(day) for day in told["days"]]
    shown = [number for number, day in enumerate(known) if until - timedelta(days=days) < day <= until]
    alarms = list(DriftAlarm.objects.filter(project_id=project_id).order_by("started"))
    segments = [read_segment(each, shown, alarms) for each in told["segments"]]
    return Outlook([known[number] for number in shown], segments, kept.watched_at)


def read_segment(told: Mapping[str, Any], shown: Sequence[int], alarms: Sequence[DriftAlarm]) -> SegmentOutlook:
    def cut(values: Sequence[float | None]) -> Values:
        return tuple(values[shown[0] : shown[-1] + 1]) if shown else ()

    name = read_segment_name(told["name"])
    return SegmentOutlook(
        name=name,
        state=told["state"],
        learning=told["learning"],
        step_days=told["step_days"],
        bound=told["bound"],
        conversations=cut(told["conversations"]),
        scores=cut(told["scores"]),
        families={family: cut(values) for family, values in told["families"].items()},
        lines=[
            Line(line["metric"], line["part"], cut(line["values"]), cut(line["expected"])) for line in told["lines"]
        ],
        alarms=[alarm for alarm in alarms if is_of(alarm, name.key)],
    )


def describe_outlook(seen: Sequence[Seen], alarms: Sequence[DriftAlarm], until: date, now: datetime) -> Outlook:
    """What a pass saw of the days up to one."""
    days = [until - timedelta(days=back) for back in reversed(range(DAYS))]
    return Outlook(days, [describe_segment(one, alarms, days) for one in seen], now)


def describe_segment(seen: Seen, alarms: Sequence[DriftAlarm], days: Sequence[date]) -> SegmentOutlook:
    watched, numbers = seen.watched, [seen.days.number_day(day) for day in days]
    judged = np.isfinite(np.array([line.expected for line in watched.lines])).any(axis=0) if watched.lines else []
    length = len(watched.scores)

    def cut(values: Floats, known: Sequence[bool] | Flags | None = None) -> Values:
        inside = [0 <= number < length and (known is None or bool(known[number])) for number in numbers]
        told = [float(values[number]) if is_in else math.nan for number, is_in in zip(numbers, inside, strict=True)]
        return tuple(value if math.isfinite(value) else None for value in told)

    return SegmentOutlook(
        name=seen.name,
        state=tell_state(seen),
        learning=watched.learning,
        step_days=watched.step_days,
        bound=watched.bound,
        conversations=cut(seen.days.segment.conversations),
        scores=cut(np.array(watched.scores), judged),
        families={family.value: cut(values, judged) for family, values in watched.families.items()},
        lines=[Line(line.metric.name, line.part, cut(line.values), cut(line.expected)) for line in watched.lines],
        alarms=[alarm for alarm in alarms if is_of(alarm, seen.name.key)],
    )


def tell_state(seen: Seen) -> State:
    if seen.past.is_frozen:
        return "alarm"
    if seen.watched.learning:
        return "learning"
    return "warning" if seen.watched.is_warning else "watching"


def keep_outlook(project_id: int, outlook: Outlook, version: int) -> None:
    """Keep what a pass saw of days in `version`."""
    told = {
        "days": [day.isoformat() for day in outlook.days],
        "segments": [write_segment(segment) for segment in outlook.segments],
    }
    archive = zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 6)
    kept = {"archive": archive, "version": version, "watched_at": outlook.watched_at, "until": outlook.days[-1]}
    DriftOutlook.objects.update_or_create(project_id=project_id, defaults=kept)


def write_segment(segment: SegmentOutlook) -> dict[str, Any]:
    return {
        "name": segment.name.write(),
        "state": segment.state,
        "learning": segment.learning,
        "step_days": segment.step_days,
        "bound": segment.bound,
        "conversations": round_values(segment.conversations),
        "scores": round_values(segment.scores),
        "families": {family: round_values(values) for family, values in segment.families.items()},
        "lines": [
            {
                "metric": line.metric,
                "part": line.part,
                "values": round_values(line.values),
                "expected": round_values(line.expected),
            }
            for line in segment.lines
        ],
    }


def round_values(values: Values) -> list[float | None]:
    """To as many digits as anybody can see."""
    return [None if value is None else float(f"{value:.5g}") for value in values]
