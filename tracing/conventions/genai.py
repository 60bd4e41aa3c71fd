"""Spans and events in OpenTelemetry's GenAI semantic conventions (open-telemetry/semantic-conventions-genai)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions.genai_events import complete_span
from tracing.conventions.genai_indexed import translate_span
from tracing.conventions.messages import find_user_text, flatten_tool, parse_json, parse_messages, split_system
from tracing.conventions.shared_attributes import (
    judge_ending,
    pick_int,
    pick_text,
    read_cost,
    read_first_chunk,
    read_identity,
    read_provider_usage,
    read_streamed,
    read_texts,
)
from tracing.generations import Generation, Message, Outcome
from tracing.spans import AttributeValue, Span, Trace

NAME = "genai"
MODEL_OPERATIONS = frozenset({"chat", "text_completion", "generate_content"})
OLDER_OPERATIONS = {"completion": "text_completion", "embedding": "embeddings"}
OUR_OWN = "tacit"
INPUT_TOKENS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUT_TOKENS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
CACHE_READ_TOKENS = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
CACHE_WRITE_TOKENS = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
)
REASONING_TOKENS = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
)
TOLD_BY_EITHER = (
    "message_id",
    "response_model",
    "system_instructions",
    "input_messages",
    "output_messages",
    "user_text",
    "tool_definitions",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost_usd",
    "time_to_first_chunk_ns",
    "finish_reasons",
)
"""What the inner of two spans may know of the call that the outer one does not say."""


def claims(span: Span) -> bool:
    """Whether the span is a call of a model that writes text."""
    operation = read_operation(span)
    if operation:
        return operation in MODEL_OPERATIONS
    return "gen_ai.request.model" in span.attributes and "gen_ai.output.messages" in complete(span).attributes


def read_operation(span: Span) -> str:
    """What the call does, by the names of today; empty where the span does not say it."""
    operation = pick_text(span.attributes, ("gen_ai.operation.name", "llm.request.type"))
    return OLDER_OPERATIONS.get(operation, operation)


def complete(span: Span) -> Span:
    """The span with what its events and its older attributes say under the names of today."""
    return translate_span(complete_span(span))


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that the span tells of. A wrapper around one such call is that call; around several it is none."""
    told_again = [call for call in calls_beneath if call.convention != OUR_OWN]
    if len(told_again) > 1:
        return None
    generation = read_call(complete(span), trace)
    if not told_again:
        return generation
    generation = tell_once(generation, told_again[0])
    return generation if keys.OUTCOME in span.attributes else keep_ending(generation, told_again[0])


def read_call(span: Span, trace: Trace) -> Generation:
    """What a completed span says by itself."""
    attributes = span.attributes
    identity = read_identity(span, trace)
    system, messages = split_system(parse_messages(attributes.get("gen_ai.input.messages")))
    output = parse_json(attributes.get("gen_ai.output.messages"))
    finish_reasons = read_finish_reasons(attributes, output)
    usage = read_provider_usage(attributes.get("gen_ai.usage.raw")) | {**attributes}
    output_tokens = pick_int(usage, OUTPUT_TOKENS)
    streamed = read_streamed(span)
    counted = output_tokens is not None and not is_left_open(output)
    unfinished = streamed and not counted and set(finish_reasons) <= {"error"}
    ending = judge_ending(span, finish_reasons, unfinished=unfinished)
    return Generation(
        project_id=span.project_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        start_time_ns=span.start_time_ns,
        duration_ns=span.duration_ns,
        convention=NAME,
        conversation_id=identity.conversation_id,
        conversation_id_derived=identity.derived,
        user_id=identity.user_id,
        message_id=identity.message_id or pick_text(attributes, ("gen_ai.response.id",)),
        provider=pick_text(attributes, ("gen_ai.provider.name", "gen_ai.system")).lower(),
        operation=read_operation(span) or "chat",
        request_model=pick_text(attributes, ("gen_ai.request.model",)),
        response_model=read_response_model(attributes, ending.outcome),
        system_instructions=read_instructions(attributes.get("gen_ai.system_instructions")) or system,
        input_messages=messages,
        output_messages=tuple(map(name_speaker, parse_messages(output))),
        user_text=find_user_text(messages),
        tool_definitions=read_tools(attributes.get("gen_ai.tool.definitions")),
        input_tokens=pick_int(usage, INPUT_TOKENS),
        output_tokens=output_tokens,
        cache_read_tokens=pick_int(usage, CACHE_READ_TOKENS),
        cache_write_tokens=pick_int(usage, CACHE_WRITE_TOKENS),
        reasoning_tokens=pick_int(usage, REASONING_TOKENS),
        cost_usd=read_cost(attributes, ("gen_ai.usage.cost", "operation.cost")),
        time_to_first_chunk_ns=read_first_chunk(span) if streamed else None,
        streamed=streamed,
        outcome=ending.outcome,
        ended_by=ending.ended_by,
        finish_reasons=finish_reasons,
        error_type=ending.error_type,
        error_message=ending.error_message,
        service_name=span.service_name,
        environment=identity.environment,
        tags=identity.tags,
        metadata=identity.metadata,
    )


