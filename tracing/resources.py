"""What REST gives of traces and generations: the shapes of the API, and the data classes in them.

Fields of the types `Count`, `Number`, `Json` and `Attributes` hold what every JSON reader takes: NaN, infinities and
integers beyond 2^53 as strings.
"""

import json
import math
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from tracing.spans import AttributeValue, Span, SpanEvent

LARGEST_EXACT_INTEGER = 2**53
DEEPEST_NESTING = 100
"""Deeper, a value is given as the text of its JSON."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
EXACTLY = ConfigDict(extra="forbid", strict=True)
"""For what a request may hold: no field that there is not, no text for a number."""


def format_time(time_ns: int) -> str:
    """Nanoseconds since the epoch as ISO 8601 in UTC, with microseconds."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}Z"


def format_moment(moment: datetime | None) -> str | None:
    """The same of a moment of Django's database; None where there is none."""
    return None if moment is None else format_time(round(moment.timestamp() * 1e6) * 1000)


def to_ms(duration_ns: int) -> float:
    return duration_ns / 1e6


def to_json_value(value: AttributeValue, levels: int = DEEPEST_NESTING) -> Any:
    """A value that every JSON reader takes: NaN, infinities and integers beyond 2^53 as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_EXACT_INTEGER:
        return str(value)
    if not isinstance(value, list | tuple | dict):
        return value
    if not levels:
        return write_json(value)
    if isinstance(value, dict):
        return {key: to_json_value(item, levels - 1) for key, item in value.items()}
    return [to_json_value(item, levels - 1) for item in value]


def write_json(value: AttributeValue) -> str:
    """The JSON of a value that nests deep."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def read_day(value: Any) -> Any:
    """A day as `2026-11-21`: pydantic takes numbers and times, too."""
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, str | int | float):
        raise ValueError("A day is written as 2026-11-21")
    return value


def read_whole_number(value: Any) -> Any:
    """A number without a fraction, such as 3.0, is a whole one: to JSON both are the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Day = Annotated[date, BeforeValidator(read_day)]
WHOLE = BeforeValidator(read_whole_number)
"""Stands behind the bounds of an `int`, so that its JSON schema tells them."""
Time = Annotated[
    str,
    Field(
        description="ISO 8601, UTC.",
        examples=["2026-11-21T08:15:30.123456Z"],
        json_schema_extra={"format": "date-time"},
    ),
]
Count = Annotated[
    int | str,
    BeforeValidator(to_json_value),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}],
            "description": "A text of digits beyond 2^53.",
        }
    ),
]
Number = Annotated[
    float | str,
    BeforeValidator(to_json_value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
]
Json = Annotated[Any, BeforeValidator(to_json_value), Field(description="Any JSON.")]
Attributes = Annotated[dict[str, Any], BeforeValidator(to_json_value)]


class ToolCallResource(Schema):
    """A call of a tool that the model asked for."""

    id: str
    name: str
    arguments: Attributes


class MessageResource(Schema):
    """`content` is the text joined from `parts`, which are given where they hold more than text."""

    role: str
    content: str
    parts: list[Json] | None = None
    tool_calls: list[ToolCallResource] | None = None
    tool_call_id: str | None = None
    name: str | None = None


class GenerationResource(Schema):
    """One call of a model. What was not reported is null."""

    trace_id: str
    span_id: str
    other_span_ids: list[str]
    parent_span_id: str
    conversation_id: str
    conversation_id_derived: bool
    turn_index: int | None
    user_id: str
    message_id: str
    response_id: str
    previous_response_id: str
    provider: str
    operation: str
    request_model: str
    response_model: str
    system_instructions: str
    input_messages: list[MessageResource]
    output_messages: list[MessageResource]
    user_text: str
    tool_definitions: list[Json]
    parameters: Attributes
    prompt_name: str
    prompt_version: str
    prompt_variables: Attributes
    input_tokens: Count | None
    output_tokens: Count | None
    cache_read_tokens: Count | None
    cache_write_tokens: Count | None
    reasoning_tokens: Count | None
    cache_write_1h_tokens: Count | None
    audio_input_tokens: Count | None
    audio_output_tokens: Count | None
    cost_usd: Number | None
    cost_reported: bool
    start_time: Time
    duration_ms: float
    time_to_first_chunk_ms: float | None
    logprob_mean: Number | None
    logprob_min: Number | None
    logprob_entropy: Number | None
    streamed: bool
    outcome: str
    ended_by: str
    finish_reasons: list[str]
    error_type: str
    error_message: str
    convention: str
    service_name: str
    environment: str
    tags: list[str]
    metadata: Attributes


class GenerationPage(Schema):
    items: list[GenerationResource]
    next_cursor: str | None


class EventResource(Schema):
    """An event of a span; one that came as a log record may have a body."""

    name: str
    time: Time
    attributes: Attributes
    body: Json = None


class LinkResource(Schema):
    """A span of this or another trace that a span names."""

    trace_id: str
    span_id: str
    attributes: Attributes


class SpanResource(Schema):
    """An OpenTelemetry span, its attributes in the types that they were sent in."""

    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_time: Time
    duration_ms: float
    status: dict[str, str]
    attributes: Attributes
    resource_attributes: Attributes
    events: list[EventResource]
    links: list[LinkResource]


class TraceResource(Schema):
    """All spans of a trace, by start."""

    trace_id: str
    spans: list[SpanResource]


def describe_span(span: Span) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "name": span.name,
        "kind": span.kind,
        "start_time": format_time(span.start_time_ns),
        "duration_ms": to_ms(span.duration_ns),
        "status": {"code": span.status_code, "message": span.status_message},
        "attributes": dict(span.attributes),
        "resource_attributes": dict(span.resource_attributes),
        "events": [describe_event(event) for event in span.events],
        "links": [
            {
                "trace_id": link.trace_id,
                "span_id": link.span_id,
                "attributes": dict(link.attributes),
            }
            for link in span.links
        ],
    }


def describe_event(event: SpanEvent) -> dict[str, Any]:
    """An event; one that came with its span has no body."""
    body = {} if event.body is None else {"body": event.body}
    return {
        "name": event.name,
        "time": format_time(event.time_ns),
        "attributes": dict(event.attributes),
    } | body


class DeadLetterResource(Schema):
    """A row that the store refused for its content; it is kept whole until it is inserted again."""

    letter_id: str
    table_name: str
    reason: str
    row_bytes: int
    time: Time


class DeadLetterPage(Schema):
    items: list[DeadLetterResource]
    next_cursor: str | None


class RetriedResource(Schema):
    """How many dead letters went in, and how many were refused again."""

    stored: int
    refused: int
