"""Spans of Langfuse's SDKs: `langfuse.observation.*`, of which observations of type `generation` are calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tracing.conventions.messages import find_user_text, parse_json
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import TAG_KEYS, Identity, describe_origin, read_identity
from tracing.conventions.parameters import drop_defaults, read_parameters
from tracing.conventions.provider_bodies import read_request, read_response
from tracing.conventions.shared_attributes import (
    find_text,
    find_value,
    judge_ending,
    pick_text,
    read_error,
    read_tags,
    read_texts,
)
from tracing.conventions.usage import Usage, read_usage
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "langfuse"
TYPE = "langfuse.observation.type"
WRAPPER = "-generation"
JAVASCRIPT_WRAPPER = "OpenAI."
EMBEDDINGS = (".embeddings", "-embedding")
GIVEN = "langfuse.observation.metadata.langfuse_"
OF_LANGCHAIN = "langfuse.observation.metadata.ls_"
NOT_THE_APPS = ("langfuse_", "ls_", "lc_", "langgraph_", "checkpoint_ns", "is_langchain_root", "finish_reason")
"""Beginnings of names in the metadata that Langfuse and LangChain set."""
METADATA_PREFIXES = ("langfuse.trace.metadata.", "langfuse.observation.metadata.")


def claims(span: Span) -> bool:
    """Whether the span is a call of a model. In JavaScript embeddings are of that type, too."""
    is_generation = TYPE in span.attributes and pick_text(span.attributes, (TYPE,)).lower() == "generation"
    return is_generation and not span.name.endswith(EMBEDDINGS)


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the observation tells of, with what the only call beneath it knows besides."""
    attributes = span.attributes
    identity = read_identity(span, trace)
    request = read_request(attributes.get("langfuse.observation.input"))
    response = read_response(attributes.get("langfuse.observation.output"))
    usage = read_usage(attributes.get("langfuse.observation.usage_details"))
    finish_reasons = read_finish_reason(attributes) or response.finish_reasons
    streamed = "langfuse.observation.completion_start_time" in attributes
    provider = find_wrapper(span)
    # Streams of a wrapped client tell their end; those that an app observes by itself need not.
    unfinished = bool(provider) and streamed and not finish_reasons and usage == Usage()
    ending = judge_ending(span, finish_reasons, unfinished=unfinished, error=read_level(span))
    by_answer = bool(provider and response.messages) and not (streamed and span.name.startswith(JAVASCRIPT_WRAPPER))
    asked, answered = read_models(attributes, wrapped=by_answer)
    own = {
        "environment": find_text(span, trace, ("langfuse.environment",)) or identity.environment,
        "tags": read_tags(find_value(span, trace, ("langfuse.trace.tags", *TAG_KEYS))),
        "metadata": read_metadata(span, trace, identity),
        **find_ids(span, identity),
    }
    generation = Generation(
        **describe_origin(span, trace, identity, response.id) | own,
        convention=NAME,
        previous_response_id=request.previous_response_id,
        provider=provider or read_scalar(attributes, OF_LANGCHAIN + "provider"),
        request_model=asked,
        response_model=answered,
        system_instructions=request.system_instructions,
        input_messages=request.messages,
        output_messages=response.messages,
        user_text=find_user_text(request.messages),
        tool_definitions=request.tools,
        parameters={**request.parameters, **read_model_parameters(attributes, wrapped=bool(provider))},
        **usage.as_fields(),
        **response.certainty.as_fields(),
        cost_usd=read_cost(attributes),
        time_to_first_chunk_ns=read_first_chunk(span),
        streamed=streamed,
        finish_reasons=finish_reasons,
        **ending.as_fields(),
    )
    return tell_once(generation, calls_beneath)


def find_wrapper(span: Span) -> str:
    """The provider whose client Langfuse wrapped, by the name that it gives its spans (`OpenAI-generation`).

    Such spans name the model that answered; observations that an app makes itself name the one it asked.
    """
    if span.name.endswith(WRAPPER):
        return span.name.removesuffix(WRAPPER).lower()
    return span.name.partition(".")[0].lower() if span.name.startswith(JAVASCRIPT_WRAPPER) else ""


