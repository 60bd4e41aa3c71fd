"""A page is filled with the rows of a list that pass a test which no index knows: some are looked at, some are kept.

After so many that were looked at the page ends, full or not, and the next one goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tracing.paging import Place

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class FilledPage(Generic[Row]):
    """`next` is where the next page begins, None at the end of the list."""

    rows: list[Row]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Sieve(Generic[Row]):
    """How rows are looked at: so many after a place in the order of the list, and which of them are kept."""

    look: Callable[[Place, int], list[Row]]
    keep: Callable[[list[Row]], list[Row]]
    place: Callable[[Row], Place]
    first_look: int
    most_looks: int


def fill_page(sieve: Sieve[Row], place: Place, limit: int) -> FilledPage[Row]:
    """At most `limit` of the rows after `place` that are kept."""
    found: list[Row] = []
    looked, size = 0, max(limit + 1, sieve.first_look)
    while True:
        rows = sieve.look(place, size)
        found += sieve.keep(rows)
        if len(found) > limit:
            return FilledPage(found[:limit], sieve.place(found[limit - 1]))
        if len(rows) < size:
            return FilledPage(found, None)
        place = sieve.place(rows[-1])
        looked += size
        if looked >= sieve.most_looks:
            return FilledPage(found, place)
        size = min(4 * size, sieve.most_looks - looked)
