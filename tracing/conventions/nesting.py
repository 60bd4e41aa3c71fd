"""Calls that several spans tell: an outer span's call and those beneath it become one, or none where they are many."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracing.generations import Generation

OUR_OWN = "tacit"
"""Convention of observed functions, which know the least of a call and the most of its end."""
FILLED = (
    "message_id",
    "response_id",
    "previous_response_id",
    "provider",
    "request_model",
    "response_model",
    "system_instructions",
    "input_messages",
    "output_messages",
    "user_text",
    "tool_definitions",
    "prompt_name",
    "prompt_version",
    "prompt_variables",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cache_write_1h_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
    "cost_usd",
    "time_to_first_chunk_ns",
    "logprob_mean",
    "logprob_min",
    "logprob_entropy",
    "finish_reasons",
    "user_id",
    "environment",
    "tags",
    "metadata",
)
"""Fields that the other span may supply where the one that tells more has nothing."""


def tell_once(outer: Generation, calls_beneath: Sequence[Generation]) -> Generation | None:
    """The call of `outer` with what the only call beneath knows besides; None where it frames several calls.

    Several observed functions beneath a call of a model are what the app did meanwhile.
    """
    instrumented = [call for call in calls_beneath if call.convention != OUR_OWN]
    told = calls_beneath if outer.convention == OUR_OWN or len(calls_beneath) == 1 else instrumented
    if not told:
        return outer
    return join_calls(outer, told[0]) if len(told) == 1 else None


def join_calls(outer: Generation, inner: Generation) -> Generation:
    """One call that two spans tell. The span with messages is the call's own, the outer one where both have them;
    an observed function is never, where another span tells the call.
    """
    inner_is_own = (inner.input_messages and not outer.input_messages) or outer.convention == OUR_OWN
    main, other = (inner, outer) if inner_is_own and inner.convention != OUR_OWN else (outer, inner)
    told = {name: fill(getattr(main, name), getattr(other, name)) for name in FILLED}
    told |= {
        "parameters": {**other.parameters, **main.parameters},
        "other_span_ids": list_others(main, other),
        "streamed": main.streamed or other.streamed,
        **keep_conversation(main, other),
        **keep_ending(main, other),
    }
    return replace(main, **told)


def fill(value: Any, other: Any) -> Any:
    """`other` where `value` is not there; a count of zero is."""
    return other if value is None or (not value and not isinstance(value, int | float)) else value


def list_others(main: Generation, other: Generation) -> tuple[str, ...]:
    ids = (*main.other_span_ids, other.span_id, *other.other_span_ids)
    return tuple(dict.fromkeys(span_id for span_id in ids if span_id != main.span_id))


def keep_conversation(main: Generation, other: Generation) -> dict[str, Any]:
    if not main.conversation_id_derived or other.conversation_id_derived:
        return {}
    return {"conversation_id": other.conversation_id, "conversation_id_derived": False}


def keep_ending(main: Generation, other: Generation) -> dict[str, Any]:
    """The ending that the other span tells, where that knows better.

    It does where somebody is known to have stopped the call, where it was left or cut short and the main span saw no
    end at all, and, for an observed function, wherever it did not complete.
    """
    named = other.outcome == "stopped" and other.ended_by != "unknown"
    unseen = main.outcome == "completed" and not main.finish_reasons and other.outcome in ("stopped", "truncated")
    if not (named or unseen or (other.convention == OUR_OWN and other.outcome != "completed")):
        return {}
    failed = other.outcome == "error"
    return {
        "outcome": other.outcome,
        "ended_by": other.ended_by or ("" if failed else main.ended_by),
        "error_type": (main.error_type or other.error_type) if failed else "",
        "error_message": (main.error_message or other.error_message) if failed else "",
    }