def read_models(attributes: Mapping[str, AttributeValue], *, wrapped: bool) -> tuple[str, str]:
    """The model asked and the one that answered: one name is there, with LangChain also the one it was asked by."""
    model = pick_text(attributes, ("langfuse.observation.model.name",))
    asked = read_scalar(attributes, OF_LANGCHAIN + "model_name")
    if asked:
        return asked, model if model != asked else ""
    return ("", model) if wrapped else (model, "")


def find_ids(span: Span, identity: Identity) -> dict[str, Any]:
    """Conversation, user and tags that an app gave to the handler of LangChain, in the metadata of its config."""
    conversation_id = read_scalar(span.attributes, GIVEN + "session_id") if identity.derived else ""
    user_id = "" if identity.user_id else read_scalar(span.attributes, GIVEN + "user_id")
    tags = read_tags(span.attributes.get(GIVEN + "tags"))
    found = {"conversation_id": conversation_id, "user_id": user_id, "tags": tags}
    told: dict[str, Any] = {name: value for name, value in found.items() if value}
    return told | ({"conversation_id_derived": False} if conversation_id else {})


def read_scalar(attributes: Mapping[str, AttributeValue], name: str) -> str:
    """A text, which is JSON in quotation marks."""
    return next(iter(read_texts(parse_json(attributes.get(name)))), "")


def read_model_parameters(attributes: Mapping[str, AttributeValue], *, wrapped: bool) -> dict[str, Any]:
    """What was asked for; a wrapped client's spans tell the API's defaults, too, where the app asked for nothing."""
    told = read_parameters(attributes.get("langfuse.observation.model.parameters"))
    return drop_defaults(told) if wrapped else told


def read_level(span: Span) -> tuple[str, str]:
    """The error's type and message; Langfuse says it by a level of its own, too."""
    error_type, message = read_error(span)
    message = message or pick_text(span.attributes, ("langfuse.observation.status_message",))
    failed = span.attributes.get("langfuse.observation.level") == "ERROR"
    if failed and not message and "langfuse.observation.completion_start_time" in span.attributes:
        return "GeneratorExit", ""  # the only error of a stream that has no words
    return error_type or ("error" if failed else ""), message


def read_finish_reason(attributes: Mapping[str, AttributeValue]) -> tuple[str, ...]:
    """Streams only; version 3 sends it bare, later ones as JSON."""
    return read_texts(parse_json(attributes.get("langfuse.observation.metadata.finish_reason")))


def read_cost(attributes: Mapping[str, AttributeValue]) -> float | None:
    """What the app said the call cost; the 0 that Langfuse writes for failed calls is no price."""
    details = parse_json(attributes.get("langfuse.observation.cost_details"))
    total = details.get("total") if isinstance(details, Mapping) else None
    is_price = isinstance(total, int | float) and not isinstance(total, bool) and 0 < total < 1e9
    return float(total) if is_price and total is not None else None


def read_first_chunk(span: Span) -> int | None:
    """Nanoseconds from the span's start to the time of the first chunk, which is ISO 8601 as JSON."""
    told = parse_json(span.attributes.get("langfuse.observation.completion_start_time"))
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return max(round(moment.timestamp() * 1e6) * 1000 - span.start_time_ns, 0)


def read_metadata(span: Span, trace: Trace, identity: Identity) -> Mapping[str, Any]:
    """Metadata of the trace and of the observation, each a field or JSON, and the release."""
    found: dict[str, Any] = dict(identity.metadata)
    for prefix in METADATA_PREFIXES:
        whole = parse_json(span.attributes.get(prefix.removesuffix(".")))
        found |= whole if isinstance(whole, Mapping) else {}
        for name, value in span.attributes.items():
            if name.startswith(prefix):
                found[name.removeprefix(prefix)] = parse_json(value)
    release = find_text(span, trace, ("langfuse.release",))
    told = {name: value for name, value in found.items() if not name.startswith(NOT_THE_APPS)}
    return {"service.version": release} | told if release else told
