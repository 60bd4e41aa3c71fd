"""What GenAI events tell of a model call: a span comes in, the same span with the attributes it lacked goes out.

Instrumentations put messages on the span, into one event with the span's own attributes
(`gen_ai.client.inference.operation.details`), or, the older ones, into one event a message; events come with their
span or as log records. What the span says itself wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracing.conventions.messages import parse_json
from tracing.conventions.shared_attributes import read_whole_number
from tracing.spans import AttributeValue, Span, SpanEvent

DETAILS = "gen_ai.client.inference.operation.details"
CHOICE = "gen_ai.choice"
ROLES: Mapping[str, str] = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
WHOLE_CONTENT = (
    ("gen_ai.content.prompt", "gen_ai.prompt", "gen_ai.input.messages", "user"),
    ("gen_ai.content.completion", "gen_ai.completion", "gen_ai.output.messages", "assistant"),
)
"""The oldest form: an event, its attribute with all messages, the attribute of today, whose words a plain text is."""

MISSING: tuple[AttributeValue, ...] = (None, "", "[]", [])


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a call; an empty message where its content was not sent."""

    index: int
    message: dict[str, Any]
    finish_reason: Any


def complete_span(span: Span) -> Span:
    """The span with the attributes that its events add."""
    events = (*span.events, *list_written(span))
    if not any(event.name.startswith("gen_ai.") for event in events):
        return span
    told: dict[str, AttributeValue] = {}
    for attributes in (read_whole_content(events), read_messages(events), read_details(events)):
        told |= keep_known(attributes)
    return replace(span, attributes={**told, **keep_known(span.attributes)})


def list_written(span: Span) -> list[SpanEvent]:
    """Events that stand as JSON in an attribute, as Pydantic AI and Logfire wrote them."""
    written = span.attributes.get("events")
    listed = parse_json(written) if isinstance(written, str) else None
    bodies = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [SpanEvent(str(body.get("event.name")), span.start_time_ns, {}, body) for body in bodies]


def keep_known(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {key: value for key, value in attributes.items() if value not in MISSING}


def read_details(events: Iterable[SpanEvent]) -> dict[str, AttributeValue]:
    """The attributes of the call; a later event knows better."""
    told: dict[str, AttributeValue] = {}
    for event in events:
        if event.name == DETAILS:
            told |= keep_known(event.attributes)
    return told


def read_whole_content(events: Iterable[SpanEvent]) -> dict[str, AttributeValue]:
    told: dict[str, AttributeValue] = {}
    for event in events:
        for name, attribute, key, role in WHOLE_CONTENT:
            content = event.attributes.get(attribute)
            if event.name == name and content:
                is_text = isinstance(parse_json(content), str)
                told[key] = [{"role": role, "content": content}] if is_text else content
    return told


def read_messages(events: Sequence[SpanEvent]) -> dict[str, AttributeValue]:
    """The messages of events that hold one each. Told by the span's own events and by logs, they are told once."""
    own = [event for event in events if event.body is None]
    logged = [event for event in events if event.body is not None]
    inputs = read_inputs(own) or read_inputs(logged)
    choices = read_choices(own) or read_choices(logged)
    return {
        "gen_ai.input.messages": inputs,
        "gen_ai.output.messages": [choice.message for choice in choices if choice.message],
        "gen_ai.response.finish_reasons": [choice.finish_reason for choice in choices if choice.finish_reason],
    }


def read_inputs(events: Iterable[SpanEvent]) -> list[AttributeValue]:
    messages = (to_message(read_body(event), ROLES[event.name]) for event in events if event.name in ROLES)
    return [message for message in messages if message]


def read_choices(events: Iterable[SpanEvent]) -> list[Choice]:
    """The answers, in the order of their index."""
    choices = [to_choice(read_body(event)) for event in events if event.name == CHOICE]
    return sorted(choices, key=lambda choice: choice.index)


def to_choice(body: Mapping[str, Any]) -> Choice:
    return Choice(
        index=read_whole_number(body.get("index")) or 0,
        message=to_message(find_choice_message(body), "assistant"),
        finish_reason=body.get("finish_reason"),
    )


def find_choice_message(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message of a choice: an object, JSON of one, or the content itself; tool calls may stand beside it."""
    message = parse_json(body.get("message"))
    if isinstance(message, dict):
        return {"tool_calls": body.get("tool_calls"), **message}
    return body if body.get("message") is None else {**body, "content": body["message"]}


def read_body(event: SpanEvent) -> Mapping[str, Any]:
    """What an event says: its body; on a span JSON in one attribute, or the attributes themselves."""
    for value in (event.body, event.attributes.get("gen_ai.event.content")):
        body = parse_json(value)
        if isinstance(body, dict):
            return body
    if event.body is not None:
        return {"content": event.body}
    return {key: decode_parts(value) for key, value in event.attributes.items()}


def to_message(body: Mapping[str, Any], role: str) -> dict[str, Any]:
    """A message as `tracing.conventions.messages` reads it; empty where nothing was said, as without content."""
    content = body.get("content")
    calls = parse_json(body.get("tool_calls"))
    if not content and not calls:
        return {}
    told_role = body.get("role")
    return {
        "role": told_role if isinstance(told_role, str) and told_role else role,
        "content": content,
        "tool_calls": calls,
        "tool_call_id": body.get("id") if role == "tool" else None,
        "name": body.get("name"),
    }


def decode_parts(value: AttributeValue) -> AttributeValue:
    """An attribute, or the objects in it where it is JSON of a list of them, as attributes hold parts and calls."""
    parts = parse_json(value)
    return parts if isinstance(parts, list) and parts and all(isinstance(part, dict) for part in parts) else value
