"""Spans of our own SDK: functions under `@tacit.observe`.

A span with no model call beneath it, or of kind `llm`, is a generation. With model calls beneath, those are the
generations and the span frames the turn (see `tracing.conversations`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tacit import attributes as keys

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
from tracing.generations import Generation, Message, Outcome
from tracing.spans import Span, Trace

NAME = "tacit"
GENERATING_KINDS = frozenset({"llm", "chain", "agent"})
INPUT_NAMES = ("message", "question", "prompt", "query", "input")


def claims(span: Span) -> bool:
    """Whether the SDK wrote the span."""
    return keys.KIND in span.attributes


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that an observed function is, if it is one."""
    kind = pick_text(span.attributes, (keys.KIND,))
    if calls_beneath:
        only_call = calls_beneath[0] if len(calls_beneath) == 1 else None
        return tell_once(span, only_call) if kind == "llm" and only_call is not None else None
    if kind not in GENERATING_KINDS or (kind != "llm" and is_helper(span, trace)):
        return None
    identity = read_identity(span, trace)
    arguments = read_arguments(span)
    system, messages = split_system(read_input(arguments))
    error_type, error_message = read_error(span)
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
        message_id=identity.message_id,
        provider=pick_text(span.attributes, ("gen_ai.provider.name",)),
        operation=pick_text(span.attributes, (keys.OPERATION_NAME,)) or "chat",
        request_model=pick_text(span.attributes, ("gen_ai.request.model",)) or read_model(arguments),
        response_model=pick_text(span.attributes, ("gen_ai.response.model",)),
        system_instructions=system,
        input_messages=messages,
        output_messages=read_output(span),
        user_text=find_user_text(messages),
        input_tokens=pick_int(span.attributes, (keys.INPUT_TOKENS,)),
        output_tokens=pick_int(span.attributes, (keys.OUTPUT_TOKENS,)),
        cache_read_tokens=pick_int(span.attributes, (keys.CACHE_READ_TOKENS,)),
        cache_write_tokens=pick_int(span.attributes, (keys.CACHE_WRITE_TOKENS,)),
        reasoning_tokens=pick_int(span.attributes, (keys.REASONING_TOKENS,)),
        time_to_first_chunk_ns=read_seconds(span.attributes, keys.TIME_TO_FIRST_CHUNK),
        streamed=span.attributes.get(keys.REQUEST_STREAM) is True,
        outcome=read_outcome(span),
        ended_by=read_ended_by(span),
        finish_reasons=read_finish_reasons(span),
        error_type=error_type,
        error_message=error_message,
        service_name=span.service_name,
        environment=identity.environment,
        tags=identity.tags,
        metadata=identity.metadata,
    )


def tell_once(span: Span, call: Generation) -> Generation:
    """An observed `llm` function around an instrumented call: one call, which knows how the stream ended."""
    outcome = read_outcome(span)
    return replace(
        call,
        other_span_ids=(*call.other_span_ids, span.span_id),
        message_id=call.message_id or pick_text(span.attributes, (keys.MESSAGE_ID,)),
        outcome=call.outcome if outcome == "completed" else outcome,
        ended_by=read_ended_by(span) or call.ended_by,
        output_messages=call.output_messages or read_output(span),
        input_messages=call.input_messages or split_system(read_input(read_arguments(span)))[1],
        user_text=call.user_text or find_user_text(read_input(read_arguments(span))),
        streamed=call.streamed or span.attributes.get(keys.REQUEST_STREAM) is True,
        time_to_first_chunk_ns=call.time_to_first_chunk_ns or read_seconds(span.attributes, keys.TIME_TO_FIRST_CHUNK),
    )


def is_helper(span: Span, trace: Trace) -> bool:
    """Whether a leaf below another observed function gives back no text: a step, not a model's answer."""
    below_observed = any(claims(ancestor) for ancestor in trace.ancestors(span))
    return below_observed and span.attributes.get(keys.OUTPUT_TYPE) != "text" and read_outcome(span) != "error"


def read_arguments(span: Span) -> Mapping[str, Any]:
    arguments = parse_json(span.attributes.get(keys.ARGUMENTS, "{}"))
    return arguments if isinstance(arguments, Mapping) else {}


def read_input(arguments: Mapping[str, Any]) -> tuple[Message, ...]:
    """The argument `messages`, else the one called message, question, …, else the only text argument."""
    if "messages" in arguments:
        return parse_messages(arguments["messages"])
    for name in INPUT_NAMES:
        if arguments.get(name) is not None:
            return parse_messages_or_text(arguments[name])
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return (Message("user", texts[0]),) if len(texts) == 1 else ()


def parse_messages_or_text(value: Any) -> tuple[Message, ...]:
    """A text stays the user's text, also where it happens to be JSON."""
    return (Message("user", value),) if isinstance(value, str) else parse_messages(value)


def read_output(span: Span) -> tuple[Message, ...]:
    """The returned or streamed text as the assistant's message, or what the model said where that is the same text.

    An app may show something else than its model said; then it is what the user saw that counts.
    """
    said = parse_messages(span.attributes.get(keys.OUTPUT_MESSAGES))
    output = span.attributes.get(keys.OUTPUT)
    if said and (not output or said[0].content == output):
        return said
    if not isinstance(output, str) or not output:
        return ()
    if span.attributes.get(keys.OUTPUT_TYPE) == "json":
        value = parse_json(output)
        if isinstance(value, Mapping) and "role" in value:
            return parse_messages(value)
    return (Message("assistant", output),)


def read_model(arguments: Mapping[str, Any]) -> str:
    model = arguments.get("model")
    return model if isinstance(model, str) else ""


def read_outcome(span: Span) -> Outcome:
    outcome = read_told_outcome(span.attributes) or ("error" if span.status_code == "Error" else "completed")
    if outcome == "completed" and judge_outcome("", read_finish_reasons(span)) == "truncated":
        return "truncated"
    return outcome


def read_finish_reasons(span: Span) -> tuple[str, ...]:
    return read_texts(parse_json(span.attributes.get(keys.RESPONSE_FINISH_REASONS)))


def read_ended_by(span: Span) -> str:
    """Who ended a stream that was stopped; empty where it was not."""
    return pick_text(span.attributes, (keys.ENDED_BY,))
