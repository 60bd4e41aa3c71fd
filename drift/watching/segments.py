"""Days by service, environment, prompt version and model come in; the segments that are watched go out.

Watched are each service and environment as a whole and, where several combinations of prompt version and model serve
it, each of them with enough of its conversations. A whole goes on when a prompt or a model is exchanged; its parts come
and go.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from drift.detection.distances import FEATURES, Texts
from drift.detection.metrics import Kind, Metric
from drift.detection.segment import Raw, Segment
from drift.detection.series import Floats, Series
from drift.detection.strata import Strata
from drift.detectors import METRICS
from drift.observing.records import DayRow

MOST_SEGMENTS = 100
LEAST_SHARE = 0.05
"""Of the conversations of its whole, for a part to be watched."""
RECENT = 28
"""Days that say which parts a whole has."""
BY_TOPIC = "output_length"
"""Compared with answers on the same topic."""

Combination = tuple[str, str]
"""Prompt version and model."""


@dataclass(frozen=True, slots=True)
class SegmentName:
    """Where something is watched; None stands for all prompt versions, or all models. A whole (no part) that has one
    model or one prompt version says which."""

    service_name: str
    environment: str
    prompt_version: str | None = None
    model: str | None = None
    is_part: bool = False

    @property
    def whole(self) -> tuple[str, str]:
        return self.service_name, self.environment

    @property
    def key(self) -> str:
        """The same as long as it is watched: that of a whole knows no model."""
        told = [self.service_name, self.environment]
        told += [self.prompt_version or "", self.model or ""] if self.is_part else []
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        told = [self.service_name or "unnamed service"]
        told += [f"in {self.environment}"] if self.environment else []
        told += [f"prompt {self.prompt_version}"] if self.prompt_version else []
        told += [f"model {self.model}"] if self.model else []
        return ", ".join(told)

    def write(self) -> dict[str, Any]:
        return asdict(self)


def read_segment_name(told: Mapping[str, Any]) -> SegmentName:
    """As `write` wrote it."""
    version, model = told.get("prompt_version"), told.get("model")
    return SegmentName(
        str(told.get("service_name", "")),
        str(told.get("environment", "")),
        None if version is None else str(version),
        None if model is None else str(model),
        bool(told.get("is_part", False)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class WatchedDays:
    """The days of a segment, from `first` on."""

    name: SegmentName
    first: date
    segment: Segment

    def find_day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def number_day(self, day: date) -> int:
        return (day - self.first).days


def list_watched(
    days: Sequence[DayRow], topic_names: Sequence[str] = (), *, since: date | None = None, until: date | None = None
) -> list[WatchedDays]:
    """Those that are watched between the two days, the busiest first; figures end with `until`."""
    if not days:
        return []
    last = until or max(row.day for row in days)
    begin = since or last
    known = [row for row in days if row.day <= last]
    version = max((row.topics_version for row in known), default=0)
    wholes: dict[tuple[str, str], list[DayRow]] = defaultdict(list)
    for row in known:
        wholes[row.service_name, row.environment].append(row)
    found = [each for rows in wholes.values() for each in cut_whole(rows, begin, last)]
    found.sort(key=lambda each: -sum(row.conversations for row in each[1]))
    return [
        sum_days(name, rows, max(row.day for row in rows), topic_names, version) for name, rows in found[:MOST_SEGMENTS]
    ]


def cut_whole(rows: Sequence[DayRow], since: date, until: date) -> Iterator[tuple[SegmentName, list[DayRow]]]:
    """A service in an environment, and its parts."""
    first = rows[0]
    last = min(until, max(row.day for row in rows))
    combinations = list_combinations(rows, min(since, last), last)
    recent = [row for row in rows if row.day > last - timedelta(days=RECENT)]
    version, model = tell_only(row.prompt_version for row in recent), tell_only(row.model for row in recent)
    yield SegmentName(first.service_name, first.environment, version, model), list(rows)
    for own in combinations if len(combinations) > 1 else ():
        name = SegmentName(first.service_name, first.environment, *own, is_part=True)
        yield name, [row for row in rows if (row.prompt_version, row.model) == own]


def tell_only(values: Iterable[str]) -> str | None:
    """The one that there is, unless it says nothing."""
    found = set(values)
    return (found.pop() or None) if len(found) == 1 else None


def list_combinations(rows: Sequence[DayRow], since: date, until: date) -> list[Combination]:
    """Those that had enough conversations in some four weeks, counted back from the last day."""
    found: dict[Combination, None] = {}
    end = until
    while end > until - timedelta(days=RECENT) or end >= since:
        counts: dict[Combination, float] = defaultdict(float)
        for row in rows:
            if end - timedelta(days=RECENT) < row.day <= end:
                counts[row.prompt_version, row.model] += row.conversations
        whole = sum(counts.values())
        found |= {own: None for own, count in sorted(counts.items()) if count >= LEAST_SHARE * whole > 0}
        end -= timedelta(days=RECENT)
    return list(found)


def find_monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Rows of days, and where each goes."""

    rows: Sequence[DayRow]
    numbers: npt.NDArray[np.int64]
    length: int

    def add(self, values: Iterable[float]) -> Floats:
        """The sum of each day."""
        summed = np.zeros(self.length)
        np.add.at(summed, self.numbers, list(values))
        return summed

    def add_arrays(self, arrays: Sequence[Floats], width: int) -> Floats:
        """The same of arrays of one width, a row for each day; others count as nothing."""
        summed = np.zeros((self.length, width))
        for number, array in zip(self.numbers, arrays, strict=True):
            if len(array) == width:
                summed[number] += array
        return summed

    def keep(self, rows: Sequence[DayRow]) -> "Grid":
        """Only these of its rows."""
        chosen = set(map(id, rows))
        places = [place for place, row in enumerate(self.rows) if id(row) in chosen]
        return Grid([self.rows[place] for place in places], self.numbers[places], self.length)


