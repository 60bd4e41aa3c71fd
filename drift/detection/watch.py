"""The days of a segment come in, its alarms go out: when, since when, which families moved and by how much.

Nothing is kept from day to day: the same days and the same accepted changes give the same alarms again; an alarm whose
change was accepted is no longer among them. After an alarm
the segment is either frozen (no further alarm until a person accepts the change) or goes on with a new baseline from
the day on which the change began. The days of a frozen segment are still held against those before the change: once
they are like them again, the change is gone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from drift.detection.e_detector import MOST, Evidence, sum_families, weigh_evidence
from drift.detection.metrics import Aspect, Family, Kind, Metric
from drift.detection.segment import Segment, find_ordinary, leave_out, list_series, list_weekdays, pool_small
from drift.detection.series import LEAST_COUNT, Flags, Floats, Residuals, Series, Step, standardise

DAYS_BETWEEN = 365
"""One false alarm in so many days, of all segments together."""
OVERSHOOT = 6.0
"""Evidence comes in leaps far over the bound, and days back are few: alarms are so many times rarer than the theory's
bound says. Measured on quiet days at bounds from 228 to 1,825: 5 to 12 times. At 6, twenty segments raise about one
false alarm a year or less; chosen on worlds of its own (`--tuning` of benchmarks/drift_detection.py)."""
WARNING = 0.1
"""So much of the bound is worth a look."""
TOLD = 0.01
"""A metric with less of the evidence has not moved."""
BACK = 7.0
"""Evidence, as a logarithm, that makes a change gone: a thousand to one that the old ways are back."""
BACK_STEPS = 2
"""Days, or weeks, that the old ways must be back at least."""
CAUTION = 0.75
"""What made an alarm was found because it was large: the change is taken to be this much of it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A metric that moved: means of the days before and after, and the shift in its unit (standard deviations of
    conversations, shares)."""

    name: str
    part: str
    family: Family
    started: int
    share: float
    shift: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """Days are counted from the segment's first. `aspects` holds each aspect's own evidence, quiet ones too."""

    day: int
    started: int
    score: float
    families: dict[Family, float]
    aspects: dict[Aspect, float]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A metric by day, NaN where it is unknown: what it was, and what was expected of it."""

    metric: Metric
    part: str
    values: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class Gone:
    """The old ways are back: since when, and when that was sure."""

    since: int
    day: int


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Evidence by day (0 while learning), the bound that makes it an alarm, and the alarms. `learning` is how many days
    are missing until the first can be judged. Of a frozen segment `gone` says that the change of its last alarm is.
    `families` share the scores."""

    scores: tuple[float, ...]
    bound: float
    alarms: tuple[Alarm, ...]
    learning: int
    gone: Gone | None = None
    step_days: int = 1
    """7 where little traffic is judged by weeks."""
    families: dict[Family, Floats] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    @property
    def is_warning(self) -> bool:
        """Not enough for an alarm today, but worth a look."""
        return bool(self.scores) and WARNING * self.bound <= self.scores[-1] < self.bound


def find_bound(segments: int) -> float:
    return DAYS_BETWEEN * max(segments, 1) / OVERSHOOT


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is written down as days are walked: evidence by family, and each metric with what was expected of it."""

    families: Floats
    values: Floats
    expected: Floats

    def note(self, residuals: Residuals, day: int) -> None:
        self.expected[:, day] = np.where(residuals.known[:, day], residuals.expected[:, day], np.nan)

    def note_evidence(self, metrics: list[Metric], evidence: Evidence, day: int) -> None:
        shares = sum_families(metrics, evidence)
        self.families[:, day] = [evidence.total * shares[family] for family in Family]

    def note_values(self, series: tuple[Series, ...], residuals: Residuals, first: int, end: int) -> None:
        for row, one in enumerate(series):
            has = np.nan_to_num(one.counts[first:end]) >= LEAST_COUNT
            self.values[row, first:end] = np.where(has, residuals.values[row, first:end], np.nan)


