"""Whether a result says that the tool failed: text in, how out."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from feedback.detectors.tool_uses import ToolUse
from tracing.conventions.messages import parse_json

Failure = Literal["error", "timeout", "empty", ""]

FLAGS = ("is_error", "isError")
STATES = frozenset({"error", "failed", "failure", "fail", "ko"})
LONGEST_MESSAGE = 600
"""A longer text that mentions an error is about errors."""
_TIMEOUT = re.compile(r"\btime[d ]?-?\s?out\b|\bdeadline exceeded\b|\bTimeoutError\b", re.IGNORECASE)
_OPENING = re.compile(
    r"\s*(?:\W{0,3})(?:"
    r"(?:fatal |internal |unexpected |api |tool |http |runtime |validation )?error(?:\s+\d{3})?\b\s*(?:[:!.\-(]"
    r"|while|when|executing|calling|$)"
    r"|traceback \(most recent call last\)|[A-Z]\w*(?:Error|Exception)\b\s*[:(]"
    r"|(?:http/?[\d.]*\s*)?[45]\d\d\b\s*(?:[-:]?\s*)(?:error|bad request|unauthorized|forbidden|not found"
    r"|conflict|gone|too many"
    r"|internal server|bad gateway|service unavailable|gateway time)"
    r"|failed to \w+|could not (?:connect|find the tool|execute)|connection (?:refused|reset|error)|permission denied"
    r"|access denied|rate limit(?:ed| exceeded)|unknown tool|tool .{1,60} (?:not found|does not exist|failed)"
    r")",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    {"", "null", "none", "[]", "{}", '""', "no results", "no results found", "not found", "nothing found"}
)


def judge_result(use: ToolUse) -> tuple[Failure, str]:
    """How a use failed, and the words that say so; both empty where it did not, or nothing is known."""
    if use.run is not None and use.run.outcome == "error":
        message = use.run.error_message or use.run.error_type
        return ("timeout" if _TIMEOUT.search(f"{use.run.error_type} {message}") else "error"), message
    return ("", "") if use.result is None else judge_text(use.result)


def judge_text(result: str) -> tuple[Failure, str]:
    """The same of a result alone.

    >>> judge_text('{"error": "no such order"}'), judge_text("Error: timed out"), judge_text("[]")
    (('error', 'no such order'), ('timeout', 'Error: timed out'), ('empty', '[]'))
    """
    told = parse_json(result)
    if isinstance(told, Mapping):
        message = find_message(told)
        if message is not None:
            return ("timeout" if _TIMEOUT.search(message) else "error"), message
    if (
        isinstance(told, list)
        and len(told) == 1
        and isinstance(told[0], Mapping)
        and isinstance(told[0].get("text"), str)
    ):
        return judge_text(told[0]["text"])
    text = told if isinstance(told, str) else result
    if text.strip().strip(".").lower() in _EMPTY:
        return "empty", result
    if len(text) <= LONGEST_MESSAGE and _OPENING.match(text):
        return ("timeout" if _TIMEOUT.search(text) else "error"), text
    if text.lstrip().startswith("Traceback (most recent call last)"):
        return "error", text.strip().splitlines()[-1]
    return "", ""


def find_message(told: Mapping[str, Any]) -> str | None:
    """What an object says went wrong; None where it says that nothing did."""
    if error := told.get("error") or told.get("errors") or told.get("exception"):
        if not (isinstance(error, bool) or error in (0, "0", "none", "None", "null", "false")):
            return error if isinstance(error, str) else pick_message(error)
        if error is True:
            return pick_message(told)
    failed = any(told.get(name) is True for name in FLAGS) or told.get("ok") is False or told.get("success") is False
    state = told.get("status", told.get("state"))
    failed = failed or (isinstance(state, str) and state.lower() in STATES)
    code = told.get("status_code", told.get("statusCode", state))
    failed = failed or (isinstance(code, int) and not isinstance(code, bool) and 400 <= code <= 599)
    return pick_message(told) if failed else None


def pick_message(told: Any) -> str:
    if isinstance(told, Mapping):
        for name in ("message", "detail", "error_message", "reason", "msg", "description", "code", "content", "text"):
            if isinstance(told.get(name), str) and told[name]:
                return str(told[name])
    if isinstance(told, list) and told:
        return pick_message(told[0])
    return told if isinstance(told, str) else "it says that it failed"
