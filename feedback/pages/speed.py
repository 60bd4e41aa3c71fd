"""How quick and how dear model calls were comes in; what the overview shows of it goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from feedback.pages.cards import Card, Tone
from feedback.pages.chart import STRETCH, Column
from feedback.pages.filters import Filters
from feedback.pages.shares import Share, compare_shares
from tracing.records.speed import Quantiles, Speed, SpeedPeriods

PERCENTILES = ("p50", "p95", "p99")
FEWEST = 100
"""Calls in each period under which a change of a percentile is not called better or worse."""
NOTABLE = 0.1
MS_NS = 10**6


@dataclass(frozen=True, slots=True)
class Cell:
    """A percentile: so many of a hundred calls take no longer."""

    name: str
    value_ns: float
    change_ns: float | None
    """Against the time before."""
    tone: Tone
    query: str
    """Of the conversations with slower answers; empty where no list knows."""

    @property
    def distance_ns(self) -> float:
        return abs(self.change_ns or 0.0)


@dataclass(frozen=True, slots=True)
class TimeRow:
    title: str
    what: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class TimePoint:
    column: Column
    calls: int
    p50_ns: float
    p95_ns: float
    cost_usd: float | None
    cost_height: float
    cost_top: float


@dataclass(frozen=True, slots=True)
class ShownSpeed:
    calls: int
    before: int
    times: tuple[TimeRow, ...]
    errors: Card
    goodput: Card | None
    """None where the project does not say how long an answer may take."""
    objective_ns: int | None
    lines: tuple[Line, ...]
    top_ns: float
    points: tuple[TimePoint, ...]
    most_cost_usd: float


TIMES: tuple[tuple[str, str, Callable[[Speed], Quantiles | None]], ...] = (
    ("To the first token", "of streamed answers: until the user sees something", lambda speed: speed.first_chunk_ms),
    ("For each token after", "of streamed answers: how fast the text runs", lambda speed: speed.token_ms),
    ("To the whole answer", "of every call that answers in words", lambda speed: speed.duration_ms),
)


def show_speed(
    speed: SpeedPeriods, objective_ms: int | None, columns: Mapping[int, Column], filters: Filters
) -> ShownSpeed | None:
    """`columns` of the charts by the second at which they begin. None where there was no call."""
    if not speed.now.calls:
        return None
    points, top = list_points(speed.slices, columns)
    return ShownSpeed(
        calls=speed.now.calls,
        before=speed.before.calls,
        times=tuple(show_times(speed, filters)),
        errors=show_errors(speed, filters),
        goodput=show_goodput(speed, objective_ms, filters) if objective_ms else None,
        objective_ns=objective_ms * MS_NS if objective_ms else None,
        lines=(
            draw_line("p95", points, top, lambda at: at.p95_ns),
            draw_line("p50", points, top, lambda at: at.p50_ns),
        ),
        top_ns=top,
        points=points,
        most_cost_usd=max((at.cost_usd or 0.0 for at in points), default=0.0),
    )


def show_times(speed: SpeedPeriods, filters: Filters) -> list[TimeRow]:
    is_enough = min(speed.now.answers, speed.before.answers) >= FEWEST
    rows = []
    for title, what, pick in TIMES:
        now, before = pick(speed.now), pick(speed.before)
        if now:
            is_whole = pick is TIMES[-1][2]
            cells = tuple(
                show_cell(name, now, before, filters if is_whole else None, is_enough=is_enough) for name in PERCENTILES
            )
            rows.append(TimeRow(title, what, cells))
    return rows


def show_cell(name: str, now: Quantiles, before: Quantiles | None, filters: Filters | None, *, is_enough: bool) -> Cell:
    value, earlier = getattr(now, name), getattr(before, name) if before else None
    moved = (value - earlier) / earlier if earlier else 0.0
    tone: Tone = ""
    if is_enough and abs(moved) >= NOTABLE:
        tone = "bad" if moved > 0 else "good"
    query = replace(filters, q=f"latency>{write_limit(value)}").query if filters else ""
    return Cell(name, value * MS_NS, None if earlier is None else (value - earlier) * MS_NS, tone, query)


def write_limit(milliseconds: float) -> str:
    """As the filter language has it.

    >>> write_limit(1234.5), write_limit(0.2)
    ('1234ms', '1ms')
    """
    return f"{max(1, int(milliseconds))}ms"


def show_errors(speed: SpeedPeriods, filters: Filters) -> Card:
    now, before = (Share(each.errors, each.calls) for each in (speed.now, speed.before))
    return Card("Failed calls", now, compare_shares(now, before), -1, replace(filters, outcome="error").query)


def show_goodput(speed: SpeedPeriods, objective_ms: int, filters: Filters) -> Card:
    """The share of answers that did not fail and met the objective."""
    now, before = (Share(each.count_within(objective_ms), each.answers) for each in (speed.now, speed.before))
    query = replace(filters, q=f"latency>{write_limit(objective_ms)}").query
    return Card("Answered in time", now, compare_shares(now, before), 1, query)


def list_points(slices: Mapping[int, Speed], columns: Mapping[int, Column]) -> tuple[tuple[TimePoint, ...], float]:
    """Those slices that charts show, and the time at their upper edge."""
    shown = {second: slices[second] for second in columns if second in slices and slices[second].duration_ms}
    top = max((each.duration_ms.p95 for each in shown.values() if each.duration_ms), default=0.0) * MS_NS * 1.1
    dearest = max((each.cost_usd or 0.0 for each in shown.values()), default=0.0)
    points = []
    for second, each in shown.items():
        if each.duration_ms:
            height = 100 * (each.cost_usd or 0.0) / dearest if dearest else 0.0
            times = each.duration_ms.p50 * MS_NS, each.duration_ms.p95 * MS_NS
            column = columns[second]
            points.append(
                TimePoint(column, each.calls, *times, each.cost_usd, round(height, 2), round(100 - height, 2))
            )
    return tuple(points), top


def draw_line(name: str, points: tuple[TimePoint, ...], top: float, pick: Callable[[TimePoint], float]) -> Line:
    places = [
        f"{STRETCH * (at.column.left + at.column.width / 2):.1f} {100 - 100 * pick(at) / top:.1f}"
        for at in points
        if top
    ]
    return Line(name, f"M{' L'.join(places)}" if places else "")