def sum_days(
    name: SegmentName, rows: Sequence[DayRow], until: date, topic_names: Sequence[str] = (), version: int = 0
) -> WatchedDays:
    """From the Monday of its first week to a day: weeks begin on the same day, whenever one looks."""
    first = find_monday(min((row.day for row in rows), default=until))
    numbers = np.array([(row.day - first).days for row in rows], np.int64)
    grid = Grid(rows, numbers, (until - first).days + 1)
    told = grid.keep([row for row in rows if row.topics_version == version and len(row.topic_counts)])
    series = tuple(raw for metric in METRICS for raw in add_metric(metric, grid, told, topic_names))
    return WatchedDays(name, first, Segment(0, grid.add(row.conversations for row in rows), series))


def add_metric(metric: Metric, grid: Grid, told: Grid, topic_names: Sequence[str]) -> Iterator[Raw]:
    """What it gives of these days; `told` are those with topics."""
    if metric.kind is Kind.TOPIC:
        yield from add_topics(metric, told, topic_names)
    elif metric.kind is Kind.DISTANCE:
        yield from add_texts(metric, grid)
    elif metric.name == BY_TOPIC and told.rows:
        yield add_strata(metric, told)
    else:
        yield from add_series(metric, grid)


def add_series(metric: Metric, grid: Grid) -> Iterator[Series]:
    places = [row.metrics.index(metric.name) if metric.name in row.metrics else -1 for row in grid.rows]
    if any(place >= 0 for place in places):
        counts, sums, squares = (
            grid.add(
                getattr(row, name)[place] if place >= 0 else 0.0 for row, place in zip(grid.rows, places, strict=True)
            )
            for name in ("counts", "sums", "squares")
        )
        yield Series(metric, counts, sums, squares)


def add_topics(metric: Metric, told: Grid, topic_names: Sequence[str]) -> Iterator[Series]:
    width = max((len(row.topic_counts) for row in told.rows), default=0)
    topics = told.add_arrays([row.topic_counts for row in told.rows], width)
    whole = topics.sum(axis=1)
    for topic in range(width):
        name = topic_names[topic] if topic < len(topic_names) else ""
        yield Series(metric, whole, topics[:, topic], whole, name or f"{topic + 1}")


def add_texts(metric: Metric, grid: Grid) -> Iterator[Texts]:
    if any(row.texts for row in grid.rows):
        features = grid.add_arrays([row.features for row in grid.rows], FEATURES)
        yield Texts(metric, grid.add(row.texts if len(row.features) else 0.0 for row in grid.rows), features)


def add_strata(metric: Metric, told: Grid) -> Strata:
    width = max(len(row.topic_counts) for row in told.rows)
    counts, sums, squares = (
        told.add_arrays([getattr(row, name) for row in told.rows], width).T
        for name in ("answer_counts", "answer_sums", "answer_squares")
    )
    return Strata(metric, counts, sums, squares)