def tell_once(generation: Generation, inner: Generation) -> Generation:
    """The call as the outer span tells it, with what only the inner one knows."""
    missing = [name for name in TOLD_BY_EITHER if getattr(generation, name) in (None, "", ())]
    known: dict[str, Any] = {name: getattr(inner, name) for name in missing}
    return replace(
        generation,
        other_span_ids=(inner.span_id, *inner.other_span_ids),
        streamed=generation.streamed or inner.streamed,
        **known,
    )


def keep_ending(generation: Generation, inner: Generation) -> Generation:
    """The call as the outer span tells it, which may not know that its stream was stopped, where the inner one does."""
    only_guessed = inner.ended_by == "unknown" and bool(generation.finish_reasons)
    if inner.outcome != "stopped" or only_guessed:
        return generation
    answered = any(message.content or message.tool_calls for message in generation.output_messages)
    return replace(
        generation,
        outcome=inner.outcome,
        ended_by=inner.ended_by,
        output_messages=generation.output_messages if answered else inner.output_messages,
    )


def read_finish_reasons(attributes: Mapping[str, AttributeValue], output: Any) -> tuple[str, ...]:
    """Why the answers ended; some say it in the messages alone, the client of Anthropic in words of its API."""
    told = parse_json(attributes.get("gen_ai.response.finish_reasons"))
    reasons = read_texts([reason for reason in told if reason] if isinstance(told, list) else told)
    messages = output if isinstance(output, list) else []
    in_messages = [each.get("finish_reason") for each in messages if isinstance(each, Mapping)]
    return (
        reasons
        or tuple(reason for reason in in_messages if isinstance(reason, str) and reason)
        or read_texts(attributes.get("anthropic.message.stop_reason"))
    )


def is_left_open(output: Any) -> bool:
    """Whether an answer says that it has no finish reason: then its usage is what was known at its beginning."""
    messages = output if isinstance(output, list) else []
    return any(isinstance(each, Mapping) and each.get("finish_reason", "none") in (None, "") for each in messages)


def read_response_model(attributes: Mapping[str, AttributeValue], outcome: Outcome) -> str:
    """The model that answered. Some name the one that was asked, where a call failed and none did."""
    model = pick_text(attributes, ("gen_ai.response.model",))
    asked = pick_text(attributes, ("gen_ai.request.model",))
    unanswered = outcome == "error" and model == asked and not attributes.get("gen_ai.response.id")
    return "" if unanswered else model


def drop_echoed_model(span: Span) -> Span:
    """The span without the model that answered where that is the one asked and no answer is named.

    For makers that write the one for the other: a change of names would look like a change of models.
    """
    model, asked = (span.attributes.get(name) for name in ("gen_ai.response.model", "gen_ai.request.model"))
    if model != asked or "gen_ai.response.id" in span.attributes:
        return span
    kept = {name: value for name, value in span.attributes.items() if name != "gen_ai.response.model"}
    return replace(span, attributes=kept)


def name_speaker(message: Message) -> Message:
    """An answer is the assistant's; some do not know the role of a part of a stream."""
    return replace(message, role="assistant") if message.role == "unknown" else message


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
    return tuple(flatten_tool(tool) for tool in tools if isinstance(tool, Mapping)) if isinstance(tools, list) else ()
