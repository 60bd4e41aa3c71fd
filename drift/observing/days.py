"""Observations of a day come in, what the day was like goes out, segment by segment: sums that later days are held
against, so that nothing else is read again.

Texts come in portions and are added up, so a busy day takes no more memory than a quiet one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from drift.detection.distances import FEATURES, draw_frequencies, map_vectors
from drift.observing.records import DayRow, Floats, Vectors
from drift.observing.topics import Topics
from feedback.embedding import WIDTH

MOST_SEGMENTS = 200
"""Of a day: with more, the smallest are told by service and environment alone, then together."""
OTHERS = "(others)"

Key = tuple[str, str, str, str]
"""Service, environment, version of the prompt, model."""
Sums = dict[str, tuple[float, float, float]]
"""By metric; what stands under '' counts conversations."""


@dataclass(slots=True, eq=False)
class Texts:
    """Of one segment: features of first messages, and by topic how many there are and how long answers are."""

    topics: int
    count: float = 0.0
    features: Floats = field(default_factory=lambda: np.zeros(FEATURES))
    by_topic: Floats = field(init=False)
    """Rows: conversations, those with an answer, sums and squares of the lengths."""

    def __post_init__(self) -> None:
        self.by_topic = np.zeros((4, self.topics))

    def add(self, features: Floats, topics: Sequence[int], has_answer: Floats, lengths: Floats) -> None:
        self.count += len(features)
        self.features += features.sum(axis=0)
        for row, weights in enumerate((np.ones(len(features)), has_answer, lengths, lengths**2)):
            if self.topics:
                self.by_topic[row] += np.bincount(topics, weights, self.topics)


def fold_small(figures: Mapping[Key, Sums]) -> dict[Key, Key]:
    """Under which segment each is told: its own, where they are not too many."""
    told = {key: key for key in figures}
    for width in (2, 0):
        counts: dict[Key, float] = {}
        for key, shown in told.items():
            counts[shown] = counts.get(shown, 0.0) + figures[key].get("", (0.0,))[0]
        if len(counts) <= MOST_SEGMENTS:
            break
        kept = set(sorted(counts, key=lambda key: (-counts[key], key))[: MOST_SEGMENTS // 2])
        told = {key: shown if shown in kept else hide(shown, width) for key, shown in told.items()}
    return told


def hide(key: Key, width: int) -> Key:
    first, second, third, fourth = (*key[:width], *[OTHERS] * (4 - width))
    return first, second, third, fourth


def read_figures(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Sums]:
    figures: dict[Key, Sums] = {}
    for row in rows:
        figures.setdefault(read_key(row), {})[row["metric"]] = (row["count"], row["sum"], row["squares"])
    return figures


def read_key(row: Mapping[str, Any]) -> Key:
    return row["service_name"], row["environment"], row["prompt_version"], row["model"]


def add_texts(
    texts: dict[Key, Texts],
    keys: Sequence[Key],
    vectors: Vectors,
    has_answer: Floats,
    lengths: Floats,
    topics: Topics | None,
) -> None:
    """Add a portion, of which the lists are parallel, to what is summed up by segment."""
    features = map_texts(vectors)
    assigned = topics.assign(vectors) if topics else np.zeros(len(vectors), np.int64)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    places = np.array([numbers[key] for key in keys])
    for key, number in numbers.items():
        own = places == number
        sums = texts.setdefault(key, Texts(len(topics.names) if topics else 0))
        sums.add(features[own], assigned[own].tolist(), has_answer[own], lengths[own])


def map_texts(vectors: Vectors) -> Floats:
    """Random features, in single precision: a day's sums need no more."""
    frequencies, phases = load_frequencies()
    return map_vectors(vectors, frequencies, phases)  # type: ignore[arg-type]


@cache
def load_frequencies() -> tuple[Any, Any]:
    frequencies, phases = draw_frequencies(WIDTH)
    return frequencies.astype(np.float32), phases.astype(np.float32)


def build_days(
    day: date, figures: Mapping[Key, Sums], texts: Mapping[Key, Texts], told: Mapping[Key, Key], topics: Topics | None
) -> list[DayRow]:
    """A row for each segment that is told."""
    summed: dict[Key, Sums] = {}
    for key, sums in figures.items():
        own = summed.setdefault(told[key], {})
        for metric, added in sums.items():
            count, total, squares = own.get(metric, (0.0, 0.0, 0.0))
            own[metric] = (count + added[0], total + added[1], squares + added[2])
    return [build_day(day, key, sums, texts.get(key), topics) for key, sums in summed.items()]


def build_day(day: date, key: Key, sums: Sums, texts: Texts | None, topics: Topics | None) -> DayRow:
    names = tuple(sorted(name for name in sums if name))
    counts, totals, squares = np.array([sums[name] for name in names], np.float64).reshape(-1, 3).T
    told = texts or Texts(len(topics.names) if topics else 0)
    topic_counts, answer_counts, answer_sums, answer_squares = told.by_topic
    return DayRow(
        *(day, *key, sums.get("", (0.0,))[0], names, counts, totals, squares),
        *(topic_counts, answer_counts, answer_sums, answer_squares, told.count, told.features),
        topics_version=topics.version if topics else 0,
    )
