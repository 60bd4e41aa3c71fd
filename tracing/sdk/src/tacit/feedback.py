"""What people said about an answer or did with it in, a zero-length span with OpenInference's fields out.

Each is a trace of its own, so that it never changes the trace that it is about.
"""

import logging
import math
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from opentelemetry import trace
from opentelemetry.context import Context

from tacit import attributes
from tacit.configuration import get_tracer
from tacit.context import IDS, get_conversation_ids, write_text
from tacit.serialisation import cut_text, encode_json

_logger = logging.getLogger(__name__)
ACTIONS: Final = ("regenerate", "stop", "copy", "edit", "accept", "share", "rename", "delete")
ANNOTATOR_KINDS: Final = ("HUMAN", "LLM", "CODE")
COMPARISON: Final = "comparison"
OUTCOMES: Final = ("a", "b", "tie", "neither")
_THUMBS: Final[Mapping[str, float]] = {"up": 1.0, "down": 0.0}
_HEX_DIGITS: Final = frozenset("0123456789abcdef")


def feedback(
    name: str,
    score: float | None = None,
    label: str | None = None,
    *,
    explanation: str | None = None,
    correction: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    trace_id: str | int | None = None,
    span_id: str | int | None = None,
    identifier: str | None = None,
    annotator_kind: str = "HUMAN",
    metadata: Mapping[str, Any] | None = None,
    ask_id: str | None = None,
) -> str:
    """Records feedback: `thumbs`, `rating`, `comment`, `correction`, `comparison`, or a name of the app's own.

    It is about what `conversation_id`, `message_id`, `trace_id` or `span_id` name; with none of them, about
    the running conversation and span. Of thumbs, label (`up`, `down`) and score (1, 0) give one another. The label of
    a comparison of two answers is `a`, `b`, `tie` or `neither`; `metadata` says under `a` and `b` what they are, and
    under `shown` in which order they were shown.
    `ask_id` is the id of the decision by which the user was asked (`tacit.should_ask`).
    Returns the identifier; the same identifier given again replaces what was recorded before, so that a request
    that the app itself repeats counts once. What is not as expected is logged and left out; nothing is raised.
    """
    identifier = write_text(identifier or uuid.uuid4().hex)
    try:
        if name == "thumbs":
            score, label = complete_thumbs(score, label)
        if name == COMPARISON:
            check_comparison(label, metadata)
        target = {
            attributes.CONVERSATION_ID: conversation_id,
            attributes.MESSAGE_ID: message_id,
            attributes.FEEDBACK_TRACE_ID: read_hex_id("trace_id", trace_id, 32),
            attributes.FEEDBACK_SPAN_ID: read_hex_id("span_id", span_id, 16),
        }
        is_told = not (conversation_id is message_id is trace_id is span_id is None)
        texts = {
            attributes.FEEDBACK_NAME: read_name(name),
            attributes.FEEDBACK_LABEL: label,
            attributes.FEEDBACK_EXPLANATION: explanation,
            attributes.FEEDBACK_CORRECTION: correction,
            attributes.FEEDBACK_IDENTIFIER: identifier,
            attributes.FEEDBACK_ANNOTATOR_KIND: read_annotator_kind(annotator_kind),
            attributes.FEEDBACK_METADATA: write_metadata(add_ask_id(metadata, ask_id)),
        }
        given = target if is_told else find_running_target()
        _send({**_write_texts({**given, **texts}), **_write_score(score)})
    except Exception:
        _logger.warning("tacit could not record feedback; the app is not affected", exc_info=True)
    return identifier


