"""Messages and tools as OpenAI's finetuning takes them, and Azure, Together and Fireworks after it: arguments of tool
calls are a JSON string, and no key stands there that the service does not know."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from feedback.datasets.format import Limit
from feedback.datasets.messages import Row, write_messages, write_tools
from feedback.datasets.record import Reason
from tracing.generations import Message

LIMITS: Final = (
    Limit("OpenAI or Azure", least_rows=10, most_bytes=512 * 2**20),
    Limit("Fireworks", least_rows=3, most_rows=3_000_000),
    Limit("Together", most_bytes=50 * 2**30),
)
FUNCTION_KEYS: Final = {"name": str, "description": str, "parameters": dict, "strict": bool}
FUNCTION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def write_dialogue(messages: Iterable[Message]) -> list[Row]:
    return [_write_message(row) for row in write_messages(messages)]


def _write_message(row: Row) -> Row:
    if row["role"] == "tool":
        return {key: row[key] for key in ("role", "content", "tool_call_id")}
    if "tool_calls" in row:
        return {**row, "tool_calls": [_write_call(call) for call in row["tool_calls"]]}
    return row


def _write_call(call: Row) -> Row:
    function = call["function"]
    return {**call, "function": {**function, "arguments": json.dumps(function["arguments"], ensure_ascii=False)}}


def name_tools(tools: Sequence[Mapping[str, Any]]) -> Row:
    """None where the row has none: an empty list is refused."""
    written = write_tools(tools)
    return {"tools": [_write_tool(tool["function"]) for tool in written]} if written else {}


def _write_tool(function: Row) -> Row:
    kept = {key: function[key] for key, kind in FUNCTION_KEYS.items() if isinstance(function.get(key), kind)}
    return {"type": "function", "function": kept}


def check_functions(messages: Iterable[Row], tools: Iterable[Row]) -> Reason | None:
    """Say whether a function has a name that the services refuse."""
    called = [call for message in messages for call in message.get("tool_calls", ())]
    names = [each["function"]["name"] for each in (*called, *tools)]
    return None if all(FUNCTION_NAME.fullmatch(str(name)) for name in names) else Reason.FUNCTION_NAME
