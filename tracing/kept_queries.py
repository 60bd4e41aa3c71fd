"""Answers of queries that read all of a large project, kept for some seconds: a page that is looked at again and again
does not ask again and again.

How long goes with the size: twelve seconds at a million spans, two minutes from ten million on. Projects of fewer than
20,000 conversations are always asked. What is kept is this process's own.
"""

import time
from collections.abc import Collection
from typing import Any

from tracing.filter_sql import Where
from tracing.store import Store

LARGE = 20_000
"""Conversations."""
CONVERSATIONS_A_SECOND = 10_000
MOST_SECONDS = 120
SIZE_SECONDS = 60
MOST_KEPT = 500

Rows = list[dict[str, Any]]

_kept: dict[tuple[Any, ...], tuple[float, Rows]] = {}
_sizes: dict[tuple[Store, int], tuple[float, int]] = {}


def query_kept(
    store: Store,
    path: str,
    where: Where | None = None,
    *,
    project_id: int,
    now_ns: int = 0,
    moving: Collection[str] = (),
    longer: int = 1,
    **parameters: Any,
) -> Rows:
    """Rows as `store.query` gives them, or gave them a moment ago. Parameters named in `moving` go with `now_ns`: not
    they, but how far back they are, must be the same. What hardly changes may be kept so many times as long."""
    size = measure_size(store, project_id)
    if size < LARGE:
        return store.query(path, where, project_id=project_id, **parameters)
    told = {name: now_ns - value if name in moving else value for name, value in parameters.items()}
    key = (store, path, project_id, repr(where), repr(sorted(told.items())))
    until, rows = _kept.get(key, (0.0, []))
    if time.monotonic() >= until:
        rows = store.query(path, where, project_id=project_id, **parameters)
        make_room()
        _kept[key] = time.monotonic() + longer * min(MOST_SECONDS, size / CONVERSATIONS_A_SECOND), rows
    return [dict(row) for row in rows]


def measure_size(store: Store, project_id: int) -> int:
    """About how many conversations the project has: counted by the engine's parts, so in no time."""
    until, size = _sizes.get((store, project_id), (0.0, 0))
    if time.monotonic() >= until:
        size = store.query("tracing/sql/project_size.sql", project_id=project_id)[0]["conversations"]
        _sizes[store, project_id] = time.monotonic() + SIZE_SECONDS, size
    return size


def make_room() -> None:
    """Forget what is too old, and all where that is not enough."""
    now = time.monotonic()
    for key in [key for key, (until, _) in list(_kept.items()) if until <= now]:
        _kept.pop(key, None)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()


def forget() -> None:
    """All that is kept."""
    _kept.clear()
    _sizes.clear()