def action(
    name: str,
    text: str | None = None,
    *,
    conversation_id: str | None = None,
    message_id: str | None = None,
    trace_id: str | int | None = None,
    span_id: str | int | None = None,
    identifier: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """Records what a person did: copy, regenerate, stop, edit, accept, share, rename or delete.

    `text` is what came of it: the answer as edited (kept as a correction), the part that was copied, the new name
    (kept as `text` of the metadata). Targets and identifier are those of `feedback`.
    """
    if name not in ACTIONS:
        _logger.warning("tacit.action(%r): expected one of %s; recorded under its name", name, ", ".join(ACTIONS))
    if text is not None and name != "edit":
        metadata = {**(metadata if isinstance(metadata, Mapping) else {}), "text": text}
    return feedback(
        name,
        correction=text if name == "edit" else None,
        conversation_id=conversation_id,
        message_id=message_id,
        trace_id=trace_id,
        span_id=span_id,
        identifier=identifier,
        metadata=metadata,
    )


def complete_thumbs(score: float | None, label: str | None) -> tuple[float | None, str | None]:
    """The score from the label, or the label from the score; what was given is kept.

    >>> complete_thumbs(None, "down"), complete_thumbs(1, None)
    ((0.0, 'down'), (1, 'up'))
    """
    if label is not None and label not in _THUMBS:
        _logger.warning("tacit.feedback('thumbs', label=%r): expected up or down", label)
    if score is None and label is not None:
        return _THUMBS.get(label), label
    if label is None and _is_finite(score):
        return score, "up" if score > 0 else "down"
    return score, label


def check_comparison(label: str | None, metadata: Mapping[str, Any] | None) -> None:
    """A line in the log where a comparison cannot be counted; it is recorded as it is."""
    if label not in OUTCOMES:
        _logger.warning("tacit.feedback('comparison', label=%r): expected one of %s", label, ", ".join(OUTCOMES))
    sides = metadata if isinstance(metadata, Mapping) else {}
    if not all(isinstance(sides.get(side), Mapping) and sides[side] for side in ("a", "b")):
        _logger.warning("tacit.feedback('comparison'): expected metadata to say what a and b are, as mappings")


def read_name(name: object) -> str:
    if isinstance(name, str) and name.strip():
        return name.strip()
    _logger.warning("tacit.feedback(%r): expected a name, such as thumbs, rating, comment or correction", name)
    return write_text(name).strip() or "unnamed"


def read_annotator_kind(kind: object) -> str:
    """`HUMAN`, `LLM` or `CODE`, in whatever case it was given."""
    if str(kind).upper() in ANNOTATOR_KINDS:
        return str(kind).upper()
    _logger.warning("tacit.feedback(annotator_kind=%r): expected one of %s", kind, ", ".join(ANNOTATOR_KINDS))
    return ANNOTATOR_KINDS[0]


def read_hex_id(name: str, value: str | int | None, length: int) -> str | None:
    """An id of OpenTelemetry in hex digits; from its number, too. None, and a line in the log, where it is none.

    >>> read_hex_id("span_id", 10, 16)
    '000000000000000a'
    """
    if value is None:
        return None
    text = f"{value:0{length}x}" if type(value) is int else str(value).strip().lower()
    if len(text) == length and _HEX_DIGITS.issuperset(text) and text.strip("0"):
        return text
    _logger.warning("tacit.feedback(%s=%r): expected %d hex digits; left out", name, value, length)
    return None


def write_metadata(metadata: Mapping[str, Any] | None) -> str | None:
    if metadata is None or isinstance(metadata, Mapping):
        return None if metadata is None else encode_json(metadata)
    _logger.warning("tacit.feedback(metadata=%s): expected a mapping; left out", type(metadata).__name__)
    return None


def add_ask_id(metadata: Mapping[str, Any] | None, ask_id: str | None) -> Mapping[str, Any] | None:
    """Metadata that says besides which question was answered."""
    if not ask_id:
        return metadata
    return {**(metadata if isinstance(metadata, Mapping) else {}), "ask_id": ask_id}


def find_running_target() -> dict[str, object]:
    """The conversation of the context, and the span that is being recorded."""
    around = get_conversation_ids()
    target: dict[str, object] = {key: around[key] for key in IDS if key in around}
    span = trace.get_current_span()
    if span.is_recording():
        span_context = span.get_span_context()
        target[attributes.FEEDBACK_TRACE_ID] = trace.format_trace_id(span_context.trace_id)
        target[attributes.FEEDBACK_SPAN_ID] = trace.format_span_id(span_context.span_id)
    return target


def _write_texts(texts: Mapping[str, object]) -> dict[str, str]:
    return {key: cut_text(write_text(text)) for key, text in texts.items() if text is not None}


def _write_score(score: object) -> dict[str, float]:
    if score is None:
        return {}
    if not _is_finite(score):
        _logger.warning("tacit.feedback(score=%r): expected a finite number; recorded without a score", score)
        return {}
    return {attributes.FEEDBACK_SCORE: float(score)}


def _is_finite(score: object) -> TypeGuard[float]:
    try:
        return isinstance(score, (int, float)) and math.isfinite(score)
    except OverflowError:  # an integer beyond all floats
        return False


def _send(values: Mapping[str, str | float]) -> None:
    now_ns = time.time_ns()
    span = get_tracer().start_span(attributes.FEEDBACK_SPAN_NAME, Context(), attributes=values, start_time=now_ns)
    span.end(end_time=now_ns)
