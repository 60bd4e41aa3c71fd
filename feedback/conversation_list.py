"""A place in a list of conversations comes in, a page of rows goes out, those of a quoted phrase among them.

Words are looked up in an index, and a list query asks it. Whether they stand side by side is read from the
conversations themselves, which takes long: so only of the newest that hold all words, until the page is full or so many
were read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tracing.paging import Place
from tracing.store import Store
from tracing.words import Search

Rows = list[dict[str, Any]]

FIRST_READ = 100
MOST_READ = 500
"""After so many the page ends, full or not, and the next one goes on from there."""


@dataclass(frozen=True, slots=True)
class RowPage:
    """`next` is where the next page begins, None at the end of the list."""

    rows: Rows
    next: Place | None


def find_page(
    store: Store,
    project_id: int,
    search: Search,
    ask: Callable[[Place, int], Rows],
    place: Place,
    limit: int,
    time_column: str = "first_time_ns",
) -> RowPage:
    """At most `limit` of the rows after `place` that hold the phrases of `search`.

    `ask` gives so many rows after a place, in the order of the list, that match everything else.
    """
    found: Rows = []
    read, size = 0, max(limit + 1, FIRST_READ) if search.phrases else limit + 1
    while True:
        rows = ask(place, size)
        found += keep_said(store, project_id, search, rows)
        if len(found) > limit:
            return RowPage(found[:limit], place_row(found[limit - 1], time_column))
        if len(rows) < size:
            return RowPage(found, None)
        place = place_row(rows[-1], time_column)
        read += size
        if read >= MOST_READ:
            return RowPage(found, place)
        size = min(4 * size, MOST_READ - read)


def place_row(row: dict[str, Any], time_column: str) -> Place:
    return Place(row[time_column], row["conversation_id"])


def keep_said(store: Store, project_id: int, search: Search, rows: Sequence[dict[str, Any]]) -> Rows:
    """The rows of the conversations in which each phrase of `search` was said."""
    if not search.phrases or not rows:
        return list(rows)
    said = store.query(
        "feedback/sql/said_phrases.sql",
        project_id=project_id,
        conversation_ids=[row["conversation_id"] for row in rows],
        phrases=[list(phrase) for phrase in search.phrases],
    )
    ids = {row["conversation_id"] for row in said}
    return [row for row in rows if row["conversation_id"] in ids]
