"""Which rows stay where not all of them may: the surest, and of those that are as sure as each other some from all of
the time, so that no week has them all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from feedback.datasets.definition import GOLD
from feedback.datasets.weighing.outline import Outline

METHOD: Final = (
    "where not all rows may stay: gold before silver, silver by its confidence in tenths; of the last such class that "
    "is let in, rows at even distances in the order of time, from a beginning that the seed decides"
)


def rank(row: Outline) -> tuple[Any, ...]:
    """Surer rows come first, then earlier ones."""
    return row.tier != GOLD, -row.confidence, row.order, row.subject, row.claim


def choose(rows: Iterable[Outline], most: int, seed: int) -> list[Outline]:
    """So many of the rows, in order of time: gold before silver, silver by its confidence in tenths; of the last such
    class that is let in, rows that lie evenly in the order of time."""
    classes: dict[tuple[bool, float], list[Outline]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        classes[_class_of(row)].append(row)
    chosen: list[Outline] = []
    for name in sorted(classes):
        chosen += _spread(classes[name], most - len(chosen), seed)
    return sorted(chosen, key=_order)


def _order(row: Outline) -> tuple[Any, ...]:
    return row.order, row.subject, row.claim


def _class_of(row: Outline) -> tuple[bool, float]:
    gold = row.tier == GOLD
    return not gold, 0 if gold else -round(row.confidence, 1)


def _spread(rows: Sequence[Outline], count: int, seed: int) -> list[Outline]:
    if count >= len(rows):
        return list(rows)
    start = _draw(seed, rows[0])
    return [rows[int((number + start) * len(rows) / count)] for number in range(count)]


def _draw(seed: int, row: Outline) -> float:
    """From 0 to 1, decided by the seed and the first row."""
    digest = sha256(f"{seed} {row.subject} {row.claim}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
