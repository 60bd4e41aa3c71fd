"""Values that somebody may put where another kind of value, or a kinder one, is expected."""

import json
from random import Random
from typing import Any

from tests.hostile.world import HOSTILE

DEEP_JSON = '{"a":' * 3_000 + "1" + "}" * 3_000
DEEP_LIST = "[" * 20_000
UNFINISHED = '[{"role": "user", "content": "Hel'
NUMBERS = (0, -1, 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, -(2**63), 1e308, -1e308, 5e-324)
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud7ff\ufffe\uffff\U0010ffff",
    HOSTILE,
    DEEP_JSON,
    DEEP_LIST,
    UNFINISHED,
    "null",
    "true",
    "NaN",
    "-Infinity",
    "1e999",
    "9" * 400,
    "9" * 5_000,
    "0x1F",
    "٣",
    '"',
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "[null]",
    '[{"role": null}]',
    '[{"role": "user"}]',
    '[{"role": "user", "content": null}]',
    '[{"role": "user", "content": 7}]',
    '[{"role": "user", "content": {"text": ["a"]}}]',
    '[{"role": "assistant", "tool_calls": [null]}]',
    '[{"role": "assistant", "tool_calls": [{"function": "x", "id": 7}]}]',
    '[{"role": "assistant", "tool_calls": {"function": {"arguments": {"a": [1]}}}}]',
    '[{"role": "tool", "tool_call_id": {"a": 1}, "content": [null, 1, {"type": 3}]}]',
    '[{"role": {"a": "b"}, "parts": [{"type": "text", "content": {"x": 1}}]}]',
    '{"messages": 5}',
    '{"messages": [5, null, "x", [], {}]}',
    '{"choices": [{"message": null}]}',
    '{"choices": "x", "usage": [1, 2]}',
    '{"a": NaN, "b": 1e999}',
    '{"\\ud800": "\\udfff", "content": "\\ud83d"}',
    "a" * 70_000,
    "no " * 30_000,
    "1 " * 30_000,
    "\n" * 20_000,
    "😀" * 10_000,
    "e\u0301\u0302\u0303" * 5_000,
    "\u202e\u2066" * 500,
    "2026-02-30T25:61:61Z",
    "-999999-01-01",
    "http://[::1",
    "http://xn--/" + "%" * 100,
    "../../../../etc/passwd",
    "\\u0000",
    "\x1b[2J\x07",
    "{{7*7}}${7*7}",
    "%s%s%n",
    "d" * 32,
    "stopped",
    "error",
)


def make_value(random: Random, depth: int = 0) -> Any:
    """Anything that OTLP can carry as a value of an attribute."""
    kind = random.randrange(10 if depth < 4 else 7)
    if kind < 4:
        return random.choice(TEXTS)
    if kind < 6:
        return random.choice((*NUMBERS, float("nan"), float("inf"), True, False))
    if kind == 6:
        return random.choice((None, b"", b"\xff\xfe\x00", bytes(1_000)))
    if kind == 7:
        return make_json_text(random)
    if kind == 8:
        return [make_value(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(("role", "content", "", "a\0", "messages")): make_value(random, depth + 1) for _ in range(3)}


def make_json_text(random: Random) -> str:
    """A text that is JSON of no shape that anybody agreed on."""
    try:
        return json.dumps(make_json(random), ensure_ascii=random.random() < 0.5)
    except ValueError:
        return "{}"


def make_json(random: Random, depth: int = 0) -> Any:
    kind = random.randrange(8 if depth < 4 else 5)
    if kind < 2:
        return random.choice(TEXTS)
    if kind < 5:
        return random.choice((*NUMBERS, None, True, False, "user", "assistant", "tool", "text"))
    if kind == 5:
        return [make_json(random, depth + 1) for _ in range(random.randrange(4))]
    names = (
        "role",
        "content",
        "parts",
        "type",
        "text",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "id",
        "messages",
    )
    return {random.choice(names): make_json(random, depth + 1) for _ in range(random.randrange(5))}
