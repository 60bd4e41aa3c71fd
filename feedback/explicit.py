"""What people said about an answer on purpose, and what they did with it: read from `tacit.feedback` spans."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Feedback:
    """One piece of explicit feedback or one action, in OpenInference's annotation fields."""

    project_id: int
    identifier: str
    """Unique in the project; the same again replaces."""
    name: str
    """`thumbs`, `rating`, `comment`, `correction`, an action (`copy`, `regenerate`, …) or the app's own."""
    time_ns: int
    score: float | None = None
    label: str = ""
    explanation: str = ""
    correction: str = ""
    annotator_kind: str = "HUMAN"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    conversation_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    message_id: str = ""
