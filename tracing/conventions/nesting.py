"""Calls that several spans tell: an outer span's call and those beneath it become one, or none where they are many."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracing.generations import Generation

FILLED = (
    "message_id",
    "provider",
    "request_model",
    "response_model",
    "system_instructions",
    "input_messages",
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
    "user_id",
    "environment",
    "tags",
    "metadata",
)
"""Fields that the other span may supply where the one that tells more has nothing."""


def tell_once(outer: Generation, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call of `outer` with what the only call beneath knows besides; None where it frames several calls.

    The span with messages is the call's own, the outer one where both have them.
    """
    if not calls_beneath:
        return outer
    if len(calls_beneath) > 1:
        return None
    [inner] = calls_beneath
    main, other = (outer, inner) if outer.input_messages or not inner.input_messages else (inner, outer)
    told = {name: fill(getattr(main, name), getattr(other, name)) for name in FILLED}
    joined = replace(main, **told, other_span_ids=list_others(main, other), streamed=main.streamed or other.streamed)
    return keep_ending(keep_conversation(joined, other), other)


def fill(value: Any, other: Any) -> Any:
    """`other` where `value` is not there; a count of zero is."""
    return other if value is None or (not value and not isinstance(value, int | float)) else value


def list_others(main: Generation, other: Generation) -> tuple[str, ...]:
    ids = (*main.other_span_ids, other.span_id, *other.other_span_ids)
    return tuple(dict.fromkeys(span_id for span_id in ids if span_id != main.span_id))


def keep_conversation(generation: Generation, other: Generation) -> Generation:
    if not generation.conversation_id_derived or other.conversation_id_derived:
        return generation
    return replace(generation, conversation_id=other.conversation_id, conversation_id_derived=False)


def keep_ending(generation: Generation, other: Generation) -> Generation:
    """The call with the text of the other span where it has none, stopped where the other span knows that it was."""
    said = generation.output_messages or other.output_messages
    if other.outcome != "stopped":
        return replace(generation, output_messages=said)
    return replace(
        generation,
        output_messages=said,
        outcome=other.outcome,
        ended_by=other.ended_by,
        error_type=other.error_type,
        error_message=other.error_message,
    )
