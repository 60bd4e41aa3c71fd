"""Changes with their times and sentences come in; marks for a chart of that time and a list of them go out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

NEAR = 1.2
"""In percent of the chart's width: what is nearer to each other is one mark."""
TOLD = 5
"""Sentences of a mark's title; the list has all."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that the app or its provider changed."""

    number: int
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a chart, in percent from the left, and the changes there, the first first."""

    left: float
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """What is read when one points at it."""
        told = [f"{each.at.day} {each.at:%b %H:%M} UTC: {each.sentence}" for each in self.changes[:TOLD]]
        more = len(self.changes) - len(told)
        return "\n".join([*told, f"and {more} more"] if more else told)


@dataclass(frozen=True, slots=True)
class Changes:
    marks: tuple[Mark, ...]
    latest: tuple[Change, ...]
    """All of them, the latest first."""


def mark_changes(changes: Sequence[Change], start: datetime, end: datetime) -> Changes:
    """Those between two moments."""
    within = sorted((each for each in changes if start <= each.at < end), key=lambda each: (each.at, each.number))
    return Changes(tuple(group_near(within, start, end)), tuple(reversed(within)))


def group_near(changes: Sequence[Change], start: datetime, end: datetime) -> Iterator[Mark]:
    """Marks by time; each holds what is less than `NEAR` behind its first."""
    group: list[Change] = []
    for each in changes:
        if group and find_left(each.at, start, end) - find_left(group[0].at, start, end) >= NEAR:
            yield Mark(find_left(group[0].at, start, end), tuple(group))
            group = []
        group.append(each)
    if group:
        yield Mark(find_left(group[0].at, start, end), tuple(group))


def find_left(at: datetime, start: datetime, end: datetime) -> float:
    return round(100 * ((at - start) / (end - start)), 2)
