"""What people said about an answer on purpose, and what they did with it: read from `tacit.feedback` spans."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.conventions.shared_attributes import pick_text
from tracing.spans import AttributeValue, Span

ASK_ID = "ask_id"
"""Under this name the metadata of feedback says which question it answers."""


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
    """`HUMAN`, `LLM` or `CODE`."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    conversation_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    message_id: str = ""


def read_feedback(span: Span) -> Feedback | None:
    """The feedback that a span of the SDK carries; None where the span is no feedback or has no name."""
    attributes = span.attributes
    name = pick_text(attributes, (keys.FEEDBACK_NAME,))
    if span.name != keys.FEEDBACK_SPAN_NAME or not name:
        return None
    metadata = parse_json(attributes.get(keys.FEEDBACK_METADATA, "{}"))
    return Feedback(
        project_id=span.project_id,
        identifier=pick_text(attributes, (keys.FEEDBACK_IDENTIFIER,)) or f"{span.trace_id}:{span.span_id}",
        name=name,
        time_ns=span.start_time_ns,
        score=read_score(attributes.get(keys.FEEDBACK_SCORE)),
        label=pick_text(attributes, (keys.FEEDBACK_LABEL,)),
        explanation=pick_text(attributes, (keys.FEEDBACK_EXPLANATION,)),
        correction=pick_text(attributes, (keys.FEEDBACK_CORRECTION,)),
        annotator_kind=pick_text(attributes, (keys.FEEDBACK_ANNOTATOR_KIND,)) or "HUMAN",
        metadata=metadata if isinstance(metadata, Mapping) else {},
        conversation_id=pick_text(attributes, (keys.CONVERSATION_ID,)),
        trace_id=pick_text(attributes, (keys.FEEDBACK_TRACE_ID,)).lower(),
        span_id=pick_text(attributes, (keys.FEEDBACK_SPAN_ID,)).lower(),
        message_id=pick_text(attributes, (keys.MESSAGE_ID,)),
    )


def read_score(value: AttributeValue) -> float | None:
    """A number, also one that was sent as text; None where it is none, or not finite."""
    try:
        score = float(value) if isinstance(value, bool | int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return score if math.isfinite(score) else None


def read_ask_id(feedback: Feedback) -> str:
    """Which question feedback answers; empty where it was volunteered.

    >>> read_ask_id(Feedback(1, "f", "thumbs", 0, metadata={"ask_id": "a1"}))
    'a1'
    """
    ask_id = feedback.metadata.get(ASK_ID)
    return ask_id if isinstance(ask_id, str) else ""
