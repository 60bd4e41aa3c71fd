"""What REST gives of traces and generations: the shapes of the API, and the data classes in them."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ninja import Schema

from tracing.generations import Message
from tracing.spans import AttributeValue, Span, SpanEvent

LARGEST_EXACT_INTEGER = 2**53


class ToolCallResource(Schema):
    id: str
    name: str
    arguments: dict[str, Any]


class MessageResource(Schema):
    """`content` is the text joined from `parts`, which are given where they hold more than text."""

    role: str
    content: str
    parts: list[dict[str, Any]] | None = None
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
    tool_definitions: list[dict[str, Any]]
    parameters: dict[str, Any]
    prompt_name: str
    prompt_version: str
    prompt_variables: dict[str, Any]
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cache_write_1h_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None
    cost_usd: float | None
    cost_reported: bool
    start_time: str
    duration_ms: float
    time_to_first_chunk_ms: float | None
    logprob_mean: float | None
    logprob_min: float | None
    logprob_entropy: float | None
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
    metadata: dict[str, Any]


class GenerationPage(Schema):
    items: list[GenerationResource]
    next_cursor: str | None


class EventResource(Schema):
    """An event of a span; one that came as a log record may have a body."""

    name: str
    time: str
    attributes: dict[str, Any]
    body: Any = None


class LinkResource(Schema):
    trace_id: str
    span_id: str
    attributes: dict[str, Any]


class SpanResource(Schema):
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    start_time: str
    duration_ms: float
    status: dict[str, str]
    attributes: dict[str, Any]
    resource_attributes: dict[str, Any]
    events: list[EventResource]
    links: list[LinkResource]


class TraceResource(Schema):
    trace_id: str
    spans: list[SpanResource]


def format_time(time_ns: int) -> str:
    """Nanoseconds since the epoch as ISO 8601 in UTC, with microseconds."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}Z"


def to_ms(duration_ns: int) -> float:
    return duration_ns / 1e6


def to_json_value(value: AttributeValue) -> Any:
    """A value that every JSON reader takes: NaN, infinities and integers beyond 2^53 as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_EXACT_INTEGER:
        return str(value)
    if isinstance(value, list):
        return [to_json_value(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json_value(item) for key, item in value.items()}
    return value


def to_json_values(attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    return {key: to_json_value(value) for key, value in attributes.items()}


def describe_span(span: Span) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "name": span.name,
        "kind": span.kind,
        "start_time": format_time(span.start_time_ns),
        "duration_ms": to_ms(span.duration_ns),
        "status": {"code": span.status_code, "message": span.status_message},
        "attributes": to_json_values(span.attributes),
        "resource_attributes": to_json_values(span.resource_attributes),
        "events": [describe_event(event) for event in span.events],
        "links": [
            {
                "trace_id": link.trace_id,
                "span_id": link.span_id,
                "attributes": to_json_values(link.attributes),
            }
            for link in span.links
        ],
    }


def describe_event(event: SpanEvent) -> dict[str, Any]:
    """An event; one that came with its span has no body."""
    body = {} if event.body is None else {"body": to_json_value(event.body)}
    return {
        "name": event.name,
        "time": format_time(event.time_ns),
        "attributes": to_json_values(event.attributes),
    } | body


def describe_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [to_json_values(message.to_json()) for message in messages]


class DeadLetterResource(Schema):
    """A row that the store refused for its content; it is kept whole until it is inserted again."""

    letter_id: str
    table_name: str
    reason: str
    row_bytes: int
    time: str


class DeadLetterPage(Schema):
    items: list[DeadLetterResource]
    next_cursor: str | None


class RetriedResource(Schema):
    """How many dead letters went in, and how many were refused again."""

    stored: int
    refused: int
