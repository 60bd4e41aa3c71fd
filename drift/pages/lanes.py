"""A segment by day comes in, with its alarms and what changed in the app; lanes, one for each family, go out as SVG
geometry: all over the same days, so that what moved and what changed stand one above the other.

A lane's box is 1000 wide and 100 high and is stretched to its place; text stands outside of it, in percent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from drift.detectors import BY_NAME
from drift.pages.alarms import Alarm, Move, Spark, write_day
from drift.pages.measures import (
    FAMILY_TITLES,
    Unit,
    find_measure,
    name_family,
    name_metric,
    tell_change,
    write_value,
)
from drift.watching.outlooks import Line
from feedback.pages.chart import HEIGHT, WIDTH, Tick

USUAL = 2.0
"""Standard deviations of days around what is expected that are the usual range."""
ROOM = 1.6
"""How many times the usual range a lane shows at least: else ordinary days would look wild."""
FEWEST = 7
"""Days, of fewer no usual range is told."""
UNUSUAL = 3.0
"""And so many, on average of the last days, are worth a look."""
LEAST_DAYS = 21
"""That are shown."""
NOW = 7
"""Days that are now."""
TICKS = 6
NEAR = 1.6
"""In percent of the width: changes that are nearer to each other share a mark."""
TOPICS_SHOWN = 5
FIRST_SHOWN: Mapping[str, tuple[str, ...]] = {
    "input": ("question_distance", "input_length", "turns"),
    "output": ("output_length", "refusals"),
    "context": ("retrieval_score", "empty_retrievals", "chunks"),
    "feedback": ("bad_signals", "feedback_given", "thumbs_down"),
    "cost": ("cost", "time_per_token", "time_to_first", "errors"),
}
"""Of a family where nothing moved, the metric that is drawn."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed in the app, as the ledger saw it."""

    number: int
    time: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """Changes at one place of the time axis; `left` in percent."""

    left: float
    count: int
    number: int
    """The latest of them."""
    words: str


@dataclass(frozen=True, slots=True)
class Shade:
    """An alarm from the day on which its change began until it was closed, in percent."""

    left: float
    width: float
    number: int
    is_open: bool
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    left: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A family, told by one of its metrics."""

    title: str
    metric: str
    tone: str
    """`bad` where it moved, else empty."""
    state: str
    line: str
    moved: str
    """The line since the change began."""
    band: str
    dots: tuple[tuple[float, float], ...]
    """Days that stand alone, which a line does not show."""
    columns: tuple[Column, ...]
    now: str
    usual: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric in the table: before, now, what is usual, and its days."""

    title: str
    before: str
    now: str
    usual: str
    moved: str
    """What happened to it, where an alarm says so."""
    is_unusual: bool
    """Whether the last days are far outside of the usual range of a single day, whatever alarms say."""
    spark: Spark


@dataclass(frozen=True, slots=True)
class MetricGroup:
    title: str
    rows: tuple[MetricRow, ...]
    more: tuple[MetricRow, ...]
    """Topics that did not move, of which there may be many."""


