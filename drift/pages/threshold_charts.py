"""Values of windows and a threshold come in; a chart goes out as SVG geometry, with a table of its days.

The box is 1000 wide and 100 high and is stretched to its place; text stands outside of it, in percent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

from drift.alerting.metrics import BY_NAME, format_value
from drift.alerting.rules.kind import PastAlert, Point, Preview
from feedback.pages.chart import HEIGHT, WIDTH, Tick

Write = Callable[[float | None], str]
"""A value with its unit."""
HEADROOM = 1.1
"""Above the highest value, so that a line does not run along the edge."""
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A time in percent of the width."""

    left: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """What the chart says where one points at it, and a row of its table."""

    left: float
    width: float
    label: str
    low: str
    high: str
    count: int
    firing: int
    """Windows that were beyond the threshold."""

    @property
    def words(self) -> str:
        if not self.count:
            return f"{self.label}: nothing to measure"
        values = self.low if self.low == self.high else f"{self.low} to {self.high}"
        beyond = f", beyond the threshold in {self.firing:,} window{'' if self.firing == 1 else 's'}"
        return f"{self.label}: {values}{beyond if self.firing else ''}"


@dataclass(frozen=True, slots=True)
class ThresholdChart:
    start: datetime
    end: datetime
    line: str
    dots: tuple[tuple[float, float], ...]
    """Of values that have none beside them, as left and top."""
    threshold: float | None
    """In percent of the height, from above."""
    threshold_words: str
    most: str
    """At the upper edge."""
    spans: tuple[Span, ...]
    days: tuple[Day, ...]
    ticks: tuple[Tick, ...]


def draw_preview(metric_name: str, threshold: float | None, found: Preview) -> ThresholdChart | None:
    """What a rule on a figure would have seen; None where it is on something else."""
    metric = BY_NAME.get(metric_name)
    if metric is None or not found.points:
        return None
    return draw_threshold(found.points, found.alerts, threshold, lambda value: format_value(metric, value))


def draw_threshold(
    windows: Sequence[Point],
    alerts: Sequence[PastAlert],
    threshold: float | None,
    write: Write,
) -> ThresholdChart | None:
    """None where there is hardly a window. Points stand in order of time, each at the end of its window."""
    if len(windows) < 2:
        return None
    begin, end = windows[0].time, windows[-1].time
    top = find_top(windows, threshold)
    place = lambda at: round(100 * (at - begin) / (end - begin), 3)  # noqa: E731
    return ThresholdChart(
        start=begin,
        end=end,
        line=" ".join(trace_lines(windows, place, top)),
        dots=tuple(find_dots(windows, place, top)),
        threshold=None if threshold is None else round(find_top_percent(threshold, top), 2),
        threshold_words=write(threshold) if threshold is not None else "",
        most=write(top),
        spans=tuple(find_spans(alerts, begin, end, place)),
        days=tuple(tell_days(windows, place, write)),
        ticks=tuple(draw_ticks(begin, end, place)),
    )


def find_top(windows: Sequence[Point], threshold: float | None) -> float:
    values = [each.value for each in windows if each.value is not None]
    return max([*values, threshold or 0.0]) * HEADROOM or 1.0


def find_top_percent(value: float, top: float) -> float:
    return HEIGHT * (1 - min(max(value / top, 0.0), 1.0))


def list_runs(windows: Sequence[Point]) -> Iterator[list[Point]]:
    """Windows that follow each other and have a value."""
    for has_value, run in groupby(windows, key=lambda each: each.value is not None):
        if has_value:
            yield list(run)


def trace_lines(windows: Sequence[Point], place: Callable[[datetime], float], top: float) -> Iterator[str]:
    for run in list_runs(windows):
        points = [(WIDTH / 100 * place(each.time), find_top_percent(each.value or 0.0, top)) for each in run]
        if len(points) > 1:
            yield "M" + " L".join(f"{left:.1f} {height:.1f}" for left, height in points)


def find_dots(
    windows: Sequence[Point], place: Callable[[datetime], float], top: float
) -> Iterator[tuple[float, float]]:
    for run in list_runs(windows):
        if len(run) == 1:
            yield place(run[0].time), round(find_top_percent(run[0].value or 0.0, top), 2)


def find_spans(
    alerts: Sequence[PastAlert],
    begin: datetime,
    end: datetime,
    place: Callable[[datetime], float],
) -> Iterator[Span]:
    """Those that reach into the time that is shown; none is too narrow to be seen."""
    for alert in alerts:
        first, last = max(alert.start, begin), min(alert.end or end, end)
        if first <= last:
            left = min(place(first), 99.6)
            yield Span(left, round(max(place(last) - left, 0.4), 3), alert.title)


def tell_days(windows: Sequence[Point], place: Callable[[datetime], float], write: Write) -> Iterator[Day]:
    days = [(day, list(each)) for day, each in groupby(windows, key=lambda window: find_day(window.time))]
    starts = [place(each[0].time) for _, each in days] + [100.0]
    for (day, each), (left, right) in zip(days, pairwise(starts), strict=True):
        values = [window.value for window in each if window.value is not None]
        yield Day(
            left=left,
            width=round(right - left, 3),
            label=f"{day:%a} {day.day} {day:%b}",
            low=write(min(values, default=None)),
            high=write(max(values, default=None)),
            count=len(values),
            firing=sum(window.is_firing for window in each),
        )


def find_day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def draw_ticks(begin: datetime, end: datetime, place: Callable[[datetime], float]) -> list[Tick]:
    """Midnights under the axis, as many as fit a phone."""
    first = datetime.combine(find_day(begin) + timedelta(days=1), datetime.min.time(), UTC)
    days = max((end - first).days + 1, 0)
    every = max(1, -(-days // MOST_TICKS))
    midnights = [first + timedelta(days=each) for each in range(0, days, every)]
    return [Tick(place(at), f"{at.day} {at:%b}") for at in midnights if at <= end]
