"""What every convention has in common: ids set on a parent, the resource's names, times and errors."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.generations import Outcome
from tracing.spans import AttributeValue, Span, Trace

CONVERSATION_KEYS = (keys.CONVERSATION_ID, "session.id")
USER_KEYS = (keys.USER_ID, "enduser.id")
MESSAGE_KEYS = (keys.MESSAGE_ID,)
ENVIRONMENT_KEYS = ("deployment.environment.name", "deployment.environment")
TAG_KEYS = ("tag.tags", "tags")
OUTCOMES: Mapping[str, Outcome] = {
    "completed": "completed",
    "stopped": "stopped",
    "truncated": "truncated",
    "error": "error",
}
LARGEST_NUMBER = 2**63 - 1
WHOLE_NUMBER = re.compile("[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose call it is; `derived` where the trace's id had to stand in for a conversation id."""

    conversation_id: str
    derived: bool
    user_id: str
    message_id: str
    environment: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]
    """What the app said of the call, with the release that it named on the span as `service.version`."""


def read_identity(span: Span, trace: Trace) -> Identity:
    """Ids from the span, else from the nearest parent that has them, else from any span of the trace."""
    conversation_id = find_text(span, trace, CONVERSATION_KEYS)
    return Identity(
        conversation_id=conversation_id or f"trace:{span.trace_id}",
        derived=not conversation_id,
        user_id=find_text(span, trace, USER_KEYS),
        message_id=find_text(span, trace, MESSAGE_KEYS),
        environment=find_text(span, trace, ENVIRONMENT_KEYS) or pick_text(span.resource_attributes, ENVIRONMENT_KEYS),
        tags=read_texts(find_value(span, trace, TAG_KEYS)),
        metadata=read_metadata(span, trace),
    )


def read_metadata(span: Span, trace: Trace) -> Mapping[str, Any]:
    """The JSON object that the app wrote on the span, and the release: of the span, else of the service."""
    metadata = parse_json(find_value(span, trace, (keys.METADATA,)) or "{}")
    release = find_text(span, trace, (keys.RELEASE,)) or pick_text(span.resource_attributes, (keys.RELEASE,))
    told = dict(metadata) if isinstance(metadata, Mapping) else {}
    return {keys.RELEASE: release} | told if release else told


def find_value(span: Span, trace: Trace, names: Sequence[str]) -> AttributeValue:
    for each in (span, *trace.ancestors(span), *trace.spans):
        for name in names:
            value = each.attributes.get(name)
            if value not in (None, "", []):
                return value
    return None


def find_text(span: Span, trace: Trace, names: Sequence[str]) -> str:
    value = find_value(span, trace, names)
    return "" if value is None else str(value)


def pick_text(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> str:
    """The first of these attributes that is there, as text."""
    return next((str(attributes[name]) for name in names if attributes.get(name) not in (None, "")), "")


def pick_int(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> int | None:
    """The first of these attributes that is a number of things, also where it was sent as text."""
    numbers = (read_whole_number(attributes.get(name)) for name in names)
    return next((number for number in numbers if number is not None and 0 <= number <= LARGEST_NUMBER), None)


def read_whole_number(value: AttributeValue) -> int | None:
    if isinstance(value, str):
        return int(value) if WHOLE_NUMBER.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read_texts(value: Any) -> tuple[str, ...]:
    """A list of texts from a list, a single text, or nothing."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def read_seconds(attributes: Mapping[str, AttributeValue], name: str) -> int | None:
    """An attribute in seconds as nanoseconds."""
    value = attributes.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return round(value * 1e9)


def read_error(span: Span) -> tuple[str, str]:
    """Type and message of the span's error; both empty where it has none."""
    error_type = pick_text(span.attributes, (keys.ERROR_TYPE,))
    message = span.status_message
    for event in span.events:
        if event.name == "exception":
            error_type = error_type or pick_text(event.attributes, ("exception.type",))
            message = message or pick_text(event.attributes, ("exception.message",))
    if span.status_code == "Error" and not error_type:
        error_type = "error"
    return error_type, message


def read_told_outcome(attributes: Mapping[str, AttributeValue]) -> Outcome | None:
    """How a call ended, as our own SDK tells it, on calls of clients too; None where it does not."""
    return OUTCOMES.get(pick_text(attributes, (keys.OUTCOME,)))


def judge_outcome(error_type: str, finish_reasons: Sequence[str]) -> Outcome:
    """How a call ended, from its error and its finish reasons."""
    if error_type or "error" in finish_reasons:
        return "error"
    if "length" in finish_reasons or "max_tokens" in finish_reasons:
        return "truncated"
    return "completed"


LEAVING_ERRORS = frozenset({"GeneratorExit", "CancelledError"})
"""Exceptions that only say that whoever read a stream left it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended; `ended_by` is empty where nobody stopped it."""

    outcome: Outcome
    ended_by: str
    error_type: str
    error_message: str


def judge_ending(error: tuple[str, str], finish_reasons: Sequence[str], *, unfinished: bool) -> Ending:
    """How a call ended, from its error (type, message) and finish reasons.

    `unfinished`: the source says nothing of an end where a call that is read to its end has one.
    """
    error_type, error_message = error
    if error_type.rpartition(".")[2] in LEAVING_ERRORS or (unfinished and not error_type):
        return Ending("stopped", "unknown", "", "")
    return Ending(judge_outcome(error_type, finish_reasons), "", error_type, error_message)


def read_tags(value: Any) -> tuple[str, ...]:
    """Tags from a list, a list as JSON, or a single text."""
    decoded = parse_json(value)
    return read_texts(decoded if isinstance(decoded, list) else value)
