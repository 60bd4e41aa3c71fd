"""What is usual in a project, from the store; remembered for ten minutes, for it changes slowly."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from feedback.detectors.usual import ENOUGH, Spread, Usual
from tracing.store import Store

WINDOW_NS = 30 * 86_400 * 10**9
REMEMBERED_SECONDS = 600.0

_known: dict[tuple[str, int], tuple[float, Usual]] = {}
_lock = threading.Lock()


def forget_norms() -> None:
    """Ask the store again, as a new process does."""
    _known.clear()


def load_usual(store: Store, project_id: int, now_ns: int) -> Usual:
    """What was usual over the thirty days before now (nanoseconds)."""
    key = (store.dsn, project_id)
    with _lock:
        until, usual = _known.get(key, (0.0, Usual()))
        if time.monotonic() >= until:
            usual = read_usual(store, project_id, now_ns - WINDOW_NS)
            _known[key] = (time.monotonic() + REMEMBERED_SECONDS, usual)
    return usual


def read_usual(store: Store, project_id: int, since_ns: int) -> Usual:
    bound: dict[str, Any] = {"project_id": project_id, "since_ns": since_ns, "enough": ENOUGH}
    turns = store.query("feedback/sql/usual_turns.sql", **bound)
    answers = store.query("feedback/sql/usual_answers.sql", **bound)
    logprobs = store.query("feedback/sql/usual_logprobs.sql", **bound)
    named = store.query("feedback/sql/usual_named.sql", **bound)
    return Usual(
        turns={row["service_name"]: read_spread(row) for row in turns},
        seconds={(row["service_name"], row["model"]): read_spread(row) for row in answers},
        logprobs={(row["service_name"], row["model"]): read_spread(row) for row in logprobs},
        named={row["service_name"]: row["share"] for row in named},
    )


def read_spread(row: Mapping[str, Any]) -> Spread:
    return Spread(row["count"], *map(float, row["quantiles"]))
