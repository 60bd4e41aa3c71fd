"""How many were satisfied by slice, seen in three ways, comes in; lines, a band and their table go out as SVG geometry.

The box is 1000 wide and 100 high and is stretched to its place; text stands outside of it, in percent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.pages.chart import HEIGHT, STRETCH, Column
from feedback.pages.satisfaction_periods import Ways
from feedback.satisfaction.intervals import Interval

TENTH = 0.1
LEAST_TENTHS = 3
"""The axis is at least so long, so that what is noise looks like it."""


@dataclass(frozen=True, slots=True)
class Dot:
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class WayLine:
    name: str
    path: str
    dots: tuple[Dot, ...]
    """Places that no line goes through, and so would not be seen."""


@dataclass(frozen=True, slots=True)
class Level:
    """A line of the grid, in percent of the height, and its label."""

    top: float
    label: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A slice, and what was found of it in each way; None where too little was there."""

    column: Column
    thumbs: Interval | None
    implicit: Interval | None
    corrected: Interval | None

    @property
    def best(self) -> Interval | None:
        """What the band is around."""
        return self.corrected or self.implicit


@dataclass(frozen=True, slots=True)
class SatisfactionChart:
    lines: tuple[WayLine, ...]
    band: str
    """Around the corrected line, else around that of signals alone, at 90 %."""
    levels: tuple[Level, ...]
    moments: tuple[Moment, ...]


def draw_satisfaction(ways: Ways, columns: Mapping[int, Column]) -> SatisfactionChart | None:
    """`columns` by the second at which they begin. None where fewer than two slices say anything."""
    best = ways.implicit if ways.verdicts_needed else ways.corrected
    if len(best.slices.keys() & columns.keys()) < 2:
        return None
    moments = tuple(
        Moment(
            column,
            ways.thumbs.slices.get(second),
            ways.implicit.slices.get(second),
            None if ways.verdicts_needed else ways.corrected.slices.get(second),
        )
        for second, column in columns.items()
    )
    low, high = find_axis(moments)
    named = [
        ("thumbs", [moment.thumbs for moment in moments]),
        ("implicit", [moment.implicit for moment in moments]),
        ("corrected", [moment.corrected for moment in moments]),
    ]
    lines = tuple(draw_way(name, moments, found, low, high) for name, found in named)
    return SatisfactionChart(lines, draw_band(moments, low, high), draw_levels(low, high), moments)


def find_axis(moments: Sequence[Moment]) -> tuple[float, float]:
    """Whole tenths around all lines, and most of the band."""
    values = [each.value for moment in moments for each in (moment.thumbs, moment.implicit, moment.corrected) if each]
    ends = [end for moment in moments if moment.best for end in (moment.best.low, moment.best.high)]
    low = math.floor(min([*values, *ends]) / TENTH) * TENTH
    high = math.ceil(max([*values, *ends]) / TENTH) * TENTH
    while high - low < LEAST_TENTHS * TENTH - 1e-9:
        low, high = max(0.0, low - TENTH), min(1.0, high + TENTH)
    return max(0.0, low), min(1.0, high)


def find_top(value: float, low: float, high: float) -> float:
    return round(HEIGHT * (1 - (min(max(value, low), high) - low) / (high - low)), 2)


def find_middle(column: Column) -> float:
    return round(column.left + column.width / 2, 2)


def draw_way(
    name: str, moments: Sequence[Moment], found: Sequence[Interval | None], low: float, high: float
) -> WayLine:
    """A line that is broken where nothing is known."""
    path, dots, pen_is_down = [], [], False
    for at, (moment, each) in enumerate(zip(moments, found, strict=True)):
        if each is None:
            pen_is_down = False
            continue
        left, top = find_middle(moment.column), find_top(each.value, low, high)
        path.append(f"{'L' if pen_is_down else 'M'}{STRETCH * left:.1f} {top}")
        is_last = at + 1 == len(found) or found[at + 1] is None
        if not pen_is_down and is_last:
            dots.append(Dot(left, top))
        pen_is_down = True
    return WayLine(name, " ".join(path), tuple(dots))


def draw_band(moments: Sequence[Moment], low: float, high: float) -> str:
    """The outlines of each run of slices without a gap."""
    outlines, run = [], list[tuple[float, Interval]]()
    for moment in [*moments, None]:
        if moment and moment.best:
            run.append((STRETCH * find_middle(moment.column), moment.best))
            continue
        if run:
            upper = [f"{left:.1f} {find_top(each.high, low, high)}" for left, each in run]
            lower = [f"{left:.1f} {find_top(each.low, low, high)}" for left, each in reversed(run)]
            outlines.append("M" + " L".join([*upper, *lower]) + " Z")
        run = []
    return " ".join(outlines)


def draw_levels(low: float, high: float) -> tuple[Level, ...]:
    tenths = round((high - low) / TENTH)
    step = 1 if tenths <= 5 else 2
    first = round(low / TENTH)
    return tuple(
        Level(find_top(tenth * TENTH, low, high), f"{10 * tenth} %") for tenth in range(first, first + tenths + 1, step)
    )
