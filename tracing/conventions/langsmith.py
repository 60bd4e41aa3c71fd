"""Spans of LangSmith's OpenTelemetry: the request and the response as JSON beside GenAI attributes.

Each call is told in the GenAI conventions first and read as they are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions import genai, langchain_bodies
from tracing.conventions.choices import list_messages
from tracing.conventions.messages import parse_json
from tracing.conventions.shared_attributes import collect_prefixed, find_text, pick_text, read_texts
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, SpanEvent, Trace

NAME = "langsmith"
KIND = "langsmith.span.kind"
BODIES = ("gen_ai.prompt", "gen_ai.completion")
METADATA_PREFIX = "langsmith.metadata."
IDS = frozenset({"session_id", "conversation_id", "thread_id", "user_id"})
PARAMETERS = frozenset({"model", "model_name", "stream", "_type", "usage_metadata", "checkpoint_ns"})
NOT_THE_APPS = ("ls_", "LANGSMITH_", "lc_", "langgraph_")
"""Beginnings of names in the metadata that LangSmith and LangChain set, as they do `PARAMETERS`."""
TAGS_OF_LANGCHAIN = ("seq:step:", "langsmith:")
ASKED = ("gen_ai.request.model", "langsmith.metadata.ls_model_name")
UNKNOWN_PROVIDER = "langchain"
"""Written in place of a provider that is not known."""
ERROR = re.compile(r"(?P<type>\w+)\((?P<message>.*?)\)(?:\n|Traceback|$)", re.DOTALL)
"""An exception's repr, which begins the message of an event without a type of its own."""


def claims(span: Span) -> bool:
    """Whether LangSmith wrote the span as a call of a model."""
    return span.attributes.get(KIND) == "llm"


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of. A wrapper around one such call is that call; around several it is none."""
    told = {name: value for name, value in span.attributes.items() if name != "gen_ai.system"}
    told |= {name: value for name, value in tell(span).items() if value not in (None, "", [])}
    events = tuple(name_error(event) for event in span.events)
    generation = genai.read(replace(span, attributes=told, events=events), trace, calls_beneath)
    if generation is None:
        return None
    return replace(
        generation,
        convention=NAME,
        tags=generation.tags or read_tags(find_text(span, trace, ("langsmith.span.tags",))),
        metadata={**read_metadata(span, trace), **generation.metadata},
    )


def tell(span: Span) -> dict[str, AttributeValue]:
    """What LangSmith says in a way of its own, in the GenAI conventions."""
    asked, answered = (as_mapping(parse_json(span.attributes.get(name))) for name in BODIES)
    request, response = langchain_bodies.read_request(asked), langchain_bodies.read_response(answered)
    choices = [choice for choice in as_list(response.get("choices")) if isinstance(choice, dict)]
    reasons = read_texts([choice["finish_reason"] for choice in choices if choice.get("finish_reason")])
    streamed = (span.attributes.get("langsmith.request.streaming"), request.get("stream"), response.get("streamed"))
    return {
        keys.OPERATION_NAME: "chat",
        "gen_ai.provider.name": read_provider(span.attributes),
        "gen_ai.request.model": pick_text(
            span.attributes, ("gen_ai.request.model", "langsmith.metadata.ls_model_name")
        ),
        "gen_ai.response.model": pick_text(span.attributes, ("gen_ai.response.model",)) or read_text(response, "model"),
        "gen_ai.input.messages": list_input(request),
        keys.OUTPUT_MESSAGES: list_output(response),
        "gen_ai.tool.definitions": as_list(request.get("tools")),
        keys.RESPONSE_FINISH_REASONS: list(reasons),
        keys.REQUEST_STREAM: True in streamed,
        **read_details(span.attributes),
    }


def read_metadata(span: Span, trace: Trace) -> dict[str, AttributeValue]:
    said = collect_prefixed(span, trace, METADATA_PREFIX)
    return {
        name: value
        for name, value in said.items()
        if name not in IDS | PARAMETERS and not name.startswith(NOT_THE_APPS)
    }


def read_provider(attributes: Mapping[str, AttributeValue]) -> str:
    provider = pick_text(attributes, (f"{METADATA_PREFIX}ls_provider", "gen_ai.provider.name", "gen_ai.system"))
    return "" if provider == UNKNOWN_PROVIDER else provider


def list_input(request: Mapping[str, Any]) -> list[Any]:
    """Messages of a request to either of OpenAI's APIs, or of a function that the app calls a model."""
    asked = request.get("messages") or request.get("input") or request.get("prompt")
    system = request.get("instructions") or request.get("system")
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else list_messages(asked)
    return [{"role": "system", "content": system}, *messages] if system else messages


def list_output(response: Mapping[str, Any]) -> list[Any]:
    """Messages of a response, or of what a function of the app gave back; one without words or calls is none."""
    output = response.get("choices") or response.get("output") or response.get("message")
    if isinstance(output, str):
        return [{"role": "assistant", "content": output}]
    if isinstance(output, dict):
        return [{"role": "assistant", **output}]
    messages = list_messages(output) or ([dict(response)] if "role" in response else [])
    return [message for message in messages if message.get("content") or message.get("tool_calls")]


def read_details(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """Tokens within the input's and the output's, which stand as JSON in the metadata."""
    usage = as_mapping(parse_json(attributes.get(f"{METADATA_PREFIX}usage_metadata")))
    inside = as_mapping(usage.get("input_token_details"))
    return {
        keys.CACHE_READ_TOKENS: inside.get("cache_read"),
        keys.CACHE_WRITE_TOKENS: inside.get("cache_creation"),
        keys.REASONING_TOKENS: as_mapping(usage.get("output_token_details")).get("reasoning"),
    }


def name_error(event: SpanEvent) -> SpanEvent:
    """An exception under its own type and message, which are written into the message of an `Exception`."""
    told = ERROR.match(pick_text(event.attributes, ("exception.message",)))
    if event.name != "exception" or told is None or event.attributes.get("exception.type") != "Exception":
        return event
    error = {"exception.type": told["type"], "exception.message": told["message"].strip("'\"")}
    return replace(event, attributes={**event.attributes, **error})


def read_tags(text: str) -> tuple[str, ...]:
    """The app's tags, which come as one text with commas."""
    tags = (tag.strip() for tag in text.split(","))
    return tuple(tag for tag in tags if tag and not tag.startswith(TAGS_OF_LANGCHAIN))


def read_text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
