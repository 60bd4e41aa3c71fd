"""What holds of reviewed messages, and signals in their turns, as rows of the store."""

from collections.abc import Sequence
from typing import Any

from tracing.store import Store

SEEN_US = 1_800_000_000_000_000


def settle(store: Store, conversation_id: str, choices: Sequence[str], **changes: Any) -> None:
    row = {
        "project_id": 1,
        "question": "reaction",
        "conversation_id": conversation_id,
        "turn_index": 1,
        "queue": 1,
        "choices": list(choices),
        "propensity": 0.5,
        "version": SEEN_US,
    }
    store.insert("settled_reviews", {name: [value] for name, value in (row | changes).items()})


def hear(store: Store, conversation_id: str, kind: str, score: float, **changes: Any) -> None:
    row = {
        "project_id": 1,
        "conversation_id": conversation_id,
        "turn_index": 1,
        "kind": kind,
        "score": score,
        "confidence": 0.75,
        "fired": score >= 0.75,
        "version": 1,
    }
    store.insert("signals", {name: [value] for name, value in (row | changes).items()})
