"""What people said about an answer or did with it in, a zero-length span with OpenInference's fields out.

Each is a trace of its own, so that it never changes the trace that it is about.
"""

import logging
import math
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context

from tacit import attributes
from tacit.configuration import get_tracer
from tacit.context import get_conversation_ids
from tacit.serialisation import cut_text, encode_json, make_encodable

_logger = logging.getLogger(__name__)
_THUMBS: Final[Mapping[str, float]] = {"up": 1.0, "down": 0.0}


def feedback(
    name: str,
    score: float | None = None,
    label: str | None = None,
    *,
    explanation: str | None = None,
    correction: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    trace_id: str | None = None,
    span_id: str | None = None,
    identifier: str | None = None,
    annotator_kind: str = "HUMAN",
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """Records feedback: `thumbs`, `rating`, `comment`, `correction`, or a name of the app's own.

    It is about what `conversation_id`, `message_id`, `trace_id` or `span_id` name; with none of them, about
    the running conversation and span. Of thumbs, label (`up`, `down`) and score (1, 0) give one another.
    Returns the identifier; the same identifier given again replaces what was recorded before.
    """
    identifier = identifier or uuid.uuid4().hex
    if name == "thumbs":
        score, label = complete_thumbs(score, label)
    target = {
        attributes.CONVERSATION_ID: conversation_id,
        attributes.MESSAGE_ID: message_id,
        attributes.FEEDBACK_TRACE_ID: trace_id,
        attributes.FEEDBACK_SPAN_ID: span_id,
    }
    texts = {
        attributes.FEEDBACK_NAME: name,
        attributes.FEEDBACK_LABEL: label,
        attributes.FEEDBACK_EXPLANATION: explanation,
        attributes.FEEDBACK_CORRECTION: correction,
        attributes.FEEDBACK_IDENTIFIER: identifier,
        attributes.FEEDBACK_ANNOTATOR_KIND: annotator_kind,
        attributes.FEEDBACK_METADATA: None if metadata is None else encode_json(metadata),
    }
    given = target if any(target.values()) else find_running_target()
    _send({**_write_texts({**given, **texts}), **_write_score(score)})
    return identifier


def action(
    name: str,
    *,
    conversation_id: str | None = None,
    message_id: str | None = None,
    trace_id: str | None = None,
    span_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """Records what a person did: copy, regenerate, stop, edit, accept, share, rename or delete."""
    return feedback(
        name,
        conversation_id=conversation_id,
        message_id=message_id,
        trace_id=trace_id,
        span_id=span_id,
        metadata=metadata,
    )


def complete_thumbs(score: float | None, label: str | None) -> tuple[float | None, str | None]:
    """The score from the label, or the label from the score; what was given is kept.

    >>> complete_thumbs(None, "down"), complete_thumbs(1, None)
    ((0.0, 'down'), (1, 'up'))
    """
    if score is None and label is not None:
        return _THUMBS.get(label), label
    if label is None and score is not None:
        return score, "up" if score > 0 else "down"
    return score, label


def find_running_target() -> dict[str, str]:
    """The conversation of the context, and the span that is being recorded."""
    target = dict(get_conversation_ids())
    span = trace.get_current_span()
    if span.is_recording():
        span_context = span.get_span_context()
        target[attributes.FEEDBACK_TRACE_ID] = trace.format_trace_id(span_context.trace_id)
        target[attributes.FEEDBACK_SPAN_ID] = trace.format_span_id(span_context.span_id)
    return target


def _write_texts(texts: Mapping[str, object]) -> dict[str, str]:
    return {key: cut_text(make_encodable(str(text))) for key, text in texts.items() if text is not None}


def _write_score(score: object) -> dict[str, float]:
    if score is None:
        return {}
    if not isinstance(score, (int, float)) or not math.isfinite(score):
        _logger.warning("tacit.feedback(score=%r): expected a finite number; recorded without a score", score)
        return {}
    return {attributes.FEEDBACK_SCORE: float(score)}


def _send(values: Mapping[str, str | float]) -> None:
    try:
        now_ns = time.time_ns()
        span = get_tracer().start_span(attributes.FEEDBACK_SPAN_NAME, Context(), attributes=values, start_time=now_ns)
        span.end(end_time=now_ns)
    except Exception:
        _logger.warning("tacit could not record feedback; the app is not affected", exc_info=True)
