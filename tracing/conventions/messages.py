"""Chat messages in the shapes that people write them: OpenAI's, GenAI parts, plain strings. All become `Message`."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tracing.generations import Message, ToolCall

TEXT_KEYS = ("content", "text")
CALL_PARTS = ("tool_call", "tool_use")
RESULT_PARTS = ("tool_call_response", "tool_result")
DEEPEST_NESTING = 100
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(value: Any) -> Any:
    """`value` decoded where it is a string of JSON, else as it is."""
    if not isinstance(value, str):
        return value
    try:
        decoded = json.loads(value, parse_constant=str)
        return tidy(decoded, DEEPEST_NESTING) if may_be_untidy(value) else decoded
    except (ValueError, RecursionError):
        return value


def may_be_untidy(text: str) -> bool:
    """Whether JSON may hold half characters, which only escapes can, or nest deep; most does neither."""
    return "\\ud" in text or "\\uD" in text or text.count("[") + text.count("{") > DEEPEST_NESTING


def tidy(value: Any, levels: int) -> Any:
    """A decoded value as every later stage can store it: half characters, which JavaScript cuts, are replaced.

    Raises ValueError where it nests deeper than `levels`.
    """
    if isinstance(value, str):
        return LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, (list, dict)) and not levels:
        raise ValueError(f"nested deeper than {DEEPEST_NESTING} levels")
    if isinstance(value, list):
        return [tidy(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {tidy(key, levels): tidy(item, levels - 1) for key, item in value.items()}
    return value


def parse_messages(value: Any) -> tuple[Message, ...]:
    """Messages from a list of them, one of them, or a bare string (which is the user's)."""
    value = parse_json(value)
    if isinstance(value, str):
        return (Message("user", value),) if value else ()
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(message for item in value for each in split_results(item) if (message := parse_message(each)))


def parse_message(value: Any) -> Message | None:
    """One message; None where it has no shape that is known."""
    if isinstance(value, str):
        return Message("user", value)
    if not isinstance(value, Mapping) or not isinstance(value.get("role"), str):
        return None
    parts = value.get("parts", value.get("content"))
    kept: tuple[Mapping[str, Any], ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    if isinstance(parts, str) or parts is None:
        text = parts or ""
    else:
        listed = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
        text = join_text(parts)
        kept = tuple(listed) if any(not is_text(part) for part in listed) else ()
        tool_calls = tuple(parse_tool_call(part) for part in listed if part.get("type") in CALL_PARTS)
    calls = value.get("tool_calls")
    if isinstance(calls, list):
        tool_calls += tuple(parse_tool_call(call) for call in calls if isinstance(call, Mapping))
    return Message(
        role=normalise_role(value["role"]),
        content=text,
        parts=kept,
        tool_calls=tool_calls,
        tool_call_id=find_tool_call_id(value, kept),
        name=str(value.get("name") or ""),
    )


def normalise_role(role: str) -> str:
    lowered = role.lower()
    return {"developer": "system", "human": "user", "ai": "assistant", "model": "assistant"}.get(lowered, lowered)


def is_text(part: Mapping[str, Any]) -> bool:
    return part.get("type", "text") in ("text", "input_text", "output_text")


def join_text(parts: Any) -> str:
    """The text of all text parts, one a line."""
    if not isinstance(parts, list):
        return json.dumps(parts, ensure_ascii=False)
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping):
            texts.extend(read_part_text(part))
    return "\n".join(texts)


def read_part_text(part: Mapping[str, Any]) -> list[str]:
    if part.get("type") in RESULT_PARTS:
        response = next((part[key] for key in ("response", "result", "content") if key in part), None)
        return [join_result(response)]
    if not is_text(part):
        return []
    return [text for key in TEXT_KEYS if isinstance(text := part.get(key), str)][:1]


def find_tool_call_id(message: Mapping[str, Any], parts: tuple[Mapping[str, Any], ...]) -> str:
    if message.get("tool_call_id"):
        return str(message["tool_call_id"])
    results = (part for part in parts if part.get("type") in RESULT_PARTS)
    return next((str(part.get("id") or part.get("tool_use_id") or "") for part in results), "")


def parse_tool_call(call: Mapping[str, Any]) -> ToolCall:
    """A call as OpenAI writes it (`function` with `arguments` as a string), as Anthropic does, or as a GenAI part."""
    function = call.get("function")
    inner: Mapping[str, Any] = function if isinstance(function, Mapping) else call
    arguments = parse_json(inner.get("arguments", inner.get("input")))
    if not isinstance(arguments, Mapping):
        arguments = {} if arguments in (None, "") else {"value": arguments}
    return ToolCall(str(call.get("id") or ""), str(inner.get("name") or ""), arguments)


def split_system(messages: tuple[Message, ...]) -> tuple[str, tuple[Message, ...]]:
    """The system messages' text, and the other messages."""
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    return system, tuple(message for message in messages if message.role != "system")


def find_user_text(messages: tuple[Message, ...]) -> str:
    """The last thing that the user said."""
    return next((message.content for message in reversed(messages) if message.role == "user"), "")


def split_results(value: Any) -> list[Any]:
    """A message as one message a tool's result, and one of what else it says.

    Anthropic's API, and whoever follows it, sends results of tools in messages of the user, who never said them.
    """
    key = "parts" if isinstance(value, Mapping) and "parts" in value else "content"
    parts = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(parts, list):
        return [value]
    results = [part for part in parts if isinstance(part, Mapping) and part.get("type") in RESULT_PARTS]
    if not results or (value.get("role") == "tool" and len(parts) == 1):
        return [value]
    rest = [part for part in parts if not any(part is result for result in results)]
    split: list[Any] = [{**value, "role": "tool", key: [result]} for result in results]
    return [*split, {**value, key: rest}] if rest else split


def join_result(response: Any) -> str:
    """What a tool gave back, as text: as it is, its parts where they are text, else as JSON."""
    if isinstance(response, str):
        return response
    parts = response if isinstance(response, list) else []
    if parts and all(isinstance(part, Mapping) and isinstance(part.get("text"), str) for part in parts):
        return "\n".join(part["text"] for part in parts)
    return json.dumps(response, ensure_ascii=False)


def flatten_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool's definition with its name, description and parameters at the top, where OpenAI nests them."""
    function = tool.get("function")
    if not isinstance(function, Mapping):
        return tool
    return {**{key: value for key, value in tool.items() if key != "function"}, **function}
