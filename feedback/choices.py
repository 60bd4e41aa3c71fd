"""What the selectors of lists offer: a project comes in, the values that occur in it go out.

To find them a query reads every row of a project, and they hardly change from one page to the next: those of a large
project are kept for a while, the larger the longer. Those of a small one are always as they are.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from tracing.store import Store

LARGE = 20_000
"""Rows; from then on what was found is kept."""
ROWS_A_SECOND = 1_000
"""For each of which it is kept a second; two minutes at a million spans."""
MOST_SECONDS = 600

Row = Mapping[str, Any]

_kept: dict[tuple[Store, str, int], tuple[float, Sequence[Row]]] = {}


def load_choices(store: Store, project_id: int) -> Row:
    """Of lists of conversations and traces: environments, services, models and machines, and how many conversations
    there are."""
    return load_kept(store, "feedback/sql/page_choices.sql", project_id, "conversations")[0]


def load_task_choices(store: Store, project_id: int) -> Row:
    """The same of tasks, with their tools."""
    return load_kept(store, "feedback/sql/agent_task_choices.sql", project_id, "tasks")[0]


def load_kinds(store: Store, project_id: int) -> Sequence[Row]:
    """Kinds of signals, each with its number of conversations."""
    return load_kept(store, "feedback/sql/page_kinds.sql", project_id, "conversations")


def load_kept(store: Store, path: str, project_id: int, count: str) -> Sequence[Row]:
    """The rows of a query of a project, whose column `count` says how much it had to read."""
    key, now = (store, path, project_id), time.monotonic()
    until, rows = _kept.get(key, (0.0, ()))
    if now < until:
        return rows
    rows = store.query(path, project_id=project_id)
    read = sum(row[count] for row in rows)
    if read >= LARGE:
        _kept[key] = now + min(MOST_SECONDS, read / ROWS_A_SECOND), rows
    else:
        _kept.pop(key, None)
    return rows
