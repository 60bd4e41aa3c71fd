"""The changes of the app and the conversations of a time come in; the change since which satisfaction differs goes out.

It tells what happened at the same time, no more: what else changed then is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.pages.change_marks import Change as AppChange
from drift.pages.change_marks import Mark
from feedback.pages.satisfaction_periods import compare_around

SURE = 1.3
"""So many times the reach of its interval a difference is at the least, for of several changes the largest is told."""
NS = 10**9


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A change, and how much more, or fewer, are satisfied since."""

    change: AppChange
    difference: float

    @property
    def words(self) -> str:
        return f"{abs(100 * self.difference):.1f} points {'higher' if self.difference > 0 else 'lower'}"


def find_turning_point(marks: Sequence[Mark], counts: Sequence[Mapping[str, Any]], usual: float) -> TurningPoint | None:
    """`counts` are rows of `page_counts.sql`; of changes close together the last stands for all."""
    changes = [mark.changes[-1] for mark in marks]
    compared = compare_around(counts, usual, [round(change.at.timestamp()) * NS for change in changes])
    found = [
        (abs(each.difference) / max(each.high - each.difference, 1e-9), TurningPoint(change, each.difference))
        for change, each in zip(changes, compared, strict=True)
        if each
    ]
    sureness, point = max(found, key=lambda each: each[0], default=(0.0, None))
    return point if sureness >= SURE else None