@dataclass(frozen=True, slots=True)
class DayRow:
    day: str
    conversations: float | None
    values: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[ChangeMark, ...]
    shades: tuple[Shade, ...]
    rows: tuple[DayRow, ...]
    groups: tuple[MetricGroup, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to percent of the height, the highest value at the top."""

    low: float
    high: float

    def place(self, value: float) -> float:
        return round(HEIGHT * (1 - (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)), 2)


def draw_lanes(
    days: Sequence[date],
    conversations: Sequence[float | None],
    lines: Sequence[Line],
    alarms: Sequence[Alarm],
    changes: Sequence[Change],
) -> Lanes:
    """All of a segment; `alarms` are its own."""
    begin = find_begin(conversations)
    days, conversations = days[begin:], conversations[begin:]
    lines = [leave_out_guesses(cut_line(line, begin)) for line in lines]
    moved = {(move.metric, move.part): move for alarm in reversed(alarms) for move in alarm.moves}
    begun = {
        (move.metric, move.part): alarm.started for alarm in reversed(alarms) if alarm.is_open for move in alarm.moves
    }
    chosen = {family: choose_line(family, lines, moved, begun) for family in FAMILY_TITLES}
    lanes = tuple(draw_lane(family, line, days, begun) for family, line in chosen.items() if line is not None)
    return Lanes(
        lanes=lanes,
        ticks=draw_ticks(days),
        marks=place_changes(changes, days),
        shades=tuple(shade for alarm in alarms if (shade := draw_shade(alarm, days)) is not None),
        rows=list_days(days, conversations, [line for line in chosen.values() if line is not None], changes),
        groups=tuple(group_metrics(days, lines, moved, begun)),
    )


Key = tuple[str, str]
"""A metric and its part."""


def find_begin(conversations: Sequence[float | None]) -> int:
    """The place of the first day that is shown: where there is little yet, not all of the time is empty."""
    first = next((at for at, count in enumerate(conversations) if count), len(conversations))
    return max(0, min(first, len(conversations) - LEAST_DAYS))


def cut_line(line: Line, begin: int) -> Line:
    return Line(line.metric, line.part, line.values[begin:], line.expected[begin:])


def leave_out_guesses(line: Line) -> Line:
    """How far texts are from those before says something only once it is known how far they usually are."""
    if find_measure(line.metric).unit is not Unit.DISTANCE:
        return line
    known = (None if usual is None else value for value, usual in zip(line.values, line.expected, strict=True))
    return Line(line.metric, line.part, tuple(known), line.expected)


def find_family(metric: str) -> str:
    """Empty of a metric that is not watched any more."""
    return BY_NAME[metric].family if metric in BY_NAME else ""


def find_key(line: Line) -> Key:
    return line.metric, line.part


def choose_line(
    family: str, lines: Sequence[Line], moved: Mapping[Key, Move], begun: Mapping[Key, date]
) -> Line | None:
    """The metric of a family that tells most: what moved, now rather than once, else the first that is known."""
    own = [line for line in lines if find_family(line.metric) == family and any(is_known(line))]
    order = {name: place for place, name in enumerate(FIRST_SHOWN[family])}

    def rank(line: Line) -> tuple[bool, bool, float, int]:
        move = moved.get(find_key(line))
        share = -move.share if move else 0.0
        return find_key(line) not in begun, move is None, share, order.get(line.metric, len(order))

    return min(own, key=rank, default=None)


def is_known(line: Line) -> list[bool]:
    return [value is not None for value in line.values]


def find_spread(line: Line, until: int) -> float | None:
    """By how much the days before `until` differ from what was expected of them: a standard deviation, from the middle
    of the differences so that single odd days do not widen it. None where too few days are known."""
    away = sorted(
        abs(value - usual)
        for value, usual in zip(line.values[:until], line.expected[:until], strict=True)
        if value is not None and usual is not None
    )
    return 1.4826 * away[len(away) // 2] if len(away) >= FEWEST else None


def find_start(days: Sequence[date], begun: date | None) -> int:
    """The place of the day on which a change began; behind all where none did."""
    return len(days) if begun is None or not days else min(max((begun - days[0]).days, 0), len(days))


def draw_lane(family: str, line: Line, days: Sequence[date], begun: Mapping[Key, date]) -> Lane:
    key = find_key(line)
    start = find_start(days, begun.get(key))
    spread, metric = find_spread(line, start or len(days)), line.metric
    scale = find_scale(line, spread)
    title = name_metric(metric, line.part)
    return Lane(
        title=name_family(family),
        metric=title,
        tone="bad" if key in begun else "",
        state=tell_movement(line, start) if key in begun else "as usual" if spread is not None else "",
        line=trace(line.values, scale, 0, start + 1),
        moved=trace(line.values, scale, start, len(days)),
        band=trace_band(line.expected, spread, scale),
        dots=find_lonely(line.values, scale),
        columns=tuple(point_at(line, days, at, spread) for at in range(len(days)) if line.values[at] is not None),
        now=write_value(metric, average(line.values[-NOW:])),
        usual=tell_usual(line, spread),
    )


def tell_movement(line: Line, start: int) -> str:
    before, after = average(line.expected[start:]), average(line.values[start:])
    return tell_change(line.metric, line.part, "down" if after < before else "up")


def find_scale(line: Line, spread: float | None) -> Scale:
    """Room for all values and their usual range; a share is never below nothing."""
    reach = USUAL * (spread or 0.0)
    known = [value for value in line.values if value is not None]
    usual = [value for value in line.expected if value is not None]
    low = min([*known, *(value - ROOM * reach for value in usual)])
    high = max([*known, *(value + ROOM * reach for value in usual)])
    if find_measure(line.metric).unit is Unit.SHARE:
        low = max(0.0, low)
    least = 0.01 if find_measure(line.metric).unit is Unit.SHARE else 0.02
    return Scale(low, max(high, low + least))


def place_day(at: float, length: int) -> float:
    """The middle of a day, in percent of the width."""
    return round(100 * (at + 0.5) / max(length, 1), 3)


def trace(values: Sequence[float | None], scale: Scale, start: int, end: int, digits: int = 1) -> str:
    """A line over the days that are known; a missing day breaks it."""
    path, is_drawing = [], False
    for at in range(start, min(end, len(values))):
        value = values[at]
        if value is not None:
            path.append(f"{'L' if is_drawing else 'M'}{write_place(at, len(values), scale.place(value), digits)}")
        is_drawing = value is not None
    return "".join(path)


def write_place(at: int, length: int, height: float, digits: int) -> str:
    return f"{WIDTH * (at + 0.5) / length:.{digits}f} {height:.{digits}f}"


def find_lonely(values: Sequence[float | None], scale: Scale) -> tuple[tuple[float, float], ...]:
    last = len(values) - 1
    return tuple(
        (place_day(at, len(values)), scale.place(value))
        for at, value in enumerate(values)
        if value is not None and (at == 0 or values[at - 1] is None) and (at == last or values[at + 1] is None)
    )


def trace_band(expected: Sequence[float | None], spread: float | None, scale: Scale, digits: int = 1) -> str:
    """Around what is expected, over each run of days for which that is known."""
    if spread is None:
        return ""
    known = [at for at, usual in enumerate(expected) if usual is not None]
    runs = [[at for _, at in run] for _, run in groupby(enumerate(known), key=lambda pair: pair[1] - pair[0])]
    return " ".join(trace_run(run, expected, USUAL * spread, scale, digits) for run in runs)


def trace_run(run: Sequence[int], expected: Sequence[float | None], reach: float, scale: Scale, digits: int) -> str:
    """Along the upper end, then back along the lower one."""
    edges = [(at, reach) for at in run] + [(at, -reach) for at in reversed(run)]
    heights = [(at, scale.place((expected[at] or 0.0) + away)) for at, away in edges]
    return "M" + "L".join(write_place(at, len(expected), height, digits) for at, height in heights) + "Z"


def point_at(line: Line, days: Sequence[date], at: int, spread: float | None) -> Column:
    value, usual = line.values[at], line.expected[at]
    words = f"{write_short(days[at])}: {write_value(line.metric, value if value is not None else math.nan)}"
    if usual is not None and spread is not None:
        words += f", usual {write_range(line.metric, usual, spread)}"
    return Column(round(100 * at / len(days), 3), round(100 / len(days), 3), words)


def write_short(day: date) -> str:
    return f"{day.day} {day:%b}"


def write_range(metric: str, usual: float, spread: float) -> str:
    """The usual range; a share does not go below nothing."""
    low, high = usual - USUAL * spread, usual + USUAL * spread
    if find_measure(metric).unit is Unit.SHARE:
        low, high = max(0.0, low), min(1.0, high)
    return join_range(write_value(metric, low), write_value(metric, high))


def join_range(low: str, high: str) -> str:
    """
    >>> join_range("380 characters", "450 characters"), join_range("2.0 %", "2.4 %"), join_range("as usual", "as usual")
    ('380 to 450 characters', '2.0 to 2.4 %', 'as usual')
    """
    if low == high:
        return low
    number, _, unit = low.partition(" ")
    return f"{number} to {high}" if unit and high.endswith(f" {unit}") else f"{low} to {high}"


def tell_usual(line: Line, spread: float | None) -> str:
    """The usual range of the last days for which something is expected."""
    usual = average([value for value in line.expected if value is not None][-NOW:])
    return "" if spread is None or math.isnan(usual) else write_range(line.metric, usual, spread)


def average(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else math.nan


def draw_ticks(days: Sequence[date]) -> tuple[Tick, ...]:
    every = max(1, -(-len(days) // TICKS))
    return tuple(Tick(place_day(at, len(days)), write_short(days[at])) for at in range(every // 2, len(days), every))


def place_changes(changes: Sequence[Change], days: Sequence[date]) -> tuple[ChangeMark, ...]:
    """Marks within the days, changes that are close together as one."""
    groups: list[tuple[float, list[Change]]] = []
    for change in sorted(changes, key=lambda one: one.time):
        left = find_place(change.time, days)
        if left is None:
            continue
        if groups and left - groups[-1][0] < NEAR:
            groups[-1][1].append(change)
        else:
            groups.append((left, [change]))
    return tuple(ChangeMark(left, len(group), group[-1].number, tell_group(group)) for left, group in groups)


def find_place(time: datetime, days: Sequence[date]) -> float | None:
    if not days:
        return None
    start = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
    share = (time - start) / timedelta(days=len(days))
    return round(100 * share, 3) if 0 <= share <= 1 else None


def tell_group(group: Sequence[Change]) -> str:
    told = "; ".join(change.sentence for change in group[-3:])
    more = f"; and {len(group) - 3} more" if len(group) > 3 else ""
    return f"{write_short(group[-1].time.date())}: {told}{more}"


def draw_shade(alarm: Alarm, days: Sequence[date]) -> Shade | None:
    """Nothing of an alarm that was over before these days."""
    if not days or (alarm.closed is not None and alarm.closed < days[0]) or alarm.started > days[-1]:
        return None
    start = find_start(days, alarm.started)
    end = len(days) if alarm.is_open or alarm.closed is None else find_start(days, alarm.closed)
    left, right = 100 * start / len(days), 100 * max(end, start + 1) / len(days)
    words = f"Drift since {write_day(alarm.started)}"
    return Shade(round(left, 3), round(right - left, 3), alarm.number, alarm.is_open, words)


def list_days(
    days: Sequence[date], conversations: Sequence[float | None], lines: Sequence[Line], changes: Sequence[Change]
) -> tuple[DayRow, ...]:
    """The same as a table, the latest day first."""
    by_day: dict[date, list[str]] = {}
    for change in changes:
        by_day.setdefault(change.time.date(), []).append(change.sentence)
    return tuple(
        DayRow(
            write_short(day),
            conversations[at],
            tuple(write_known(line.metric, line.values[at]) for line in lines),
            tuple(by_day.get(day, ())),
        )
        for at, day in reversed(list(enumerate(days)))
    )


def write_known(metric: str, value: float | None) -> str:
    return write_value(metric, math.nan if value is None else value)


def group_metrics(
    days: Sequence[date], lines: Sequence[Line], moved: Mapping[Key, Move], begun: Mapping[Key, date]
) -> list[MetricGroup]:
    """The table of all metrics by family, what moved first."""
    groups = []
    for family, title in FAMILY_TITLES.items():
        own = [line for line in lines if find_family(line.metric) == family and any(is_known(line))]
        own.sort(key=lambda line: find_key(line) not in begun)
        quiet = [line for line in own if line.part and find_key(line) not in begun]
        busiest = sorted(quiet, key=lambda line: -average(line.values[-NOW:]))[:TOPICS_SHOWN]
        shown = [line for line in own if line not in quiet or line in busiest]
        rows = [show_metric(line, days, moved, begun) for line in shown]
        more = [show_metric(line, days, moved, begun) for line in quiet if line not in busiest]
        if rows:
            groups.append(MetricGroup(title, tuple(rows), tuple(more)))
    return groups


def show_metric(line: Line, days: Sequence[date], moved: Mapping[Key, Move], begun: Mapping[Key, date]) -> MetricRow:
    key = find_key(line)
    start = find_start(days, begun.get(key))
    spread = find_spread(line, start or len(days))
    before = average([value for value in line.expected if value is not None][-NOW:])
    now = average(line.values[-NOW:])
    return MetricRow(
        title=name_metric(line.metric, line.part),
        before=write_value(line.metric, before),
        now=write_value(line.metric, now),
        usual=tell_usual(line, spread),
        is_unusual=spread is not None and abs(now - before) > UNUSUAL * spread,
        moved=moved[key].clause if key in begun and key in moved else "",
        spark=draw_spark(line, start),
    )


def draw_spark(line: Line, start: int) -> Spark:
    """A metric that changed at a place; it needs no fractions."""
    spread = find_spread(line, start or len(line.values))
    scale = find_scale(line, spread)
    return Spark(
        path=trace(line.values, scale, 0, start + 1, 0),
        since=trace(line.values, scale, start, len(line.values), 0),
        band=trace_band(line.expected, spread, scale, 0),
    )


def draw_sparks(days: Sequence[date], lines: Sequence[Line], started: date) -> dict[Key, Spark]:
    """Of all metrics that are known, where a change began on a day."""
    start = find_start(days, started)
    shown = [leave_out_guesses(line) for line in lines]
    return {find_key(line): draw_spark(line, start) for line in shown if any(is_known(line))}
