"""Rows of conversations, estimates and failing turns as the stages write them, without the stages: quick."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedback.models import FailureMode
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOT_FAILING = -1


@dataclass(frozen=True)
class Told:
    """A conversation; `mode` is `NOT_FAILING`, 0 for none yet, or a number."""

    id: str
    time: datetime
    mode: int = NOT_FAILING
    user: str = ""
    cost: float | None = None
    is_of_people: bool = True


def tell_many(name: str, count: int, since: datetime, until: datetime, mode: int = NOT_FAILING) -> list[Told]:
    """So many conversations, evenly spread, each of a user of its own."""
    step = (until - since) / max(1, count)
    return [Told(f"{name}-{place}", since + place * step, mode, f"user-{name}-{place}") for place in range(count)]


def fill(
    store: Store, project: Project, told: Sequence[Told], version: int = 1, vectors: Sequence[bytes] | None = None
) -> None:
    """Write them; told again in a later version they are replaced. Packed vectors are of those that failed."""
    everyone = {"project_id": [project.pk] * len(told), "conversation_id": [each.id for each in told]}
    rows = {
        "user_id": [each.user for each in told],
        "service_name": ["shop"] * len(told),
        "first_message": ["Where is my order?"] * len(told),
        "first_time": [each.time for each in told],
        "last_time": [each.time for each in told],
        "turn_count": [1] * len(told),
        "cost_usd": [each.cost for each in told],
        "version": [version] * len(told),
    }
    store.insert("conversations", everyone | rows)
    fill_estimates(store, project, [each for each in told if each.is_of_people], version)
    fill_failing(store, project, [each for each in told if each.mode != NOT_FAILING], version, vectors)


def fill_estimates(store: Store, project: Project, told: Sequence[Told], version: int) -> None:
    columns = {
        "project_id": [project.pk] * len(told),
        "conversation_id": [each.id for each in told],
        "probability": [0.9 if each.mode != NOT_FAILING else 0.1 for each in told],
        "low": [0.0] * len(told),
        "high": [1.0] * len(told),
        "told_version": [version] * len(told),
        "version": [version] * len(told),
    }
    store.insert("estimates", columns)


def fill_failing(
    store: Store, project: Project, told: Sequence[Told], version: int, vectors: Sequence[bytes] | None = None
) -> None:
    columns = {
        "project_id": [project.pk] * len(told),
        "conversation_id": [each.id for each in told],
        "turn_index": [0] * len(told),
        "family": ["answer"] * len(told),
        "signals": [["complaint"]] * len(told),
        "user_id": [each.user for each in told],
        "trace_id": [f"trace-{each.id}" for each in told],
        "time": [each.time for each in told],
        "cost_usd": [each.cost for each in told],
        "vector": vectors or [b""] * len(told),
        "mode": [each.mode for each in told],
        "version": [version] * len(told),
    }
    store.insert("failing_turns", columns)


def make_mode(project: Project, number: int, found_at: datetime = NOW - 40 * DAY, **given: object) -> FailureMode:
    """A mode as it is when it was found."""
    values = {
        "family": "answer",
        "found_title": f"Complaint · order {number}",
        "found_at": found_at,
        "first_time": found_at,
        "last_time": NOW,
        "state_since": found_at,
    }
    return FailureMode.objects.create(project=project, number=number, **(values | given))


def fill_calls(store: Store, project: Project, told: Sequence[Told], version: str) -> None:
    """A model call of each conversation, of this release and version of the prompt `support`."""
    shared = {
        "project_id": [project.pk] * len(told),
        "trace_id": [f"trace-{each.id}" for each in told],
        "span_id": [f"span-{each.id}" for each in told],
        "conversation_id": [each.id for each in told],
        "start_time": [each.time for each in told],
        "prompt_name": ["support"] * len(told),
        "prompt_version": [version] * len(told),
        "version": [1] * len(told),
    }
    store.insert("generations", shared | {"metadata": [json.dumps({"service.version": version})] * len(told)})
    hours = [each.time.replace(minute=0, second=0, microsecond=0) for each in told]
    store.insert("generations_by_time", shared | {"hour": hours})
