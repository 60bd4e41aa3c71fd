"""Conversations, turns, estimates, signals and failing turns as the stages write them, without the stages: quick."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Heard:
    """A signal; `target` is the turn whose answer it is about, of messages the one before."""

    kind: str
    score: float
    turn: int = 0
    target: int | None = None
    polarity: int = -1
    label: str = ""

    @property
    def fired(self) -> bool:
        return self.score >= 0.5


@dataclass(frozen=True)
class Talked:
    """A conversation that ended at `end`; `mode` is the failure mode that its turn `failed` is in."""

    id: str
    turns: int = 2
    end: datetime = NOW - HOUR
    probability: float = 0.1
    low: float = 0.05
    high: float = 0.2
    heard: Sequence[Heard] = ()
    failed: int | None = None
    mode: int = 0
    machine: str = ""
    service: str = "shop"


def fill(store: Store, project: Project, talked: Sequence[Talked]) -> None:
    """Write what happened."""
    everyone = {"project_id": [project.pk] * len(talked), "conversation_id": [each.id for each in talked]}
    store.insert(
        "conversations",
        everyone
        | {
            "service_name": [each.service for each in talked],
            "first_time": [each.end for each in talked],
            "last_time": [each.end for each in talked],
            "turn_count": [each.turns for each in talked],
            "words": [" ".join(f"message {turn} answer" for turn in range(each.turns)).split() for each in talked],
            "version": [1] * len(talked),
        },
    )
    store.insert("hearings", everyone | {"machine": [each.machine for each in talked], "version": [1] * len(talked)})
    store.insert(
        "estimates",
        everyone
        | {name: [getattr(each, name) for each in talked] for name in ("probability", "low", "high")}
        | {"told_version": [1] * len(talked), "version": [1] * len(talked)},
    )
    fill_turns(store, project, talked)
    fill_signals(store, project, talked)
    fill_failing(store, project, [each for each in talked if each.failed is not None])


def fill_turns(store: Store, project: Project, talked: Sequence[Talked]) -> None:
    rows = [(each, index) for each in talked for index in range(each.turns)]
    columns = {
        "project_id": [project.pk] * len(rows),
        "conversation_id": [each.id for each, _ in rows],
        "turn_index": [index for _, index in rows],
        "user_text": [f"Message {index}" for _, index in rows],
        "answers.text": [[f"Answer {index}"] for _, index in rows],
        "answers.outcome": [["completed"] for _ in rows],
        "answers.trace_id": [[f"trace-{each.id}-{index}"] for each, index in rows],
        "answers.span_id": [[f"span-{index}"] for _, index in rows],
        "start_time": [each.end for each, _ in rows],
        "version": [1] * len(rows),
    }
    store.insert("turns", columns)


def fill_signals(store: Store, project: Project, talked: Sequence[Talked]) -> None:
    rows = [(each, heard) for each in talked for heard in each.heard]
    columns = {
        "project_id": [project.pk] * len(rows),
        "conversation_id": [each.id for each, _ in rows],
        "turn_index": [heard.turn for _, heard in rows],
        "target": [heard.target for _, heard in rows],
        "kind": [heard.kind for _, heard in rows],
        "label": [heard.label for _, heard in rows],
        "score": [heard.score for _, heard in rows],
        "confidence": [0.9 for _ in rows],
        "fired": [heard.fired for _, heard in rows],
        "polarity": [heard.polarity for _, heard in rows],
        "evidence": ["{}" for _ in rows],
        "time": [each.end for each, _ in rows],
        "version": [1] * len(rows),
    }
    store.insert("signals", columns)


def fill_failing(store: Store, project: Project, talked: Sequence[Talked]) -> None:
    columns = {
        "project_id": [project.pk] * len(talked),
        "conversation_id": [each.id for each in talked],
        "turn_index": [each.failed for each in talked],
        "family": ["answer"] * len(talked),
        "signals": [["complaint"]] * len(talked),
        "time": [each.end for each in talked],
        "mode": [each.mode for each in talked],
        "vector": [b"\x01" * 1152] * len(talked),
        "texts_hash": [1] * len(talked),
        "version": [1] * len(talked),
    }
    store.insert("failing_turns", columns)
