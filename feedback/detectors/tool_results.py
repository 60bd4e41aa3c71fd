"""Whether a result says that the tool failed: text in, how out."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from feedback.detectors.tool_uses import ToolUse
from tracing.conventions.messages import parse_json

Failure = Literal["error", "timeout", "empty", ""]

FLAGS = ("is_error", "isError")
STATES = frozenset({"error", "failed", "failure", "fail", "ko"})
WORDS = (
    *("message", "detail", "errorMessage", "error_message", "reason", "msg", "description", "code", "content", "text"),
    "value",
)
"""Where objects say what went wrong, the most telling first."""
LONGEST_MESSAGE = 600
"""A longer text that mentions an error is about errors."""
_TIMEOUT = re.compile(r"\btime[d ]?-?\s?out\b|\bdeadline exceeded\b|Timeout(?:Error|Exception)?\b", re.IGNORECASE)
_OPENING = re.compile(
    r"\W{0,4}(?:"
    # Error: …, Error 1045 …, [ERROR] …, Error executing tool x: …, An error occurred …
    r"(?:(?:fatal|internal|unexpected|api|tool|http|runtime|validation|server|network|database) )?"
    r"error(?:\s+[\dA-Z]+)?\b\s*(?:[:!.\-(\]]|$|while\b|when\b|during\b|code\b|occurred\b"
    r"|(?:execut|call|runn|invok|fetch|read|writ|connect|pars|process|load|creat|updat|delet|send|open)\w*ing\b)"
    r"|(?:(?:an?|the|some|there was an|i (?:have )?encountered an|encountered(?: an)?|got an)\s)(?:\w+\s)?error\b\s*"
    r"(?:[:.!]|$|occurred|happened|while|when)"
    r"|encountered error\b"
    # the same word of other languages
    r"|(?:fehler|erreur|errore|erro|fout|błąd|ошибка|hata|错误|出错|エラー|오류)\s*[:：!]"
    # KeyError: …, psycopg2.errors.UndefinedTable: …, java.net.SocketTimeoutException: …
    r"|traceback \(most recent call last\)"
    r"|(?-i:(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Timeout|Fault)\b\s*(?:[:(]|$))"
    r"|(?:\w+\.)+(?:errors|exceptions)\.\w+\s*[:(]"
    # 404 Not Found, HTTP 500 Internal Server Error
    r"|(?:http/?[\d.]*\s*)?[45]\d\d\b\s*(?:[-:]?\s*)(?:error|(?:client|server) error|bad request|unauthorized|forbidden"
    r"|not found|conflict|gone|too many|internal server|bad gateway|service unavailable|gateway time)"
    r"(?!\s+(?:is|are|was|were|means?)\b)"
    # Request failed …, Tool call timed out …
    r"|(?:the |your |this )?(?:\w+ )?(?:request|call|query|command|operation|execution|invocation|connection|login"
    r"|authentication|authorization|validation|upload|download|lookup|transaction|payment)"
    r" (?:has |was |is |were )?(?:failed|timed out|denied|refused|rejected|aborted|forbidden|not (?:allowed"
    r"|permitted))\b"
    r"|tool .{1,60} (?:not found|does not exist|failed)"
    r"|failed to \w+|unable to \w+|could not (?:be )?(?:connect|find the tool|execut|resolv|pars|open|read|load|complet"
    r"|process|reach|access|fetch|retriev|authenticat|creat|updat|delet|sen[dt])\w*"
    r"|connection (?:refused|reset|error|closed|timed out)|permission denied|access (?:is )?denied|not authorized"
    r"|rate limit(?:ed| exceeded)|quota exceeded|unknown (?:tool|function|command)|invalid (?:\w+ ){0,2}"
    r"(?:argument|parameter|input|request|token|api key|credentials|format)s?\b"
    # programs: fatal: …, panic: …, bash: x: command not found, cat: x: No such file or directory, curl: (6) …
    r"|(?-i:fatal|panic): |\w+ err!|curl: \(\d+\)|[\w./+-]+: (?:line \d+: )?[^\n]{1,200}(?:command not found"
    r"|no such file or directory|permission denied|not a directory|is a directory)\b"
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
        if len(told) == 1 and isinstance(said := told.get("message", told.get("text")), str):
            return judge_text(said)
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
    if error := told.get("error") or told.get("errors") or told.get("exception") or told.get("fault"):
        if error is True:
            return pick_message(told)
        if not (isinstance(error, bool) or error in (0, "0", "none", "None", "null", "false")):
            return error if isinstance(error, str) else pick_message(error)
    return pick_message(told) if tells_failure(told) else None


def tells_failure(told: Mapping[str, Any]) -> bool:
    """Whether flags, states, codes or the only words of an object say so."""
    if any(told.get(name) is True for name in FLAGS) or told.get("ok") is False or told.get("success") is False:
        return True
    state = told.get("status", told.get("state"))
    if isinstance(state, str) and state.lower() in STATES:
        # that of what was asked for, where it is told with other things
        return state.lower() == "error" or len(told) == 1 or any(isinstance(told.get(name), str) for name in WORDS)
    code = told.get("status_code", told.get("statusCode", state))
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code <= 599:
        return True
    is_named = isinstance(kind := told.get("type"), str) and kind.lower().startswith("error")
    return is_named or (told.keys() == {"detail"} and isinstance(told["detail"], str))


def pick_message(told: Any) -> str:
    if isinstance(told, Mapping):
        for name in WORDS:
            if isinstance(told.get(name), str) and told[name]:
                return str(told[name])
    if isinstance(told, list) and told:
        return pick_message(told[0])
    return told if isinstance(told, str) else "it says that it failed"
