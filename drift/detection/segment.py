"""Days of what is watched in one place come in; which days can be compared with which, and their series, go out.

Segments with little traffic are judged by weeks, days with far less traffic than their weekday has are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from drift.detection.distances import Texts, measure_distances
from drift.detection.series import DAILY, LONGEST, WEEK, WEEKLY, Flags, Floats, Integers, Series, Step
from drift.detection.strata import Strata, take_out_topics

FEW = 50
"""Conversations a day; segments with fewer are pooled to weeks."""
HOLIDAY = 0.5
"""A day with less than so much of its weekday's traffic is a holiday: other people come, which is no drift."""
HOLIDAYS = 9
"""More of them in a row are no holidays but the new traffic."""
LOOKED_BACK = 4
"""Weeks that say what traffic a weekday has."""

Raw = Series | Strata | Texts


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """What is watched in one service, environment, prompt version or model, from `first_weekday` (Monday is 0) on."""

    first_weekday: int
    conversations: Floats
    series: tuple[Raw, ...]

    @property
    def length(self) -> int:
        return len(self.conversations)


def leave_out(segment: Segment, spans: Iterable[tuple[int, int]]) -> Segment:
    """Without what was measured from the first day of a span to the day before its end; traffic stays known."""
    kept = np.ones(segment.length)
    for first, end in spans:
        kept[max(first, 0) : max(end, 0)] = 0.0
    if kept.all():
        return segment
    return Segment(segment.first_weekday, segment.conversations, tuple(_keep(raw, kept) for raw in segment.series))


def _keep(raw: Raw, kept: Floats) -> Raw:
    if isinstance(raw, Texts):
        return Texts(raw.metric, raw.counts * kept, raw.sums * kept[:, None])
    return replace(raw, counts=raw.counts * kept, sums=raw.sums * kept, squares=raw.squares * kept)


def pool_small(segment: Segment) -> tuple[Segment, Step]:
    """Segments with little traffic are judged by whole weeks from its first day on."""
    recent = segment.conversations[-LONGEST:]
    if not len(recent) or float(np.nan_to_num(recent).mean()) >= FEW:
        return segment, DAILY
    pooled = tuple(_pool(raw) for raw in segment.series)
    return Segment(0, _add_weeks(segment.conversations), pooled), WEEKLY


def _pool(raw: Raw) -> Raw:
    if isinstance(raw, Texts):
        return Texts(raw.metric, _add_weeks(raw.counts), _add_weeks(raw.sums.T).T)
    counts, sums, squares = _add_weeks(raw.counts), _add_weeks(raw.sums), _add_weeks(raw.squares)
    if isinstance(raw, Strata):
        return Strata(raw.metric, counts, sums, squares)
    return Series(raw.metric, counts, sums, squares, raw.part)


def _add_weeks(values: Floats) -> Floats:
    """Days are the last axis; a week that is not over is left out."""
    whole = np.nan_to_num(values[..., : values.shape[-1] // WEEK * WEEK])
    return np.asarray(whole.reshape(*values.shape[:-1], -1, WEEK).sum(axis=-1), dtype=np.float64)


def list_weekdays(segment: Segment, step: Step) -> Integers:
    """Of weeks all are alike."""
    days = np.arange(segment.length, dtype=np.int64)
    return (days + segment.first_weekday) % WEEK if step.days == 1 else np.zeros_like(days)


def find_ordinary(conversations: Floats, weekdays: Integers) -> Flags:
    """Days that are no holidays."""
    ordinary = np.ones(len(conversations), dtype=np.bool_)
    in_a_row = 0
    for day in range(len(conversations)):
        same = conversations[:day][weekdays[:day] == weekdays[day]][-LOOKED_BACK:]
        is_low = len(same) > 1 and conversations[day] < HOLIDAY * float(np.median(same))
        in_a_row = in_a_row + 1 if is_low else 0
        ordinary[day] = not 0 < in_a_row <= HOLIDAYS
    return ordinary


def list_series(
    segment: Segment, weekdays: Integers, ordinary: Flags, begin: int, until: int | None = None
) -> tuple[Series, ...]:
    """Those whose values hang on a baseline are compared with days from `begin` on, before `until`."""
    return tuple(_prepare(raw, weekdays, ordinary, begin, until) for raw in segment.series)


def _prepare(raw: Raw, weekdays: Integers, ordinary: Flags, begin: int, until: int | None) -> Series:
    if isinstance(raw, Texts):
        return measure_distances(raw, weekdays, ordinary, begin, until)
    return take_out_topics(raw, begin, until) if isinstance(raw, Strata) else raw
