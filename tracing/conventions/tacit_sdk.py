"""Spans of our own SDK: functions under `@tacit.observe`.

A span with no model call beneath it, or of kind `llm`, is a generation. With model calls beneath, those are the
generations and the span frames the turn (see `tracing.conversations`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tacit import attributes as keys

from tracing.conventions.logprobs import read_told_certainty
from tracing.conventions.messages import find_user_text, parse_json, parse_messages, split_system
from tracing.conventions.nesting import OUR_OWN, tell_once
from tracing.conventions.origins import describe_origin, read_identity
from tracing.conventions.parameters import gather_parameters
from tracing.conventions.shared_attributes import (
    judge_outcome,
    pick_int,
    pick_text,
    read_error,
    read_seconds,
    read_texts,
    read_told_outcome,
)
from tracing.generations import Generation, Message, Outcome
from tracing.spans import Span, Trace

NAME = OUR_OWN
GENERATING_KINDS = frozenset({"llm", "chain", "agent"})
INPUT_NAMES = ("message", "question", "prompt", "query", "input")


def claims(span: Span) -> bool:
    """Whether the SDK wrote the span."""
    return keys.KIND in span.attributes


def read(span: Span, trace: Trace, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The model call that an observed function is, if it is one."""
    kind = pick_text(span.attributes, (keys.KIND,))
    if kind == "llm":
        return tell_once(read_call(span, trace), calls_beneath)
    is_call = kind in GENERATING_KINDS and not calls_beneath and not is_helper(span, trace)
    return read_call(span, trace) if is_call else None


def read_call(span: Span, trace: Trace) -> Generation:
    """What the function was given and gave back, as a call of a model."""
    attributes = span.attributes
    arguments = read_arguments(span)
    system, messages = split_system(read_input(arguments))
    outcome = read_outcome(span)
    error_type, error_message = ("", "") if outcome == "stopped" else read_error(span)
    response_id = pick_text(attributes, (keys.RESPONSE_ID,))
    return Generation(
        **describe_origin(span, trace, read_identity(span, trace), response_id),
        convention=NAME,
        provider=pick_text(attributes, (keys.PROVIDER_NAME,)),
        operation=pick_text(attributes, (keys.OPERATION_NAME,)) or "chat",
        request_model=pick_text(attributes, (keys.REQUEST_MODEL,)) or read_model(arguments),
        response_model=pick_text(attributes, (keys.RESPONSE_MODEL,)),
        system_instructions=system,
        input_messages=messages,
        output_messages=read_output(span),
        user_text=find_user_text(messages),
        parameters=gather_parameters(attributes),
        input_tokens=pick_int(attributes, (keys.INPUT_TOKENS,)),
        output_tokens=pick_int(attributes, (keys.OUTPUT_TOKENS,)),
        cache_read_tokens=pick_int(attributes, (keys.CACHE_READ_TOKENS,)),
        cache_write_tokens=pick_int(attributes, (keys.CACHE_WRITE_TOKENS,)),
        reasoning_tokens=pick_int(attributes, (keys.REASONING_TOKENS,)),
        cache_write_1h_tokens=pick_int(attributes, (keys.CACHE_WRITE_1H_TOKENS,)),
        audio_input_tokens=pick_int(attributes, (keys.AUDIO_INPUT_TOKENS,)),
        audio_output_tokens=pick_int(attributes, (keys.AUDIO_OUTPUT_TOKENS,)),
        **read_told_certainty(attributes),
        time_to_first_chunk_ns=read_seconds(attributes, keys.TIME_TO_FIRST_CHUNK),
        streamed=attributes.get(keys.REQUEST_STREAM) is True,
        outcome=outcome,
        ended_by=read_ended_by(span),
        finish_reasons=read_finish_reasons(span),
        error_type=error_type,
        error_message=error_message,
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
