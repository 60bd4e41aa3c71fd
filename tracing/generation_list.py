"""A place in the list of model calls comes in, the keys of a page go out, latest first.

Hours that hold enough calls are found by columns that are quick to read, old versions of a call counted along; only
these hours are then read as they are, and more of them where old versions took the place of some.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tracing.paging import Place
from tracing.records.generations import find_hour
from tracing.store import Store


def find_generation_keys(
    store: Store, project_id: int, place: Place, limit: int, filters: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Rows of `generation_keys.sql`: at most `limit` calls that began before `place`."""
    bound = {"project_id": project_id, "before_hour_s": find_hour(place.time_ns), **filters}
    hours = store.query("tracing/sql/hours_of_generations.sql", **bound)
    enough = limit
    while True:
        from_hour_s = find_first_hour(hours, enough)
        rows = store.query(
            "tracing/sql/generation_keys.sql",
            before_ns=place.time_ns,
            before_id=place.id,
            limit=limit,
            from_hour_s=from_hour_s,
            **bound,
        )
        if len(rows) == limit or from_hour_s == 0:
            return rows
        enough *= 4


def find_first_hour(hours: Sequence[Mapping[str, int]], enough: int) -> int:
    """Seconds since the epoch of the hour by which there are `enough` calls, from the latest on; 0 where never.

    The latest hour may end after the place that is asked for, so it counts for nothing.
    """
    count = 0
    for row in hours[1:]:
        count += row["calls"]
        if count >= enough:
            return row["hour_s"]
    return 0
