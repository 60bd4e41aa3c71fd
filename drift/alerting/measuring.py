"""Figures of past windows of time: a metric, a filter and groups go in, counts of each window and group come out.

An evaluation is of the latest window alone; a preview is of all windows of a month, by the same query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from drift.alerting.metrics import Shape, Source, ThresholdMetric
from feedback.satisfaction.intervals import Interval, estimate_share
from tracing.filter_fields import ListName
from tracing.filter_language import Filter
from tracing.filter_sql import MARKER, Where, compile_filter
from tracing.store import Store
from tracing.times import to_ns, to_us

LISTS: Mapping[Source, ListName] = {
    Source.CONVERSATIONS: "conversations",
    Source.CALLS: "generations",
    Source.OBSERVATIONS: "conversations",
}
LOOKS_AT_LEAST = timedelta(minutes=1)
"""No rule is looked at more often."""
SILENT_WINDOWS = 8
"""A group that was there in so many windows before and is not now has a total of 0."""


@dataclass(frozen=True)
class Windows:
    """So many windows of `length`, each a `step` before the next, the latest ending at `until`."""

    until: datetime
    length: timedelta
    count: int = 1
    overlap: int = 1
    """Steps of a window."""

    @property
    def step(self) -> timedelta:
        return self.length / self.overlap

    @property
    def since(self) -> datetime:
        return self.until - self.length - (self.count - 1) * self.step

    @cached_property
    def ends(self) -> list[datetime]:
        """Of each window, the latest first."""
        step = self.step
        return [self.until - place * step for place in range(self.count)]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a window has of a group: `value` is None where there is nothing to tell from."""

    count: int
    value: float | None

    @property
    def interval(self) -> Interval:
        """Of a rate, at 90 %; ValueError for none."""
        return estimate_share((self.value or 0.0) * self.count, self.count)


NOTHING = Measured(0, 0.0)
Figures = dict[str, dict[int, Measured]]
"""By name of the group ('' where there are none) and place of the window, 0 the latest."""


def choose_windows(until: datetime, length: timedelta, days: int, most: int = 3_000) -> Windows:
    """All windows of the last days, as close as a rule looks at them, or as many as are quick to count."""
    span = timedelta(days=days)
    fits = [steps for steps in (10, 5, 4, 3, 2) if span / (length / steps) <= most and length / steps >= LOOKS_AT_LEAST]
    overlap = fits[0] if fits else 1
    count = max(1, int((span - length) / (length / overlap)) + 1)
    return Windows(until, length, count, overlap)


def measure(
    store: Store, project_id: int, metric: ThresholdMetric, given: Filter, group_by: str, windows: Windows
) -> Figures:
    """Windows and groups with nothing in them are left out."""
    where = compile_filter(given, LISTS[metric.source], to_ns(windows.until))
    asked: dict[str, Any] = {
        "project_id": project_id,
        "since_ns": to_ns(windows.since),
        "until_ns": to_ns(windows.until),
        "step_ns": to_us(windows.step) * 1000,
        "overlap": windows.overlap,
        "last": windows.count - 1,
        "group_by": group_by,
    }
    figures: Figures = {}
    for row in ask(store, metric, where, asked):
        figures.setdefault(row["name"], {})[row["place"]] = read_row(metric, row)
    return figures


def ask(store: Store, metric: ThresholdMetric, where: Where, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    if metric.source is Source.CALLS:
        return store.query("drift/sql/measure_calls.sql", where, measure=metric.measure, **asked)
    if metric.source is Source.OBSERVATIONS:
        is_filtered = where.sql != MARKER
        return store.query(
            "drift/sql/measure_observations.sql", where, metric=metric.measure, is_filtered=is_filtered, **asked
        )
    more = {"measure": metric.measure, "kind": metric.kind, "of_people": metric.of_people}
    return store.query("drift/sql/measure_conversations.sql", where, **asked, **more)


def read_row(metric: ThresholdMetric, row: Mapping[str, Any]) -> Measured:
    count = round(row["whole"])
    if metric.shape is Shape.TOTAL:
        return Measured(count, float(row["part"]))
    if not count:
        return Measured(0, None)
    if metric.shape is Shape.RATE:
        return Measured(count, min(1.0, max(0.0, float(row["part"]) / float(row["whole"]))))
    if metric.shape is Shape.MEAN:
        return Measured(count, float(row["part"]) / float(row["whole"]))
    return Measured(count, float(row["quantiles"][0 if metric.shape is Shape.MEDIAN else 1]))


def fill_totals(metric: ThresholdMetric, figures: Figures, group_by: str, windows: Windows) -> Figures:
    """The same, where a total of nothing is 0: what went silent is news, too. A group is missed for a while only."""
    if metric.shape is not Shape.TOTAL:
        return figures
    if not group_by:
        own = figures.get("", {})
        return {"": fill(own, 0, max(own, default=windows.count - 1))}
    missed = SILENT_WINDOWS * windows.overlap
    return {name: fill(own, max(0, min(own) - missed), max(own)) for name, own in figures.items()}


def fill(own: Mapping[int, Measured], latest: int, oldest: int) -> dict[int, Measured]:
    return {place: own.get(place, NOTHING) for place in range(latest, oldest + 1)}
