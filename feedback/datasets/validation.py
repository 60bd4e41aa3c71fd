"""Is a row what a trainer may safely learn from? Rows come in, the fault goes out, or None. TRL trains
without a word on most faults that are looked for here, so nothing else catches them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feedback.datasets.messages import Row
from feedback.datasets.record import Reason

ROLES = frozenset({"system", "user", "assistant", "tool"})

# Legal inside JSON strings, but line ends to many readers of JSON lines.
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def encode_line(row: Mapping[str, Any]) -> bytes | None:
    """Return the row as one line of UTF-8 JSON that reads back equal, or None where there is no such line."""
    try:
        text = json.dumps(row, ensure_ascii=False, allow_nan=False)
        for line_end, escaped in _LINE_ENDS.items():
            text = text.replace(line_end, escaped)
        line = text.encode() + b"\n"
        return line if json.loads(line) == row else None
    except (TypeError, ValueError, RecursionError):
        return None


def check_exchange(prompt: Sequence[Row], answer: Sequence[Row]) -> Reason | None:
    """Return the fault of a prompt with an answer to it, or None."""
    if not any(message["role"] == "user" for message in prompt):
        return Reason.NO_USER_MESSAGE
    if prompt[-1]["role"] not in ("user", "tool") or [message["role"] for message in answer] != ["assistant"]:
        return Reason.WRONG_LAST_ROLE
    return check_messages((*prompt, *answer))


def check_messages(messages: Sequence[Row]) -> Reason | None:
    """Return the first fault in the messages of one dialogue, or None."""
    if any(message["role"] not in ROLES for message in messages):
        return Reason.UNKNOWN_ROLE
    if any(_is_empty(message) for message in messages):
        return Reason.EMPTY_MESSAGE
    return None if _match_tool_calls(messages) else Reason.ORPHAN_TOOL_CALL


def _is_empty(message: Row) -> bool:
    may_be_empty = message["role"] == "tool" or bool(message.get("tool_calls"))
    return not may_be_empty and not message["content"].strip()


def _match_tool_calls(messages: Sequence[Row]) -> bool:
    """Every call is followed by its result before anyone else speaks, and every result has its call."""
    open_calls: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return False
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            return False
        open_calls += [call["id"] for call in message.get("tool_calls", ())]
    return not open_calls
