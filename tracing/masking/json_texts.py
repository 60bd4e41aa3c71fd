"""JSON and a change come in, the same JSON with its strings changed goes out; everything else is kept to the letter."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

Change = Callable[[str, str], str]
"""Takes the name of a value, empty where it has none, and its text."""

_STARTS: Final = ("{", "[", '"')
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_NUMBER: Final = r"-?\d[\d.eE+-]*"
_TOKEN: Final = re.compile(
    rf"(?P<name>{_STRING})\s*:\s*(?P<named>{_STRING}|{_NUMBER})?|(?P<alone>{_STRING}|{_NUMBER})", re.DOTALL
)


def looks_like_json(text: str) -> bool:
    """Whether it may be an object, a list or a string of JSON; to be asked before it is read.

    >>> [looks_like_json(text) for text in ('[1]', ' {"a": 2}', "Hello", "")]
    [True, True, False, False]
    """
    return text[:1] in _STARTS or (text[:1].isspace() and text.lstrip()[:1] in _STARTS)


def list_strings(text: str, name: str = "") -> list[tuple[str, str]] | None:
    """Names and values of a text, where it is JSON: names alone and without one, strings with the name before them.

    >>> list_strings('{"a": ["b", 1]}'), list_strings("[") is None
    ([('', 'a'), ('a', 'b')], True)
    """
    try:
        found: list[tuple[str, str]] = []
        _collect_strings(name, json.loads(text, parse_int=float, parse_float=float), found)
    except (ValueError, RecursionError):
        return None
    return found


def _collect_strings(name: str, value: Any, found: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        found.append((name, value))
    elif isinstance(value, dict):
        for called, member in value.items():
            found.append(("", called))
            _collect_strings(called, member, found)
    elif isinstance(value, list):
        for member in value:
            _collect_strings(name, member, found)


def change_json(text: str, change: Change, change_name: Callable[[str], str], name: str = "") -> str:
    """Valid JSON with each string, name and number changed; a number that changes becomes a string.

    `name` is what values are called that stand in no object.

    >>> change_json('{"a" : [1.50, "x\\\\n"]}', lambda name, text: text.upper(), str)
    '{"a" : [1.50, "X\\\\n"]}'
    """

    def change_value(called: str, token: str) -> str:
        if token[0] != '"':
            changed = change(called, token)
            return token if changed == token else json.dumps(changed)
        return write_string(token, read_string(token), change(called, read_string(token)))

    def change_token(match: re.Match[str]) -> str:
        if match["alone"] is not None:
            return change_value(name, match["alone"])
        called, value = read_string(match["name"]), match["named"] or ""
        between = match[0][len(match["name"]) : len(match[0]) - len(value)]
        changed = write_string(match["name"], called, change_name(called))
        return changed + between + (change_value(called, value) if value else "")

    return _TOKEN.sub(change_token, text)


def read_string(token: str) -> str:
    """The text of a string of JSON, its quotes included.

    >>> read_string('"a\\\\u0041"')
    'aA'
    """
    return str(json.loads(token, strict=False)) if "\\" in token else token[1:-1]


def write_string(token: str, before: str, after: str) -> str:
    """The token itself where the text stayed; else a new one, in escapes where the old one had them."""
    return token if after == before else json.dumps(after, ensure_ascii="\\u" in token)
