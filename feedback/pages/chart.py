"""Counts per slice of time come in; small panels, one for each rate, go out as SVG geometry with their table.

A panel's box is 1000 wide and 100 high and is stretched to its place; text stands outside of it, in percent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedback.pages.shares import Share

WIDTH = 1000.0
HEIGHT = 100.0
STRETCH = 10
"""Of percent to places in a box that is so wide."""
HOUR_S = 3600
STEPS_S = {
    "24h": (HOUR_S, 3 * HOUR_S, 6 * HOUR_S),
    "7d": (3 * HOUR_S, 6 * HOUR_S, 24 * HOUR_S),
    "30d": (24 * HOUR_S, 72 * HOUR_S),
}
"""Of each range, the finest first: some sixty slices at most, for a panel has no room for more points; and days for a
month, for hours tell no date."""
ENOUGH_PER_SLICE = 20
TOPS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
FEWEST_FOR_A_POINT = 5


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of time: how many conversations began in it, and in how many each kind fired."""

    start: datetime
    conversations: int
    fired: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """`left` in percent of the width, `top` in percent of the height; `column` is the slice it stands for."""

    left: float
    top: float
    share: Share
    column: "Column"


@dataclass(frozen=True, slots=True)
class Panel:
    """A rate over time: line and band (of its 95 % interval) as paths."""

    kind: str
    title: str
    line: str
    band: str
    points: tuple[Point, ...]
    top: float
    """Share at the upper edge."""


@dataclass(frozen=True, slots=True)
class Bar:
    left: float
    width: float
    top: float
    height: float
    partial: bool


@dataclass(frozen=True, slots=True)
class Tick:
    left: float
    label: str
    at: str = ""
    """The time in ISO 8601, where the label is one of the clock; a day is one of UTC wherever it is read."""

    @property
    def anchor(self) -> str:
        """How the text stands to its place, so that it does not leave the box."""
        return "start" if self.left < 6 else "end" if self.left > 94 else "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """What one slice says when one points at it, and its row of the table."""

    left: float
    width: float
    label: str
    at: str
    """As of a tick."""
    partial: bool
    """The first and the last reach beyond the time that is shown."""
    conversations: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    most: int
    panels: tuple[Panel, ...]
    ticks: tuple[Tick, ...]
    columns: tuple[Column, ...]
    slice_words: str
    start: datetime
    end: datetime


def choose_step(range_name: str, conversations: int, range_s: int) -> int:
    """Return the length of a slice in seconds: the finest that still leaves enough conversations in each."""
    steps = STEPS_S[range_name]
    for step in steps:
        if conversations / (range_s / step) >= ENOUGH_PER_SLICE:
            return step
    return steps[-1]


def fill_slices(rows: Mapping[int, Slice], first_s: int, last_s: int, step_s: int) -> list[Slice]:
    """Return every slice between two times (seconds since the epoch), empty ones included."""
    begin = first_s - first_s % step_s
    return [
        rows.get(second, Slice(datetime.fromtimestamp(second, UTC), 0, {}))
        for second in range(begin, last_s + 1, step_s)
    ]


def draw_chart(slices: Sequence[Slice], titles: Mapping[str, str], step_s: int) -> Chart:
    """Return volume and a panel for each kind in `titles`, all on the same scale so that they compare."""
    top = find_top(slices, titles)
    columns = tuple(draw_columns(slices, titles, step_s))
    most = max((each.conversations for each in slices), default=0)
    return Chart(
        bars=tuple(draw_bars(columns, most)),
        most=most,
        panels=tuple(
            draw_panel(kind, title, columns, position, top) for position, (kind, title) in enumerate(titles.items())
        ),
        ticks=tuple(draw_ticks(slices, step_s)),
        columns=columns,
        slice_words={HOUR_S: "hour", 24 * HOUR_S: "day"}.get(step_s, f"{step_s // HOUR_S} hours"),
        start=slices[0].start,
        end=slices[-1].start + timedelta(seconds=step_s),
    )


def find_top(slices: Sequence[Slice], kinds: Mapping[str, str]) -> float:
    """Return the share at the upper edge: the next round one above the highest rate."""
    shares = [Share(each.fired.get(kind, 0), each.conversations) for each in slices for kind in kinds]
    highest = max((share.value for share in shares if share.whole >= FEWEST_FOR_A_POINT), default=0.0)
    return next((top for top in TOPS if top >= highest * 1.1), 1.0)


def draw_bars(columns: Sequence[Column], most: int) -> Iterator[Bar]:
    for column in columns:
        left, width = WIDTH / 100 * column.left, WIDTH / 100 * column.width
        gap = min(2.0, width * 0.15)
        height = HEIGHT * column.conversations / most if most else 0.0
        yield Bar(
            left=round(left + gap, 2),
            width=round(width - 2 * gap, 2),
            top=round(HEIGHT - height, 2),
            height=round(height, 2),
            partial=column.partial,
        )


def draw_panel(kind: str, title: str, columns: Sequence[Column], position: int, top: float) -> Panel:
    """Return one rate; slices with hardly any conversation say nothing about a rate and are left out."""
    points = [
        Point(
            left=round(column.left + column.width / 2, 2),
            top=round(find_top_percent(column.shares[position].value, top), 2),
            share=column.shares[position],
            column=column,
        )
        for column in columns
        if column.conversations >= FEWEST_FOR_A_POINT
    ]
    return Panel(kind, title, trace_line(points), trace_band(points, top), tuple(points), top)


def find_top_percent(value: float, top: float) -> float:
    return HEIGHT * (1 - min(value / top, 1.0))


def trace_line(points: Sequence[Point]) -> str:
    return " ".join(f"{'L' if index else 'M'}{10 * point.left:.1f} {point.top}" for index, point in enumerate(points))


def trace_band(points: Sequence[Point], top: float) -> str:
    """Return the outline of the 95 % intervals: along their upper ends, then back along the lower ones."""
    if not points:
        return ""
    upper = [f"{10 * point.left:.1f} {find_top_percent(point.share.high, top):.1f}" for point in points]
    lower = [f"{10 * point.left:.1f} {find_top_percent(point.share.low, top):.1f}" for point in reversed(points)]
    return "M" + " L".join([*upper, *lower]) + " Z"


def write_slice(start: datetime, step_s: int) -> str:
    return f"{start:%a} {start.day} {start:%b}" if step_s >= 24 * HOUR_S else f"{start:%a %H:%M}"


def tell_time(start: datetime, step_s: int) -> str:
    return "" if step_s >= 24 * HOUR_S else start.isoformat()


def draw_ticks(slices: Sequence[Slice], step_s: int) -> list[Tick]:
    """Return at most seven labels under the axis, each in the middle of its slice."""
    every = max(1, -(-len(slices) // 7))
    return [
        Tick(round(100 * (index + 0.5) / len(slices), 2), write_slice(start, step_s), tell_time(start, step_s))
        for index in range(every // 2, len(slices), every)
        for start in (slices[index].start,)
    ]


def draw_columns(slices: Sequence[Slice], kinds: Mapping[str, str], step_s: int) -> list[Column]:
    width = 100 / max(len(slices), 1)
    return [
        Column(
            left=round(index * width, 3),
            width=round(width, 3),
            label=write_slice(each.start, step_s),
            at=tell_time(each.start, step_s),
            partial=index in (0, len(slices) - 1),
            conversations=each.conversations,
            shares=tuple(Share(each.fired.get(kind, 0), each.conversations) for kind in kinds),
        )
        for index, each in enumerate(slices)
    ]
