"""Spans and events in OpenTelemetry's GenAI semantic conventions (open-telemetry/semantic-conventions-genai)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions.genai_events import complete_span
from tracing.conventions.messages import find_user_text, parse_json, parse_messages, split_system
from tracing.conventions.shared_attributes import (
    judge_outcome,
    pick_int,
    pick_text,
    read_error,
    read_identity,
    read_seconds,
    read_texts,
    read_told_outcome,
)
from tracing.generations import Generation
from tracing.spans import Span, Trace

NAME = "genai"
MODEL_OPERATIONS = frozenset({"chat", "text_completion", "generate_content"})


def claims(span: Span) -> bool:
    """Whether the span is a call of a model that writes text."""
    operation = pick_text(span.attributes, ("gen_ai.operation.name",))
    if operation:
        return operation in MODEL_OPERATIONS
    return "gen_ai.request.model" in span.attributes and "gen_ai.output.messages" in complete_span(span).attributes


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of. A wrapper around one such call is that call; around several it is none."""
    told_again = [call for call in calls_beneath if call.convention == NAME]
    if len(told_again) > 1:
        return None
    span = complete_span(span)
    attributes = span.attributes
    identity = read_identity(span, trace)
    system, messages = split_system(parse_messages(attributes.get("gen_ai.input.messages")))
    finish_reasons = read_texts(parse_json(attributes.get("gen_ai.response.finish_reasons")))
    error_type, error_message = read_error(span)
    generation = Generation(
        project_id=span.project_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        start_time_ns=span.start_time_ns,
        duration_ns=span.duration_ns,
        convention=NAME,
        other_span_ids=tuple(span_id for call in told_again for span_id in (call.span_id, *call.other_span_ids)),
        conversation_id=identity.conversation_id,
        conversation_id_derived=identity.derived,
        user_id=identity.user_id,
        message_id=identity.message_id or pick_text(attributes, ("gen_ai.response.id",)),
        provider=pick_text(attributes, ("gen_ai.provider.name", "gen_ai.system")),
        operation=pick_text(attributes, ("gen_ai.operation.name",)) or "chat",
        request_model=pick_text(attributes, ("gen_ai.request.model",)),
        response_model=pick_text(attributes, ("gen_ai.response.model",)),
        system_instructions=read_instructions(attributes.get("gen_ai.system_instructions")) or system,
        input_messages=messages,
        output_messages=parse_messages(attributes.get("gen_ai.output.messages")),
        user_text=find_user_text(messages),
        tool_definitions=read_tools(attributes.get("gen_ai.tool.definitions")),
        input_tokens=pick_int(attributes, ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")),
        output_tokens=pick_int(attributes, ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")),
        cache_read_tokens=pick_int(attributes, ("gen_ai.usage.cache_read.input_tokens",)),
        cache_write_tokens=pick_int(
            attributes, ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens")
        ),
        reasoning_tokens=pick_int(attributes, ("gen_ai.usage.reasoning.output_tokens",)),
        time_to_first_chunk_ns=read_seconds(attributes, "gen_ai.response.time_to_first_chunk"),
        streamed=attributes.get("gen_ai.request.stream") is True,
        outcome=read_told_outcome(attributes) or judge_outcome(error_type, finish_reasons),
        ended_by=pick_text(attributes, (keys.ENDED_BY,)),
        finish_reasons=finish_reasons,
        error_type=error_type,
        error_message=error_message,
        service_name=span.service_name,
        environment=identity.environment,
        tags=identity.tags,
        metadata=identity.metadata,
    )
    return keep_ending(generation, told_again[0]) if told_again and keys.OUTCOME not in attributes else generation


def keep_ending(generation: Generation, inner: Generation) -> Generation:
    """The call as the outer span tells it, which may not know that its stream was stopped, where the inner one does."""
    if inner.outcome != "stopped":
        return generation
    answered = any(message.content or message.tool_calls for message in generation.output_messages)
    return replace(
        generation,
        outcome=inner.outcome,
        ended_by=inner.ended_by,
        output_messages=generation.output_messages if answered else inner.output_messages,
    )


def read_instructions(value: Any) -> str:
    """System instructions: a list of parts as JSON, or text."""
    parts = parse_json(value)
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, list):
        return ""
    texts = [str(part.get("content", "")) for part in parts if isinstance(part, Mapping)]
    return "\n\n".join(text for text in texts if text)


def read_tools(value: Any) -> tuple[Mapping[str, Any], ...]:
    tools = parse_json(value)
    return tuple(tool for tool in tools if isinstance(tool, Mapping)) if isinstance(tools, list) else ()
