"""What rows are like: a number or a name of each comes in, bins or counts to draw and the rows far from all others
go out. Bounds of bins follow from fixed rules, so that two versions can be laid side by side."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Scale = Literal["doubling", "ratio", "share"]
"""Bins that double (lengths, counts), that grow by half an octave around 1 (ratios), or of a twentieth (0 to 1)."""

MOST_OUTLIERS: Final = 10
FENCE: Final = 3.0
"""A row is an outlier so many times the distance between the quartiles beyond them, in doublings: Tukey's far out."""
LEAST_SPREAD: Final = 1.0
"""Doublings between the quartiles at least: where most rows are alike, a little more is not far."""
FEWEST_ROWS: Final = 20
"""Among fewer rows none is told to be far from the others."""
FARTHEST_RATIO: Final = 64.0
MOST_VALUES: Final = 20
MOST_CHARACTERS: Final = 100
MOST_DAYS: Final = 60
STEPS: Final = (1, 7, 28, 364, 3_640, 36_400)
"""Days of a bin."""

Numbers = npt.NDArray[np.float64]
Place = tuple[str, int]
"""Conversation and turn: where to look."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of each row: its name for programs, its title and unit for people."""

    name: str
    title: str
    unit: str
    scale: Scale = "doubling"


def describe_numbers(measure: Measure, values: Numbers, places: Sequence[Place]) -> dict[str, Any]:
    """Bins of the values, from `from` on and under `to`, and the outliers, the farthest first."""
    return {
        "name": measure.name,
        "title": measure.title,
        "unit": measure.unit,
        "bins": count_bins(values, list_bounds(measure.scale, values)),
        "outliers": list_outliers(measure.scale, values, places),
    }


def describe_values(name: str, title: str, unit: str, values: Iterable[str]) -> dict[str, Any]:
    """How often each value comes, the most frequent first; `others` counts what is not told one by one."""
    return describe_counts(name, title, unit, Counter(values))


def describe_counts(name: str, title: str, unit: str, counts: Counter[str]) -> dict[str, Any]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    told = [{"value": value[:MOST_CHARACTERS], "count": count} for value, count in ordered[:MOST_VALUES]]
    others = sum(count for _, count in ordered[MOST_VALUES:])
    return {"name": name, "title": title, "unit": unit, "values": told, "others": others, "outliers": []}


def describe_times(times_ns: Sequence[int]) -> dict[str, Any]:
    """Rows by day, UTC; by week, by four weeks or more where they span many."""
    days = Counter(datetime.fromtimestamp(time_ns // 10**9, UTC).date() for time_ns in times_ns)
    return {"name": "time", "title": "When answers were given", "unit": "day", "bins": _count_days(days)} | {
        "outliers": []
    }


def _count_days(days: Counter[date]) -> list[dict[str, Any]]:
    if not days:
        return []
    first, last = min(days), max(days)
    step = next(step for step in STEPS if (last - first).days < MOST_DAYS * step)
    counts = Counter((day - first).days // step for day in days.elements())
    starts = [first + timedelta(days=step * number) for number in range(max(counts) + 1)]
    return [
        {"from": start.isoformat(), "to": _add_days(start, step).isoformat(), "count": counts[number]}
        for number, start in enumerate(starts)
    ]


def _add_days(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))


def list_bounds(scale: Scale, values: Numbers) -> list[float]:
    """
    >>> list_bounds("doubling", np.array([0.0, 5.0]))
    [0, 1, 2, 4, 8]
    >>> list_bounds("share", np.array([0.5, 0.58]))
    [0.5, 0.55, 0.6]
    """
    if not len(values):
        return []
    low, high = float(values.min()), float(values.max())
    if scale == "share":
        first, last = math.floor(low * 20 + 1e-9), max(math.floor(high * 20 + 1e-9), 0)
        return [round(step / 20, 2) for step in range(min(first, 19), min(last, 19) + 2)]
    if scale == "ratio":
        first, last = (math.floor(2 * math.log2(_clip_ratio(value))) for value in (low, high))
        return [round(2 ** (step / 2), 4) for step in range(first, last + 2)]
    first, last = (_find_doubling(value) for value in (low, high))
    return [0 if step < 0 else 2**step for step in range(first, last + 2)]


def _clip_ratio(value: float) -> float:
    return min(max(value, 1 / FARTHEST_RATIO), FARTHEST_RATIO)


def _find_doubling(value: float) -> int:
    """The number of the bin: -1 from 0 to 1, then 0 from 1 to 2, 1 from 2 to 4."""
    return max(math.frexp(value)[1] - 1, -1) if value >= 1 else -1


def count_bins(values: Numbers, bounds: Sequence[float]) -> list[dict[str, Any]]:
    """How many values lie from each bound on and under the next; what lies beyond is in the first or the last."""
    if not bounds:
        return []
    numbers = np.clip(np.searchsorted(np.array(bounds), values + 1e-9, side="right") - 1, 0, len(bounds) - 2)
    counts = np.bincount(numbers, minlength=len(bounds) - 1)
    return [
        {"from": bounds[number], "to": bounds[number + 1], "count": int(count)} for number, count in enumerate(counts)
    ]


def list_outliers(scale: Scale, values: Numbers, places: Sequence[Place]) -> list[dict[str, Any]]:
    """The rows that are far from the others, in doublings; of shares none is."""
    if scale == "share" or len(values) < FEWEST_ROWS:
        return []
    doublings = np.log2(np.maximum(values, 1 / FARTHEST_RATIO if scale == "ratio" else 1.0))
    low, high = (float(each) for each in np.quantile(doublings, (0.25, 0.75), method="nearest"))
    spread = FENCE * max(high - low, LEAST_SPREAD)
    beyond = np.maximum(low - doublings, doublings - high) - spread
    farthest = np.argsort(-beyond, kind="stable")[:MOST_OUTLIERS]
    return [_describe_outlier(places[row], float(values[row])) for row in farthest if beyond[row] > 0]


def _describe_outlier(place: Place, value: float) -> dict[str, Any]:
    told = round(value, 4)
    return {"conversation_id": place[0], "turn_index": place[1], "value": int(told) if told.is_integer() else told}
