"""Messages as TRL's chat templates read them, and whether two of them say the same: canonical messages come
in, plain JSON objects go out."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracing.generations import Message, ToolCall

Row = dict[str, Any]
"""One line of a dataset file."""

TEXT_PARTS = frozenset(
    {"", "text", "input_text", "output_text", "refusal", "reasoning", "thinking", "redacted_thinking"}
    | {"tool_call", "tool_use", "tool_call_response", "tool_result"}
)
"""Types of message parts that `content`, `tool_calls` and tool messages tell in full."""


def write_messages(messages: Iterable[Message]) -> list[Row]:
    """Return the messages as TRL wants them: `content` never null, tool arguments as an object."""
    names: dict[str, str] = {}
    rows = []
    for message in messages:
        names.update({call.id: call.name for call in message.tool_calls})
        rows.append(_write_message(message, names))
    return rows


def _write_message(message: Message, tool_names: Mapping[str, str]) -> Row:
    row: Row = {"role": message.role, "content": message.content}
    if message.role == "tool":
        name = message.name or tool_names.get(message.tool_call_id, "")
        row |= {"tool_call_id": message.tool_call_id, "name": name}
    if message.tool_calls:
        row["tool_calls"] = [_write_call(call) for call in message.tool_calls]
    return row


def _write_call(call: ToolCall) -> Row:
    function = {"name": call.name, "arguments": dict(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def write_tools(tools: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return tool definitions as JSON schemas of functions, whether they were reported flat or nested.

    What has no name, such as a search that the provider has built in, is no function that a model could learn to call.
    """
    written = [_write_tool(tool) for tool in tools]
    return [tool for tool in written if isinstance(name := tool["function"].get("name"), str) and name]


def name_tools(tools: Sequence[Mapping[str, Any]], with_tools: bool) -> Row:
    """The column `tools`, which all rows of a file have as soon as one of them needs it."""
    return {"tools": write_tools(tools)} if with_tools else {}


def _write_tool(tool: Mapping[str, Any]) -> Row:
    if isinstance(tool.get("function"), dict):
        return dict(tool)
    schema = {key: value for key, value in tool.items() if key != "type"}
    if "parameters" not in schema and "input_schema" in schema:
        schema["parameters"] = schema.pop("input_schema")
    return {"type": "function", "function": schema}


def tell_messages(messages: Iterable[Message]) -> str:
    """What was said, for people: a paragraph each, with who said it."""
    return "\n\n".join(f"{message.role}: {tell_message(message)}" for message in messages)


def tell_message(message: Message) -> str:
    """What it says, and below it which tools it calls."""
    calls = [f"{call.name}({json.dumps(dict(call.arguments), ensure_ascii=False)})" for call in message.tool_calls]
    return "\n".join([message.content, *calls] if message.content else calls)


def hold_only_text(messages: Iterable[Message]) -> bool:
    return all(str(part.get("type", "")) in TEXT_PARTS for message in messages for part in message.parts)


def normalise_text(text: str) -> str:
    """Return the text without differences that no reader sees.

    >>> normalise_text("  one\\n\\ttwo ")
    'one two'
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def normalise_messages(messages: Iterable[Message]) -> str:
    """Return a text that is equal for messages that say the same, but for white space."""
    rows = write_messages(messages)
    said = [row | {"content": normalise_text(row["content"])} for row in rows]
    return json.dumps(said, sort_keys=True, default=str)


def same_messages(one: Iterable[Message], other: Iterable[Message]) -> bool:
    return normalise_messages(one) == normalise_messages(other)
