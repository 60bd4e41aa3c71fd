"""Spans and events in OpenTelemetry's GenAI semantic conventions (open-telemetry/semantic-conventions-genai)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

from tracing.conventions.genai_events import complete_span
from tracing.conventions.genai_indexed import translate_span
from tracing.conventions.logprobs import read_told_certainty
from tracing.conventions.messages import (
    drop_silent,
    find_user_text,
    parse_json,
    parse_messages,
    parse_repr,
    parse_tools,
    split_system,
)
from tracing.conventions.nesting import tell_once
from tracing.conventions.origins import describe_origin, read_identity
from tracing.conventions.parameters import drop_defaults, gather_parameters
from tracing.conventions.shared_attributes import (
    STREAM_FLAGS,
    judge_ending,
    pick_int,
    pick_text,
    read_cost,
    read_error,
    read_first_chunk,
    read_streamed,
    read_texts,
)
from tracing.conventions.usage import read_usage
from tracing.generations import Generation, Message, Outcome
from tracing.spans import AttributeValue, Span, Trace

NAME = "genai"
MODEL_OPERATIONS = frozenset({"chat", "text_completion", "generate_content"})
OLDER_OPERATIONS = {"completion": "text_completion", "embedding": "embeddings"}
USAGE: Mapping[str, Sequence[str]] = {
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output_tokens": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "cache_read_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cached_tokens",
    ),
    "cache_write_tokens": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ),
    "cache_write_1h_tokens": (
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.details.ephemeral_1h_input_tokens",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
    ),
    "audio_input_tokens": ("gen_ai.usage.input_audio_tokens", "gen_ai.usage.details.input_audio_tokens"),
    "audio_output_tokens": ("gen_ai.usage.output_audio_tokens", "gen_ai.usage.details.output_audio_tokens"),
}
"""Attributes of each count of `Usage`, those of today first."""
OPENLIT = "openlit."
STRANDS = "strands."
FIRST_PART_KEY = "gen_ai.server.time_to_first_token"
AGENT_FRAMEWORK = "agent_framework"
"""Scope that tells of every call that ended what was answered, and of a stream that was left nothing."""
FRAMEWORKS = frozenset({"langchain", "strands-agents"})
"""Written in place of a provider that is not known."""
PREVIOUS_RESPONSE = (keys.REQUEST_PREVIOUS_RESPONSE_ID, "gen_ai.request.previous_response_id")


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
    return tell_once(read_call(span, trace), calls_beneath)


def read_call(span: Span, trace: Trace) -> Generation:
    """What the span says by itself and with its events."""
    return Generation(**describe_call(span, trace))


def describe_call(span: Span, trace: Trace) -> dict[str, Any]:
    """The fields of `read_call`, for readers that know some of them better."""
    span = mend_strands(complete(span))
    attributes = span.attributes
    identity = read_identity(span, trace)
    system, messages = split_system(parse_messages(attributes.get("gen_ai.input.messages")))
    output = parse_json(attributes.get("gen_ai.output.messages"))
    finish_reasons = read_finish_reasons(attributes, output)
    usage = read_attributes_usage(attributes)
    streamed = read_streamed(span) or is_broken_off(span, finish_reasons, output)
    counted = usage["output_tokens"] is not None and not is_left_open(output)
    silent = span.scope_name == AGENT_FRAMEWORK and not (output or counted)
    unfinished = (streamed or silent) and not counted and set(finish_reasons) <= {"error"}
    # Of an answer that was counted to its end the reason "error" says only that the reason is not known.
    ending = judge_ending(
        span, () if counted and finish_reasons == ("error",) else finish_reasons, unfinished=unfinished
    )
    return {
        **describe_origin(span, trace, identity, pick_text(attributes, ("gen_ai.response.id",))),
        "convention": NAME,
        "previous_response_id": pick_text(attributes, PREVIOUS_RESPONSE),
        "provider": read_provider(attributes),
        "operation": read_operation(span) or "chat",
        "request_model": pick_text(attributes, ("gen_ai.request.model",)),
        "response_model": read_response_model(attributes, ending.outcome),
        "system_instructions": read_instructions(attributes.get("gen_ai.system_instructions")) or system,
        "input_messages": messages,
        "output_messages": drop_silent(map(name_speaker, parse_messages(output))),
        "user_text": find_user_text(messages),
        "tool_definitions": parse_tools(attributes.get("gen_ai.tool.definitions")),
        "parameters": read_asked(span),
        **usage,
        "cost_usd": read_cost(attributes, ("gen_ai.usage.cost", "operation.cost")),
        "time_to_first_chunk_ns": read_first_chunk(span) if streamed else None,
        **read_told_certainty(attributes),
        "streamed": streamed,
        "finish_reasons": finish_reasons,
        **ending.as_fields(),
    }


def read_provider(attributes: Mapping[str, AttributeValue]) -> str:
    provider = pick_text(attributes, ("gen_ai.provider.name", "gen_ai.system")).lower()
    return "" if provider in FRAMEWORKS else provider


def mend_strands(span: Span) -> Span:
    """Strands' time to the first token is in milliseconds."""
    time = span.attributes.get(FIRST_PART_KEY)
    if not span.scope_name.startswith(STRANDS) or not isinstance(time, int):
        return span
    return replace(span, attributes={**span.attributes, FIRST_PART_KEY: time / 1000})


def read_asked(span: Span) -> dict[str, Any]:
    parameters = gather_parameters(span.attributes)
    return drop_defaults(parameters) if span.scope_name.startswith(OPENLIT) else parameters


def is_broken_off(span: Span, finish_reasons: tuple[str, ...], output: Any) -> bool:
    """Whether there is a part of an answer and the reason "error" without an error: that is a stream that was left."""
    told = any(name in span.attributes for name in STREAM_FLAGS)
    return not told and finish_reasons == ("error",) and bool(output) and read_error(span) == ("", "")


def read_attributes_usage(attributes: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """Tokens by an attribute each, else by the provider's own usage where the span has that."""
    raw = attributes.get("gen_ai.usage.raw") or parse_repr(attributes.get("metadata.usage_object"))
    told = read_usage(raw).as_fields() if raw else dict.fromkeys(USAGE)
    counted = {name: pick_int(attributes, names) for name, names in USAGE.items()}
    return told | {name: count for name, count in counted.items() if count is not None}


def read_finish_reasons(attributes: Mapping[str, AttributeValue], output: Any) -> tuple[str, ...]:
    """Why the answers ended; some say it in the messages alone, the client of Anthropic in words of its API."""
    told = parse_json(attributes.get("gen_ai.response.finish_reasons"))
    reasons = read_texts([reason for reason in told if reason] if isinstance(told, list) else told)
    messages = output if isinstance(output, list) else []
    in_messages = [each.get("finish_reason") for each in messages if isinstance(each, dict)]
    return (
        reasons
        or tuple(reason for reason in in_messages if isinstance(reason, str) and reason)
        or read_texts(attributes.get("anthropic.message.stop_reason"))
    )


def is_left_open(output: Any) -> bool:
    """Whether an answer says that it has no finish reason: then its usage is what was known at its beginning."""
    messages = output if isinstance(output, list) else []
    return any(isinstance(each, dict) and each.get("finish_reason", "none") in (None, "") for each in messages)


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
    texts = [str(part.get("content", "")) for part in parts if isinstance(part, dict)]
    return "\n\n".join(text for text in texts if text)
