"""Spans of MLflow's tracing by OTLP: `mlflow.*`, every value JSON, with the provider's whole request and response."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracing.conventions.messages import find_user_text, parse_json, parse_tools
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import describe_origin, read_identity
from tracing.conventions.provider_bodies import read_request, read_response
from tracing.conventions.shared_attributes import judge_ending, pick_int, read_texts
from tracing.conventions.usage import Usage
from tracing.generations import Generation
from tracing.spans import AttributeValue, Span, Trace

NAME = "mlflow"
TYPE = "mlflow.spanType"
CALL_TYPES = frozenset({"CHAT_MODEL", "LLM"})
CHUNK = "mlflow.chunk.item."
PROVIDERS = frozenset({"openai", "anthropic", "gemini", "groq", "mistral", "bedrock"})
"""Formats of messages that are a provider's; others are a framework's."""


def claims(span: Span) -> bool:
    """Whether the span is a call of a model."""
    return TYPE in span.attributes and read_text(span.attributes, TYPE) in CALL_TYPES


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of, with what the only call beneath it knows besides."""
    attributes = span.attributes
    identity = read_identity(span, trace)
    request = read_request(attributes.get("mlflow.spanInputs"))
    response = read_response(attributes.get("mlflow.spanOutputs"))
    usage = response.usage if response.usage.input_tokens is not None else read_token_usage(attributes)
    first_chunk = read_first_chunk(span)
    streamed = request.streamed or first_chunk is not None
    unfinished = streamed and not response.finish_reasons and usage == Usage()
    ending = judge_ending(span, response.finish_reasons, unfinished=unfinished)
    generation = Generation(
        **describe_origin(span, trace, identity, response.id),
        convention=NAME,
        previous_response_id=request.previous_response_id or response.previous_response_id,
        provider=read_provider(attributes),
        request_model=request.model or read_text(attributes, "model"),
        response_model=response.model,
        system_instructions=request.system_instructions,
        input_messages=request.messages,
        output_messages=response.messages,
        user_text=find_user_text(request.messages),
        tool_definitions=request.tools or parse_tools(attributes.get("mlflow.chat.tools")),
        parameters=request.parameters,
        **usage.as_fields(),
        **response.certainty.as_fields(),
        time_to_first_chunk_ns=first_chunk,
        streamed=streamed,
        finish_reasons=response.finish_reasons,
        **ending.as_fields(),
    )
    return tell_once(generation, calls_beneath)


def read_text(attributes: Mapping[str, AttributeValue], name: str) -> str:
    """A text, which is JSON in quotation marks."""
    return next(iter(read_texts(parse_json(attributes.get(name)))), "")


def read_provider(attributes: Mapping[str, AttributeValue]) -> str:
    written = read_text(attributes, "mlflow.message.format")
    return read_text(attributes, "mlflow.llm.provider") or (written if written in PROVIDERS else "")


def read_token_usage(attributes: Mapping[str, AttributeValue]) -> Usage:
    """Tokens as MLflow sums them up; what is spent on reasoning is not among them."""
    told: Any = parse_json(attributes.get("mlflow.chat.tokenUsage"))
    if not isinstance(told, Mapping):
        return Usage()
    return Usage(
        input_tokens=pick_int(told, ("input_tokens",)),
        output_tokens=pick_int(told, ("output_tokens",)),
        cache_read_tokens=pick_int(told, ("cache_read_input_tokens",)),
        cache_write_tokens=pick_int(told, ("cache_creation_input_tokens",)),
        cache_write_1h_tokens=pick_int(told, ("cache_creation_input_tokens_above_1hr",)),
    )


def read_first_chunk(span: Span) -> int | None:
    """Nanoseconds to the first chunk; None where the call was not streamed."""
    times = [event.time_ns - span.start_time_ns for event in span.events if event.name.startswith(CHUNK)]
    return max(min(times), 0) if times else None
