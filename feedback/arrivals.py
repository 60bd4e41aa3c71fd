"""How well what comes in is taken, read and listened to, from the store and this process; remembered for ten seconds,
for every page that is open asks for it."""

import threading
import time
from dataclasses import dataclass, replace
from functools import partial

from tracing import figures
from tracing.dead_letters import count_letters
from tracing.stages import STAGES
from tracing.store import Store
from tracing.together import ask_together

REMEMBERED_SECONDS = 10.0
LATELY_MINUTES, HOUR_MINUTES = 5, 60
MINUTE_US = 60 * 10**6

_known: dict[tuple[str, int], tuple[float, "Arrivals"]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Of a project; lags, what was dropped and how often senders were told to come again are of all projects."""

    per_minute: float
    """Spans over the last five minutes."""
    in_hour: int
    latest_us: int
    """When the latest span of the last hour came in; 0 for none."""
    lags: tuple[tuple[str, float], ...]
    """Seconds by stage: the age of the oldest row that is not done."""
    dead_letters: int
    """Rows that the store refused and that are kept."""
    dropped: int
    """Rows that this process acknowledged and lost."""
    refused: int
    """Requests that this process answered with 503, to be sent again."""


def load_arrivals(store: Store, project_id: int) -> Arrivals:
    key = (store.dsn, project_id)
    with _lock:
        until, known = _known.get(key, (0.0, None))
    if known is None or time.monotonic() >= until:
        known = read_arrivals(store, project_id, time.time_ns() // 1000)
        with _lock:
            _known[key] = (time.monotonic() + REMEMBERED_SECONDS, known)
    return replace(known, dead_letters=count_letters(store, project_id))


def read_arrivals(store: Store, project_id: int, now_us: int) -> Arrivals:
    lately_us, since_us = (now_us - minutes * MINUTE_US for minutes in (LATELY_MINUTES, HOUR_MINUTES))
    bound = {"project_id": project_id, "lately_us": lately_us, "since_us": since_us}
    stages = list(STAGES.values())
    ask = partial(store.query, "tracing/sql/arrivals.sql", **bound)
    [row], *lags = ask_together(ask, *(partial(stage.measure_lag, store) for stage in stages))
    return Arrivals(
        per_minute=row["lately"] / LATELY_MINUTES,
        in_hour=row["spans"],
        latest_us=row["latest_us"],
        lags=tuple((stage.name, lag) for stage, lag in zip(stages, lags, strict=True)),
        dead_letters=0,
        dropped=figures.count_all(figures.DROPPED),
        refused=figures.count_all(figures.REFUSED),
    )


def forget_arrivals() -> None:
    """Ask anew, as a new process does."""
    with _lock:
        _known.clear()
