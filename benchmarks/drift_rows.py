"""Made-up days (`benchmarks/drift_worlds.py`) as rows of `drift_days`, as the stages would have written them."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from drift.detection.distances import Texts
from drift.detection.metrics import Kind
from drift.detection.segment import Segment
from drift.detection.series import Series
from drift.detection.strata import Strata
from drift.observing.records import DayRow

TOPICS_VERSION = 1
FIRST_MONDAY = date(2026, 1, 5)


def find_first(segment: Segment, week: int = 0) -> date:
    """A first day on the weekday that the segment begins with."""
    return FIRST_MONDAY + timedelta(days=7 * week + segment.first_weekday)


def list_rows(
    segment: Segment, first: date, service: str = "chat", environment: str = "", prompt: str = "", model: str = ""
) -> Iterator[DayRow]:
    """A row for each day that has conversations."""
    single = [one for one in segment.series if isinstance(one, Series) and one.metric.kind is not Kind.TOPIC]
    topics = [one for one in segment.series if isinstance(one, Series) and one.metric.kind is Kind.TOPIC]
    [lengths] = [one for one in segment.series if isinstance(one, Strata)]
    [texts] = [one for one in segment.series if isinstance(one, Texts)]
    names = tuple(one.metric.name for one in single)
    for day in np.flatnonzero(segment.conversations > 0):
        yield DayRow(
            first + timedelta(days=int(day)),
            service,
            environment,
            prompt,
            model,
            float(segment.conversations[day]),
            names,
            *(np.array([getattr(one, name)[day] for one in single]) for name in ("counts", "sums", "squares")),
            np.array([one.sums[day] for one in topics]),
            lengths.counts[:, day],
            lengths.sums[:, day],
            lengths.squares[:, day],
            float(texts.counts[day]),
            texts.sums[day],
            TOPICS_VERSION,
        )
