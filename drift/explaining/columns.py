"""Windows of an alarm come in, the columns of its report go out, each with what the alarm says of it, pure.

The report judges nothing: a column has drifted exactly if the alarm says that its metric moved. Texts of users do not
go into it but for the names of topics, of which only letters and digits are left: the library that makes the page does
not guard it against what stands in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from drift.detection.metrics import Kind, Metric
from drift.detection.watch import TOLD
from drift.detectors import METRICS
from drift.explaining.windows import Values, Window
from drift.observing.topics import Topics

TITLES = {"topic_share": "topic", "question_distance": "what users write about, as distance from before"}
"""Of columns that hold something else for a conversation than their metric does for a day."""
LONGEST = 60
"""Characters of a topic's name."""
HARMLESS = " .,-"
YES, NO = "yes", "no"

Cell = float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A metric in both windows: numbers or words, None where it was not measured. `share` is that of the alarm's
    evidence, 0 where the alarm does not tell of the metric."""

    name: str
    metric: str
    is_number: bool
    before: Sequence[Cell]
    since: Sequence[Cell]
    share: float

    @property
    def is_known(self) -> bool:
        """In both windows."""
        return any(cell is not None for cell in self.before) and any(cell is not None for cell in self.since)


def build_columns(
    before: Window, since: Window, moves: Sequence[Mapping[str, Any]], topics: Topics | None = None
) -> list[Column]:
    """One for each metric that was measured before and since, what moved most first."""
    shares = sum_shares(moves)
    columns = (build_column(metric, before, since, shares.get(metric.name, 0.0), topics) for metric in METRICS)
    return sorted((column for column in columns if column.is_known), key=lambda column: -column.share)


def sum_shares(moves: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """By metric, of all its topics together; what the alarm tells of has at least as much as makes it tell."""
    shares: dict[str, float] = {}
    for move in moves:
        shares[move["name"]] = shares.get(move["name"], 0.0) + move["share"]
    return {name: max(share, TOLD) for name, share in shares.items()}


def build_column(metric: Metric, before: Window, since: Window, share: float, topics: Topics | None) -> Column:
    is_number = metric.kind in (Kind.MEAN, Kind.DISTANCE)
    cells = [list(list_cells(metric, window, before, topics)) for window in (before, since)]
    return Column(TITLES.get(metric.name, metric.words), metric.name, is_number, cells[0], cells[1], share)


def list_cells(metric: Metric, window: Window, before: Window, topics: Topics | None) -> Iterator[Cell]:
    if metric.kind is Kind.TOPIC:
        yield from list_topics(window.vectors, topics)
    elif metric.kind is Kind.DISTANCE:
        yield from measure_distances(window.vectors, before.vectors)
    elif metric.kind is Kind.MEAN:
        yield from (round(float(value), 4) if np.isfinite(value) else None for value in window.read(metric.name))
    else:
        yield from ((YES if value else NO) if np.isfinite(value) else None for value in window.read(metric.name))


def list_topics(vectors: Values, topics: Topics | None) -> Iterator[str | None]:
    """The name of each message's topic, with its number: names may be alike."""
    numbers = topics.assign(vectors) if topics and len(vectors) else np.zeros(len(vectors), np.int64)
    for number, vector in zip(numbers, vectors, strict=True):
        name = topics.names[number] if topics and number < len(topics.names) else ""
        yield f"{number + 1} {clean(name)}".strip() if topics and vector.any() else None


def measure_distances(vectors: Values, before: Values) -> Iterator[float | None]:
    """How far each message is from the middle of those before: 0 is the same, 1 has nothing to do with them."""
    middle = before.sum(axis=0)
    length = float(np.linalg.norm(middle))
    for vector in vectors:
        yield round(1 - float(vector @ middle) / length, 4) if length and vector.any() else None


def clean(name: str) -> str:
    """Letters, digits and little else.

    >>> clean("refund </script><b onload=x> card")
    'refund script b onload x card'
    """
    return " ".join("".join(each if each.isalnum() or each in HARMLESS else " " for each in name).split())[:LONGEST]
