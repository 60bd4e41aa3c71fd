"""Whether all that was stored is among the days that are watched."""

from collections.abc import Iterable
from dataclasses import dataclass

from drift.observing.counting import find_topics_version
from drift.observing.learning import is_grown
from drift.observing.topics import load_topics
from tracing.stages import STAGES
from tracing.store import Store

BEFORE_DAYS = ("reading", "feedback", "signals", "satisfaction", "ledger", "observations", "drift_days")
"""The stages that days and their events come from."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The age in seconds of the oldest row that is not in the days yet, 0 where there is none; and whether days are
    about to be counted by other topics."""

    lag_seconds: float
    is_recounting: bool


def measure_completeness(store: Store, project_id: int) -> Completeness:
    return Completeness(measure_lag(store, BEFORE_DAYS), is_recounting(store, project_id))


def measure_lag(store: Store, names: Iterable[str]) -> float:
    return max((STAGES[name].measure_lag(store) for name in names if name in STAGES), default=0.0)


def is_recounting(store: Store, project_id: int) -> bool:
    topics = load_topics(project_id)
    if is_grown(store, project_id, topics.learnt_from if topics else 0):
        return True
    basis = find_topics_version(project_id)
    return bool(store.query("drift/sql/outdated_days.sql", project_id=project_id, basis=basis, limit=1))
