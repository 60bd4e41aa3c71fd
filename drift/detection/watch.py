"""The days of a segment come in, its alarms go out: when, since when, which families moved and by how much.

Nothing is kept from day to day: the same days and the same accepted changes give the same alarms again; an alarm whose
change was accepted is no longer among them. After an alarm
the segment is either frozen (no further alarm until a person accepts the change) or goes on with a new baseline from
the day on which the change began.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from drift.detection.e_detector import Evidence, sum_families, weigh_evidence
from drift.detection.metrics import Aspect, Family, Metric
from drift.detection.segment import Segment, find_ordinary, list_series, list_weekdays, pool_small
from drift.detection.series import Residuals, Series, Step, standardise

DAYS_BETWEEN = 365
"""One false alarm in so many days, of all segments together."""
OVERSHOOT = 4.0
"""Evidence comes in leaps far over the bound, and days back are few: alarms are so many times rarer than the theory's
bound says. Measured on quiet days at bounds from 228 to 1,825: 5 to 12 times."""
WARNING = 0.1
"""So much of the bound is worth a look."""
TOLD = 0.01
"""A metric with less of the evidence has not moved."""


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


@dataclass(frozen=True, slots=True)
class Watched:
    """Evidence by day (0 while learning), the bound that makes it an alarm, and the alarms. `learning` is how many days
    are missing until the first can be judged."""

    scores: tuple[float, ...]
    bound: float
    alarms: tuple[Alarm, ...]
    learning: int

    @property
    def is_warning(self) -> bool:
        """Not enough for an alarm today, but worth a look."""
        return bool(self.scores) and WARNING * self.bound <= self.scores[-1] < self.bound


def find_bound(segments: int) -> float:
    return DAYS_BETWEEN * max(segments, 1) / OVERSHOOT


def watch(segment: Segment, bound: float, accepted: Iterable[int] = (), *, goes_on: bool = False) -> Watched:
    """Walks all days. Baselines begin anew on `accepted` days; with `goes_on` on the start of each alarm, too."""
    judged, step = pool_small(segment)
    begins = sorted(day // step.days for day in accepted)
    scores, alarms = [0.0] * judged.length, list[Alarm]()
    begin = 0
    while True:
        later = [day for day in begins if day > begin]
        end = later[0] if later else judged.length
        found = _walk(judged, step, begin, end, bound / step.days, scores)
        if found is not None:
            alarms.append(found)
        if found is not None and goes_on:
            begin = max(found.started, begin + 1)
        elif later:
            begin = later[0]
        else:
            break
    learning = max(0, step.learning - (judged.length - begin)) * step.days
    told = tuple(_count_days(alarm, step) for alarm in alarms)
    by_day = [score * step.days for score in scores for _ in range(step.days)]
    by_day += (by_day[-1:] or [0.0]) * (segment.length - len(by_day))
    return Watched(tuple(by_day), bound, told, learning)


def _walk(segment: Segment, step: Step, begin: int, end: int, bound: float, scores: list[float]) -> Alarm | None:
    """The first alarm before `end`; scores are written as they go."""
    weekdays = list_weekdays(segment, step)
    ordinary = find_ordinary(segment.conversations, weekdays)
    ordinary[end:] = False
    series = list_series(segment, weekdays, ordinary, begin)
    metrics = [one.metric for one in series]
    residuals = standardise(series, weekdays, ordinary, step, begin)
    for day in range(begin + step.learning, end):
        if not residuals.known[:, day].any():
            continue
        evidence = weigh_evidence(metrics, residuals, day)
        scores[day] = evidence.total
        if evidence.total >= bound:
            return _tell_alarm(series, residuals, evidence, day)
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
