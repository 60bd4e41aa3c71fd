"""A filter and a place in a list of conversations come in, a page of rows goes out, quoted phrases looked for.

Words are looked up in an index, and a list query asks it. Whether they stand side by side is read from the
conversations themselves, which takes long: so only of the newest that hold all words, until the page is full or so many
were read.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter, find_search
from tracing.page_filling import FilledPage, Sieve, fill_page
from tracing.paging import Place
from tracing.store import Store
from tracing.together import ask_together
from tracing.words import Search

Row = dict[str, Any]

FIRST_READ = 100
READ_AT_ONCE = 50
MOST_READ = 300
"""After so many the page ends, full or not, and the next one goes on from there."""


def place_row(row: Row) -> Place:
    return Place(row["first_time_ns"], row["conversation_id"])


def place_rank(row: Row) -> Place:
    """In a list that is ordered by how likely users were dissatisfied: in billionths, where times stand in others."""
    return Place(row["rank"], row["conversation_id"])


def find_page(
    store: Store,
    path: str,
    project_id: int,
    given: Filter,
    place: Place,
    limit: int,
    now_ns: int,
    place_of: Callable[[Row], Place] = place_row,
) -> FilledPage[Row]:
    """At most `limit` rows of the query in `path` that match `given` and come after `place`, in its order.

    Raises FilterError.
    """
    where, search = compile_filter(given, "conversations", now_ns), find_search(given)

    def look(place: Place, size: int) -> list[Row]:
        return store.query(path, where, project_id=project_id, before_ns=place.time_ns, before_id=place.id, limit=size)

    def keep(rows: list[Row]) -> list[Row]:
        return keep_said(store, project_id, search, rows)

    first_look = FIRST_READ if search.has_phrases else 1
    return fill_page(Sieve(look, keep, place_of, first_look, MOST_READ), place, limit)


def keep_said(store: Store, project_id: int, search: Search, rows: Sequence[Row]) -> list[Row]:
    """The rows of the conversations in which each phrase of `search` was said, and none that must not be."""
    if not search.has_phrases or not rows:
        return list(rows)
    bound: dict[str, Any] = {
        "project_id": project_id,
        "phrases": [list(phrase) for phrase in search.phrases],
        "unsaid": [list(phrase) for phrase in search.unsaid],
    }
    ids = [row["conversation_id"] for row in rows]
    parts = [ids[first : first + READ_AT_ONCE] for first in range(0, len(ids), READ_AT_ONCE)]
    path = "feedback/sql/said_phrases.sql"
    found = ask_together(*(partial(store.query, path, conversation_ids=part, **bound) for part in parts))
    said = {row["conversation_id"] for part in found for row in part}
    return [row for row in rows if row["conversation_id"] in said]
