"""A place in the list of model calls comes in, a page of whole calls goes out, latest first.

The latest rows that match are found first in columns that are quick to read, old versions of calls among them, because
that needs no merging. What the latest versions of these few calls say is read then, and more of them where old ones
took the place of some.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tracing.filter_sql import Where
from tracing.paging import Place
from tracing.records.generations import find_hour
from tracing.store import Store

MORE_ROWS = 10
"""So many rows more than the page has are looked at first, and four times as many where that was too few."""


def load_generation_page(store: Store, project_id: int, place: Place, limit: int, where: Where) -> list[dict[str, Any]]:
    """At most `limit` calls that began before `place`, each a row with the index of its turn or None."""
    row_limit = limit + MORE_ROWS
    while True:
        candidates = store.query(
            "tracing/sql/generation_candidates.sql",
            where,
            project_id=project_id,
            before_ns=place.time_ns,
            before_hour_s=find_hour(place.time_ns),
            row_limit=row_limit,
        )
        is_all = len(candidates) < row_limit
        rows = store.query(
            "tracing/sql/generation_page.sql",
            where,
            project_id=project_id,
            trace_ids=[candidate["trace_id"] for candidate in candidates],
            span_ids=[candidate["span_id"] for candidate in candidates],
            reach_ns=-1 if is_all else candidates[-1]["start_time_ns"],  # there may be others of that time
            before_ns=place.time_ns,
            before_id=place.id,
            limit=limit,
        )
        if is_all or len(rows) == limit:
            return add_turns(store, project_id, rows)
        row_limit *= 4


def place_call(row: Mapping[str, Any]) -> Place:
    """Where a row stands in the list."""
    return Place(row["start_time_ns"], f"{row['trace_id']}:{row['span_id']}")


def add_turns(store: Store, project_id: int, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with `turn_index`."""
    found = store.query(
        "tracing/sql/turns_of_generations.sql",
        project_id=project_id,
        conversation_ids=sorted({row["conversation_id"] for row in rows}),
    )
    turns = {each["span_id"]: each["turn_index"] for each in found}
    return [{**row, "turn_index": turns.get(row["span_id"])} for row in rows]
