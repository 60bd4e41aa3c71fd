"""Hours in which a model call changed come in; their figures are counted anew and go out as `generation_hours`.

Nothing is ever added to a figure, so late, repeated, moved and vanished calls are right, and doing an hour twice
changes nothing. As an hour is counted whole, the stage rests between batches for some times as long as a batch took.
"""

import time
from collections.abc import Sequence

from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store

MANY_CALLS = 2_000_000
"""The store counts them, so they take none of this process's memory."""
ROLLUPS = Stage(
    "rollups", "tracing/sql/changed_hours.sql", "tracing/sql/lag_of_hours.sql", batch_size=200, row_limit=MANY_CALLS
)
REST_FACTOR = 9
"""A tenth of a core at most, however many calls an hour has."""


def count_changed_hours(store: Store) -> int:
    """One batch of the stage `rollups`; the number of hours counted."""
    return ROLLUPS.run(store, lambda keys: count_hours(store, keys))


def count_hours(store: Store, keys: Sequence[Key]) -> None:
    """Count these hours (project, seconds since the epoch)."""
    for project_id, hours in group_by_project(keys).items():
        store.change(
            "tracing/sql/count_hours.sql",
            project_id=project_id,
            hours=[int(hour) for hour in hours],
            version=time.time_ns() // 1000,
        )
