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
            day=first + timedelta(days=int(day)),
            service_name=service,
            environment=environment,
            prompt_version=prompt,
            model=model,
            conversations=float(segment.conversations[day]),
            metrics=names,
            counts=np.array([one.counts[day] for one in single]),
            sums=np.array([one.sums[day] for one in single]),
            squares=np.array([one.squares[day] for one in single]),
            topic_counts=np.array([one.sums[day] for one in topics]),
            answer_counts=lengths.counts[:, day],
            answer_sums=lengths.sums[:, day],
            answer_squares=lengths.squares[:, day],
            texts=float(texts.counts[day]),
            features=texts.sums[day],
            topics_version=TOPICS_VERSION,
        )
