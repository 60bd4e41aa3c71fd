"""Spans of LangSmith's OpenTelemetry: the request and the response as JSON beside GenAI attributes.

Each call is told in the GenAI conventions first and read as they are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions import genai, langchain_bodies
from tracing.conventions.logprobs import read_certainty
from tracing.conventions.messages import parse_json
from tracing.conventions.nesting import tell_once
from tracing.conventions.parameters import read_parameters
from tracing.conventions.prompts import NO_PROMPT, read_prompt
from tracing.conventions.shared_attributes import collect_prefixed, find_text, pick_text, read_texts
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, SpanEvent, Trace

NAME = "langsmith"
KIND = "langsmith.span.kind"
BODIES = ("gen_ai.prompt", "gen_ai.completion")
METADATA_PREFIX = "langsmith.metadata."
IDS = frozenset({"session_id", "conversation_id", "thread_id", "user_id"})
PARAMETERS = frozenset(
    {"previous_response_id", "model", "model_name", "stream", "_type", "usage_metadata", "checkpoint_ns"}
)
NOT_THE_APPS = ("ls_", "LANGSMITH_", "lc_", "langgraph_")
"""Beginnings of names in the metadata that LangSmith and LangChain set, as they do `PARAMETERS`."""
TAGS_OF_LANGCHAIN = ("seq:step:", "langsmith:")
ASKED = ("gen_ai.request.model", "langsmith.metadata.ls_model_name")
UNKNOWN_PROVIDER = "langchain"
"""Written in place of a provider that is not known."""
ERROR = re.compile(r"(?P<type>\w+)\((?P<message>.*?)\)(?:\n|Traceback|$)", re.DOTALL)
"""An exception's repr, which begins the message of an event without a type of its own."""


def claims(span: Span) -> bool:
    """Whether LangSmith wrote the span; whatever its kind it has the attributes of a call."""
    return KIND in span.attributes


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of. A wrapper around one such call is that call; around several it is none."""
    if span.attributes[KIND] != "llm":
        return None
    asked, answered = (as_mapping(parse_json(span.attributes.get(name))) for name in BODIES)
    request, response = langchain_bodies.read_request(asked), langchain_bodies.read_response(answered)
    told = {name: value for name, value in span.attributes.items() if name != "gen_ai.system"}
    told |= {name: value for name, value in tell(span, request, response).items() if value not in (None, "", [])}
    events = tuple(name_error(event) for event in span.events)
    fields = genai.describe_call(replace(span, attributes=told, events=events), trace)
    own = {
        "convention": NAME,
        "parameters": join_asked(span.attributes, request, fields["parameters"]),
        "tags": fields["tags"] or read_tags(find_text(span, trace, ("langsmith.span.tags",))),
        "metadata": {**read_metadata(span, trace), **fields["metadata"]},
        **read_certainty(response).as_fields(),
        **find_hub_prompt(span, trace),
    }
    return tell_once(Generation(**fields | own), calls_beneath)


def find_hub_prompt(span: Span, trace: Trace) -> dict[str, Any]:
    """The prompt that was filled in just before the call, beside it, where it is one of LangSmith's hub."""
    parent = trace.parent(span)
    beside = trace.children(parent) if parent else []
    filled = [
        each for each in beside if each.attributes.get(KIND) == "prompt" and each.end_time_ns <= span.start_time_ns
    ]
    prompt = read_prompt(filled[-1].attributes) if filled else NO_PROMPT
    if not prompt.name:
        return {}
    variables = as_mapping(parse_json(filled[-1].attributes.get(BODIES[0])))
    return replace(prompt, variables=prompt.variables or variables).as_fields()


def tell(span: Span, request: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """What LangSmith says in a way of its own, in the GenAI conventions."""
    attributes = span.attributes
    choices = [choice for choice in as_list(response.get("choices")) if isinstance(choice, dict)]
    reasons = read_texts([choice["finish_reason"] for choice in choices if choice.get("finish_reason")])
    flags = (attributes.get(name) for name in ("langsmith.request.streaming", keys.REQUEST_STREAM))
    streamed = (*flags, request.get("stream"), response.get("streamed"))
    return {
        keys.OPERATION_NAME: "chat",
        "gen_ai.provider.name": read_provider(attributes),
        "gen_ai.request.model": pick_text(attributes, ASKED),
        "gen_ai.response.model": pick_text(attributes, ("gen_ai.response.model",)) or read_text(response, "model"),
        keys.RESPONSE_ID: pick_text(attributes, (keys.RESPONSE_ID,)) or read_text(response, "id"),
        keys.REQUEST_PREVIOUS_RESPONSE_ID: read_text(request, "previous_response_id")
        or pick_text(attributes, (f"{METADATA_PREFIX}previous_response_id",)),
        "gen_ai.input.messages": list_input(request),
        keys.OUTPUT_MESSAGES: list_output(response),
        "gen_ai.tool.definitions": as_list(request.get("tools")),
        keys.RESPONSE_FINISH_REASONS: list(reasons),
        keys.REQUEST_STREAM: True in streamed,
        "gen_ai.usage.raw": attributes.get(f"{METADATA_PREFIX}usage_metadata"),
    }


def join_asked(
    attributes: Mapping[str, AttributeValue], request: Mapping[str, Any], told: Mapping[str, Any]
) -> dict[str, Any]:
    """Parameters of the request, of what LangChain says of its model, and of attributes, which know best."""
    of_model = read_parameters(attributes.get(f"{METADATA_PREFIX}ls_invocation_params"))
    return {**read_parameters(request), **of_model, **told}


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
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else as_list(asked)
    return [{"role": "system", "content": system}, *messages] if system else messages


def list_output(response: Mapping[str, Any]) -> list[Any]:
    """Messages of a response, or of what a function of the app gave back."""
    output = response.get("choices") or response.get("output") or response.get("message")
    if isinstance(output, str):
        return [{"role": "assistant", "content": output}]
    if isinstance(output, dict):
        return [{"role": "assistant", **output}]
    return as_list(output) or ([dict(response)] if "role" in response else [])


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
