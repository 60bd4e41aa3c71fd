"""What every convention has in common: how values are found and read, how a call ended, how it was streamed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tacit import attributes as keys

from tracing.conventions.messages import parse_json
from tracing.generations import Outcome
from tracing.spans import AttributeValue, Span, Trace

OUTCOMES: Mapping[str, Outcome] = {
    "completed": "completed",
    "stopped": "stopped",
    "truncated": "truncated",
    "error": "error",
}
STREAM_FLAGS = (keys.REQUEST_STREAM, "gen_ai.is_streaming", "llm.is_streaming")
FIRST_CHUNK_KEYS = (
    keys.TIME_TO_FIRST_CHUNK,
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
)
"""Seconds until the first part of an answer came. OpenLIT writes the last one for answers in one part, too."""
CHUNK_EVENTS = ("gen_ai.content.completion.chunk", "llm.content.completion.chunk", "First Token Stream Event")
ABANDONMENTS = frozenset({"GeneratorExit", "CancelledError", "AbortError", "APIUserAbortError"})
"""Names of errors that are none: the app left the stream, or cancelled the call."""
TRUNCATIONS = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"})
"""Finish reasons of answers for which there was no room."""
LARGEST_NUMBER = 2**63 - 1
LARGEST_COST_USD = 1e6
WHOLE_NUMBER = re.compile("[0-9]{1,19}")


def find_value(span: Span, trace: Trace, names: Sequence[str]) -> AttributeValue:
    """The first of these attributes on the span, else on the nearest around it, else on any of the trace."""
    value = pick_value(span.attributes, names)
    if value is not None or trace.attribute_names.isdisjoint(names):
        return value
    for each in (*trace.ancestors(span), *trace.spans):
        value = pick_value(each.attributes, names)
        if value is not None:
            return value
    return None


def pick_value(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> AttributeValue:
    for name in names:
        if name in attributes and (value := attributes[name]) not in (None, "", []):
            return value
    return None


def find_text(span: Span, trace: Trace, names: Sequence[str]) -> str:
    value = find_value(span, trace, names)
    return "" if value is None else str(value)


def pick_text(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> str:
    """The first of these attributes that is there, as text."""
    for name in names:
        if name in attributes and (value := attributes[name]) not in (None, ""):
            return str(value)
    return ""


def pick_int(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> int | None:
    """The first of these attributes that is a number of things, also where it was sent as text."""
    for name in names:
        number = read_whole_number(attributes[name]) if name in attributes else None
        if number is not None and 0 <= number <= LARGEST_NUMBER:
            return number
    return None


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
    return "completed" if TRUNCATIONS.isdisjoint(reason.lower() for reason in finish_reasons) else "truncated"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended; `ended_by` is empty where nobody stopped it, `error_type` where nothing failed."""

    outcome: Outcome
    ended_by: str
    error_type: str
    error_message: str

    def as_fields(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "ended_by": self.ended_by,
            "error_type": self.error_type,
            "error_message": self.error_message,
        }


def judge_ending(
    span: Span, finish_reasons: Sequence[str], *, unfinished: bool, error: tuple[str, str] | None = None
) -> Ending:
    """How the call of `span` ended: as our SDK tells it, else by its error (type, message) and its finish reasons.

    `unfinished`: the source says nothing of an end where a call that is read to its end has one. It counts where there
    is no error; leaving a generator or cancelling a task may look like one.
    """
    error_type, error_message = error or read_error(span)
    left = is_abandonment(error_type, error_message)
    stopped = left or (unfinished and not error_type)
    if left:
        error_type = error_message = ""
    outcome = read_told_outcome(span.attributes) or (
        "stopped" if stopped else judge_outcome(error_type, finish_reasons)
    )
    ended_by = pick_text(span.attributes, (keys.ENDED_BY,)) or ("unknown" if outcome == "stopped" else "")
    return Ending(outcome, ended_by, error_type, error_message)


def is_abandonment(error_type: str, error_message: str) -> bool:
    """Whether an error says that the stream was left; some write it into the message of another type."""
    name = error_type.rpartition(".")[2]
    return name in ABANDONMENTS or error_message.partition("(")[0] in ABANDONMENTS


def read_streamed(span: Span) -> bool:
    """Whether the answer came in parts: as it was said, else because a first part was timed or parts were noted."""
    for name in STREAM_FLAGS:
        flag = span.attributes.get(name)
        if flag not in (None, ""):
            return flag is True or str(flag).lower() == "true"
    if any(span.attributes.get(name) is not None for name in FIRST_CHUNK_KEYS):
        return True
    return any(event.name in CHUNK_EVENTS for event in span.events) or "GeneratorExit" in read_error(span)[0]


def read_first_chunk(span: Span) -> int | None:
    """Nanoseconds until the first part of a stream came: by any name, else when it was noted."""
    times = (read_seconds(span.attributes, name) for name in FIRST_CHUNK_KEYS)
    noted = (event.time_ns - span.start_time_ns for event in span.events if event.name in CHUNK_EVENTS)
    return next((time_ns for time_ns in (*times, *noted) if time_ns is not None and time_ns >= 0), None)


def read_cost(attributes: Mapping[str, AttributeValue], names: Sequence[str]) -> float | None:
    """The first reported cost in US dollars. 0 is none: it is written for want of a price."""
    for name in names:
        value = attributes.get(name)
        try:
            cost = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
        except ValueError:
            continue
        if 0 < cost < LARGEST_COST_USD:
            return cost
    return None


def collect_prefixed(span: Span, trace: Trace, prefix: str) -> dict[str, AttributeValue]:
    """What an app said under `prefix`, by the rest of the names; of the span and those around it the nearest wins."""
    told: dict[str, AttributeValue] = {}
    for each in (*reversed(trace.ancestors(span)), span):
        found = {name: value for name, value in each.attributes.items() if name.startswith(prefix)}
        told |= {name.removeprefix(prefix): value for name, value in found.items()}
    return told


def read_tags(value: Any) -> tuple[str, ...]:
    """Tags from a list, a list as JSON, or a single text."""
    decoded = parse_json(value)
    return read_texts(decoded if isinstance(decoded, list) else value)