def start_course(segment: Segment) -> Course:
    rows = (len(segment.series), segment.length)
    return Course(np.zeros((len(Family), segment.length)), np.full(rows, np.nan), np.full(rows, np.nan))


def watch(
    segment: Segment,
    bound: float,
    accepted: Iterable[int] = (),
    *,
    left_out: Iterable[tuple[int, int]] = (),
    goes_on: bool = False,
) -> Watched:
    """Walks all days. Baselines begin anew on `accepted` days; with `goes_on` on the start of each alarm, too. Spans
    `left_out` (first day, and the day after the last) are neither judged nor learnt."""
    judged, step = pool_small(leave_out(segment, left_out))
    begins = sorted(day // step.days for day in accepted)
    course, alarms, gone = start_course(judged), list[Alarm](), None
    begin = _find_first(judged)
    while True:
        later = [day for day in begins if day > begin]
        end = later[0] if later else judged.length
        found = _walk(judged, step, begin, end, bound / step.days, course)
        if found is not None:
            alarms.append(found)
        if found is not None and goes_on:
            begin = max(found.started, begin + 1)
        elif later:
            begin = later[0]
        else:
            gone = _follow(judged, step, begin, found, course) if found else None
            break
    learning = max(0, step.learning - (judged.length - begin)) * step.days
    told = tuple(_count_days(alarm, step) for alarm in alarms)
    by_day = _spread(course.families * step.days, step, segment.length)
    scores = tuple(float(score) for score in by_day.sum(axis=0))
    families = dict(zip(Family, by_day, strict=True))
    back = Gone(gone.since * step.days, (gone.day + 1) * step.days - 1) if gone else None
    return Watched(
        scores, bound, told, learning, back, step.days, families, _list_lines(judged, course, step, segment.length)
    )


def _find_first(segment: Segment) -> int:
    """The first day with conversations: learning begins there."""
    return int(np.argmax(np.nan_to_num(segment.conversations) > 0)) if segment.length else 0


def _list_lines(judged: Segment, course: Course, step: Step, length: int) -> tuple[Line, ...]:
    values, expected = _spread(course.values, step, length), _spread(course.expected, step, length)
    return tuple(
        Line(raw.metric, raw.part if isinstance(raw, Series) else "", values[row], expected[row])
        for row, raw in enumerate(judged.series)
    )


def _spread(values: Floats, step: Step, length: int) -> Floats:
    """Weeks as days; those of a week that is not over are like those before."""
    days = np.repeat(values, step.days, axis=1)[:, :length]
    return np.pad(days, ((0, 0), (0, length - days.shape[1])), mode="edge" if days.shape[1] else "constant")


def _compare(
    segment: Segment, step: Step, begin: int, end: int, until: int | None = None
) -> tuple[tuple[Series, ...], Residuals]:
    """The days from `begin` to `end` against those before each of them, and before `until`."""
    weekdays = list_weekdays(segment, step)
    ordinary = find_ordinary(segment.conversations, weekdays)
    ordinary[end:] = False
    series = list_series(segment, weekdays, ordinary, begin, until)
    return series, standardise(series, weekdays, ordinary, step, begin, until)


def _walk(segment: Segment, step: Step, begin: int, end: int, bound: float, course: Course) -> Alarm | None:
    """The first alarm before `end`; what is seen is written down on the way."""
    series, residuals = _compare(segment, step, begin, end)
    metrics = [one.metric for one in series]
    course.note_values(series, residuals, begin, end)
    for day in range(begin + step.learning, end):
        if not residuals.known[:, day].any():
            continue
        evidence = weigh_evidence(metrics, residuals, day)
        course.note(residuals, day)
        course.note_evidence(metrics, evidence, day)
        if evidence.total >= bound:
            return _tell_alarm(series, residuals, evidence, day)
    return None


def _follow(segment: Segment, step: Step, begin: int, alarm: Alarm, course: Course) -> Gone | None:
    """The days after an alarm against those before its change: whether the old ways are back."""
    series, residuals = _compare(segment, step, begin, segment.length, alarm.started)
    metrics = [one.metric for one in series]
    course.note_values(series, residuals, begin, segment.length)
    for day in range(alarm.day + 1, segment.length):
        if residuals.known[:, day].any():
            course.note(residuals, day)
            course.note_evidence(metrics, weigh_evidence(metrics, residuals, day), day)
    return _find_return(series, residuals, alarm)


def _find_return(series: tuple[Series, ...], residuals: Residuals, alarm: Alarm) -> Gone | None:
    """Since when the metric that moved most is as before: the sum of logarithms of likelihood ratios (Page's)."""
    lead = alarm.moves[0] if alarm.moves else None
    rows = [row for row, one in enumerate(series) if lead and (one.metric.name, one.part) == (lead.name, lead.part)]
    if lead is None or not rows:
        return None
    known, shifts = residuals.known[rows[0]], residuals.shifts[rows[0]]
    usual = shifts[: alarm.started][known[: alarm.started]]
    moved = lead.shift**2 if series[rows[0]].metric.kind is Kind.DISTANCE else lead.shift
    spread = float(usual.std()) if len(usual) > 1 else 0.0
    return _add_up(known, shifts, alarm.day + 1, CAUTION * moved, max(spread, abs(moved) / MOST))


def _add_up(known: Flags, shifts: Floats, first: int, moved: float, spread: float) -> Gone | None:
    """A day speaks for the old ways as far as it is nearer to no shift than to what moved."""
    total, since, steps = 0.0, first, 0
    for day in range(first, len(shifts)):
        if not known[day]:
            continue
        score = float(np.clip(shifts[day] / spread, -MOST, MOST))
        total += (moved / spread) * (moved / spread / 2 - score)
        steps += 1
        if total <= 0:
            total, since, steps = 0.0, day + 1, 0
        elif total >= BACK and steps >= BACK_STEPS:
            return Gone(since, day)
    return None


def _tell_alarm(series: tuple[Series, ...], residuals: Residuals, evidence: Evidence, day: int) -> Alarm:
    metrics = [one.metric for one in series]
    moves = sorted(_list_moves(series, residuals, evidence, day), key=lambda move: -move.share)
    families = {family: share for family, share in sum_families(metrics, evidence).items() if share >= TOLD}
    aspects = _sum_aspects(metrics, evidence)
    return Alarm(day, evidence.start, evidence.total, families, aspects, tuple(moves))


def _list_moves(series: tuple[Series, ...], residuals: Residuals, evidence: Evidence, day: int) -> Iterator[Move]:
    for row, one in enumerate(series):
        share = float(evidence.parts[row]) / max(evidence.total, 1e-300)
        start = int(evidence.starts[row])
        inside = residuals.known[row, start : day + 1]
        if share < TOLD or not inside.any():
            continue
        before = float(residuals.expected[row, start : day + 1][inside].mean())
        after = float(residuals.values[row, start : day + 1][inside].mean())
        shift = float(evidence.shifts[row])
        yield Move(one.metric.name, one.part, one.metric.family, start, share, shift, before, after)


def _sum_aspects(metrics: list[Metric], evidence: Evidence) -> dict[Aspect, float]:
    """The evidence that each aspect would have alone."""
    parts: dict[Aspect, float] = {}
    weights: dict[Aspect, float] = {}
    for row, metric in enumerate(metrics):
        parts[metric.aspect] = parts.get(metric.aspect, 0.0) + float(evidence.parts[row])
        weights[metric.aspect] = weights.get(metric.aspect, 0.0) + float(evidence.weights[row])
    return {aspect: part / weights[aspect] for aspect, part in parts.items() if weights[aspect] > 0}


def _count_days(alarm: Alarm, step: Step) -> Alarm:
    """Weeks told as days: an alarm comes on the last of its week, a change starts on the first."""
    if step.days == 1:
        return alarm
    return replace(
        alarm,
        day=(alarm.day + 1) * step.days - 1,
        started=alarm.started * step.days,
        score=alarm.score * step.days,
        moves=tuple(replace(move, started=move.started * step.days) for move in alarm.moves),
    )
