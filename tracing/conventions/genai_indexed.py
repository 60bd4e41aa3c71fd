"""Older GenAI attributes that hold one field of one message each: a span comes in, the same in today's names goes out.

OpenLLMetry wrote `gen_ai.prompt.N.role`, `.content`, `.tool_calls.M.name`, `gen_ai.completion.N.*` and
`llm.request.functions.N.*` for years, and others followed it. What the span says in today's attributes wins.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tracing.conventions.genai_events import MISSING, decode_parts
from tracing.conventions.messages import drop_silent, parse_json, parse_messages
from tracing.spans import AttributeValue, Span

INDEXED = re.compile(r"(gen_ai\.prompt|gen_ai\.completion|llm\.request\.functions)\.(\d{1,6})\.(.+)")
TOOL_CALL = re.compile(r"tool_calls\.(\d{1,6})\.(.+)")
ONLY_CALL = "function_call."
ROLES: Mapping[str, str] = {"gen_ai.prompt": "user", "gen_ai.completion": "assistant"}

Fields = dict[str, AttributeValue]


def translate_span(span: Span) -> Span:
    """The span with the messages and the tools that its older attributes tell."""
    if not any(name.startswith(("gen_ai.prompt.", "gen_ai.completion.", "llm.request.f")) for name in span.attributes):
        return span
    groups = group_fields(span.attributes)
    told: Fields = {
        "gen_ai.input.messages": to_messages(groups, "gen_ai.prompt"),
        "gen_ai.output.messages": to_messages(groups, "gen_ai.completion"),
        "gen_ai.tool.definitions": [to_tool(fields) for fields in groups.get("llm.request.functions", {}).values()],
    }
    missing = {name: value for name, value in told.items() if value and says_nothing(span.attributes.get(name))}
    return replace(span, attributes={**span.attributes, **missing})


def says_nothing(value: AttributeValue) -> bool:
    """Whether an attribute is not there, or has messages without a word, as LiteLLM's of calls of tools."""
    return value in MISSING or (
        isinstance(value, str) and '"parts": []' in value and not drop_silent(parse_messages(value))
    )


def group_fields(attributes: Mapping[str, AttributeValue]) -> dict[str, dict[int, Fields]]:
    """The fields of each message or tool, by prefix and number, in the order of their numbers."""
    groups: dict[str, dict[int, Fields]] = {}
    for name, value in attributes.items():
        match = INDEXED.fullmatch(name)
        if match:
            prefix, number, field = match.groups()
            groups.setdefault(prefix, {}).setdefault(int(number), {})[field] = value
    return {prefix: dict(sorted(group.items())) for prefix, group in groups.items()}


def to_messages(groups: Mapping[str, Mapping[int, Fields]], prefix: str) -> list[AttributeValue]:
    return [to_message(fields, ROLES[prefix]) for fields in groups.get(prefix, {}).values()]


def to_message(fields: Fields, role: str) -> Fields:
    """A message as `tracing.conventions.messages` reads it."""
    told_role = fields.get("role")
    message: Fields = {
        "role": told_role if isinstance(told_role, str) and told_role else role,
        "content": decode_parts(fields.get("content")),
        "tool_calls": list_tool_calls(fields.items()),
        "tool_call_id": fields.get("tool_call_id"),
        "name": fields.get("name"),
    }
    return message | ({"finish_reason": fields["finish_reason"]} if "finish_reason" in fields else {})


def to_tool(fields: Fields) -> Fields:
    return fields | {"parameters": parse_json(fields["parameters"])} if "parameters" in fields else fields


def list_tool_calls(fields: Iterable[tuple[str, AttributeValue]]) -> list[Any]:
    calls: dict[int, Fields] = {}
    for name, value in fields:
        if name.startswith(ONLY_CALL):
            calls.setdefault(0, {})[name.removeprefix(ONLY_CALL)] = value
        match = TOOL_CALL.fullmatch(name)
        if match:
            calls.setdefault(int(match[1]), {})[match[2]] = value
    return [call for _, call in sorted(calls.items())]
