"""Chat messages in the shapes that people write them: OpenAI's, GenAI parts, plain strings. All become `Message`."""

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracing.generations import Message, ToolCall

TEXT_KEYS = ("content", "text", "refusal")
TEXT_PARTS = ("text", "input_text", "output_text", "refusal")
CALL_PARTS = ("tool_call", "tool_use", "function_call", "custom_tool_call")
RESULT_PARTS = ("tool_call_response", "tool_result", "function_call_output", "custom_tool_call_output")
OF_TOOLS = (*CALL_PARTS, *RESULT_PARTS)
RESULT_KEYS = ("response", "result", "output", "content")
ARGUMENTS = ("arguments", "input", "args")
ID_KEYS = ("call_id", "id", "tool_use_id")
LONGEST_DATA = 512
"""Characters of an encoded image, sound or file that a message keeps; of longer ones it says how long they are."""
DATA_URL = re.compile(r"data:[^,\s]{0,200},")
ENCODED = re.compile(r"[A-Za-z0-9+/_-]{256}")
DEEPEST_NESTING = 100
BEGINNINGS = frozenset('{["-0123456789tfnNI \t\n\r')
"""What JSON may begin with, `NaN` and `Infinity` among it."""
decode_json = json.JSONDecoder(parse_constant=str).decode
LONGEST_REPR = 10_000
ROLES = {"developer": "system", "human": "user", "ai": "assistant", "model": "assistant"}
PLAIN_KEYS = frozenset({"role", "content", "parts", "finish_reason"})
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_json(value: Any) -> Any:
    """`value` decoded where it is a string of JSON, else as it is."""
    if not isinstance(value, str) or not value or value[0] not in BEGINNINGS:
        return value
    try:
        decoded = decode_json(value)
        return tidy(decoded, DEEPEST_NESTING) if may_be_untidy(value) else decoded
    except (ValueError, RecursionError):
        return value


def parse_repr(value: Any) -> Any:
    """A value that Python wrote as it writes its own, as LiteLLM's usage; None where it is none."""
    try:
        return ast.literal_eval(value) if isinstance(value, str) and len(value) < LONGEST_REPR else None
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


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
    """Messages from a list of them, one of them, or a bare string (which is the user's).

    A message may be OpenAI's, Anthropic's, Gemini's or of GenAI parts, a choice of a completion, or an item of the
    responses API.
    """
    value = parse_json(value)
    if isinstance(value, str):
        return (Message("user", value),) if value else ()
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(message for item in value for message in read_item(item))


def read_item(item: Any) -> list[Message]:
    """The messages that one item of a list tells."""
    plain = parse_plain_message(item)
    if plain is not None:
        return [plain]
    return [message for each in split_results(unwrap(item)) if (message := parse_message(each))]


def parse_plain_message(item: Any) -> Message | None:
    """A message that is one text, as nearly all are, without looking for more; None where it is anything else."""
    if not isinstance(item, dict) or not item.keys() <= PLAIN_KEYS:
        return None
    role, parts = item.get("role"), item.get("parts", item.get("content"))
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], dict) and parts[0].get("type") == "text":
        parts = next((text for key in TEXT_KEYS if isinstance(text := parts[0].get(key), str)), None)
    return Message(normalise_role(role), parts) if isinstance(role, str) and isinstance(parts, str) else None


def unwrap(item: Any) -> Any:
    """A message of a choice or of an item of the responses API; what else there is stays as it is."""
    if not isinstance(item, dict) or "role" in item:
        return item
    if isinstance(item.get("message"), dict):
        return {"role": "assistant", **item["message"]}
    kind = item.get("type")
    if kind in CALL_PARTS:
        return {"role": "assistant", "tool_calls": [item]}
    return {"role": "tool", "content": [item]} if kind in RESULT_PARTS else item


def parse_message(value: Any) -> Message | None:
    """One message; None where it has no shape that is known."""
    if isinstance(value, str):
        return Message("user", value)
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return None
    parts = value.get("parts", value.get("content"))
    parts = value.get("refusal") if parts is None else parts
    if isinstance(parts, str) or parts is None:
        return build_message(value, parts or "", ())
    listed = [name_part(part) for part in parts if isinstance(part, dict | str)] if isinstance(parts, list) else []
    return build_message(value, join_text(listed) if isinstance(parts, list) else join_result(parts), listed)


def build_message(value: Mapping[str, Any], text: str, parts: Sequence[Mapping[str, Any]]) -> Message:
    called = [part for part in parts if part.get("type") in CALL_PARTS]
    calls = called or value.get("tool_calls")
    listed = calls if isinstance(calls, list) else []
    return Message(
        role=normalise_role(value["role"]),
        content=text,
        parts=keep_media(parts),
        tool_calls=tuple(parse_tool_call(call) for call in listed if isinstance(call, dict)),
        tool_call_id=find_tool_call_id(value, parts),
        name=str(value.get("name") or ""),
    )


def keep_media(parts: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The parts where any is neither text nor of a tool, which messages tell otherwise; long data stays out."""
    said = [part for part in parts if part.get("type") not in OF_TOOLS]
    return tuple(map(shorten_data, said)) if not all(map(is_text, said)) else ()


def shorten_data(value: Any) -> Any:
    """A value with the length of long encoded data in place of the data."""
    if isinstance(value, dict):
        return {key: shorten_data(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shorten_data(each) for each in value]
    if not isinstance(value, str) or len(value) <= LONGEST_DATA:
        return value
    url = DATA_URL.match(value)
    return f"{url[0] if url else ''}[{len(value)} characters]" if url or ENCODED.match(value) else value


def name_part(part: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """A part with its type, which a bare text and Gemini's parts do not say."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if "type" in part or isinstance(part.get("text", part.get("content")), str):
        return part
    called = part.get("functionCall", part.get("function_call"))
    if isinstance(called, dict):
        return {"type": "tool_call", "arguments": called.get("args"), **called}
    returned = part.get("functionResponse", part.get("function_response"))
    if isinstance(returned, dict):
        return {"type": "tool_call_response", **returned}
    return name_bedrocks_part(part) or {"type": next((str(key) for key in part), "unknown"), **part}


def name_bedrocks_part(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool's part as Bedrock's Converse has it; empty where it is none."""
    for name, kind in (("toolUse", "tool_call"), ("toolResult", "tool_call_response")):
        told = part.get(name)
        if isinstance(told, dict):
            return {"type": kind, "id": told.get("toolUseId"), **told}
    return {}


def normalise_role(role: str) -> str:
    lowered = role.lower()
    return ROLES.get(lowered, lowered)


def is_text(part: Mapping[str, Any]) -> bool:
    return part.get("type", "text") in TEXT_PARTS


def join_text(parts: Sequence[Mapping[str, Any]]) -> str:
    """The text of all text parts, one a line."""
    return "\n".join(text for part in parts for text in read_part_text(part))


def read_part_text(part: Mapping[str, Any]) -> list[str]:
    if part.get("type") in RESULT_PARTS:
        told = (part[key] for key in RESULT_KEYS if part.get(key) is not None)
        return [join_result(next(told, ""))]
    if not is_text(part):
        return []
    return [text for key in TEXT_KEYS if isinstance(text := part.get(key), str)][:1]


def find_tool_call_id(message: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> str:
    if message.get("tool_call_id"):
        return str(message["tool_call_id"])
    results = (part for part in parts if part.get("type") in RESULT_PARTS)
    return next((pick_call_id(part) for part in results), "")


def pick_call_id(part: Mapping[str, Any]) -> str:
    return next((str(part[key]) for key in ID_KEYS if part.get(key)), "")


def parse_tool_call(call: Mapping[str, Any]) -> ToolCall:
    """A call as OpenAI writes it (`function` with `arguments` as a string), as Anthropic does, or as a GenAI part."""
    function = call.get("function")
    inner: Mapping[str, Any] = function if isinstance(function, dict) else call
    arguments = parse_json(next((inner[name] for name in ARGUMENTS if name in inner), None))
    if not isinstance(arguments, dict):
        arguments = {} if arguments in (None, "") else {"value": arguments}
    return ToolCall(pick_call_id(call), str(inner.get("name") or ""), arguments)


def drop_silent(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Without messages that say nothing, such as the reasoning that a responses API keeps to itself."""
    return tuple(message for message in messages if message.content or message.tool_calls or message.parts)


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
    key = "parts" if isinstance(value, dict) and "parts" in value else "content"
    parts = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(parts, list):
        return [value]
    if any(isinstance(part, dict) and "type" not in part for part in parts):
        parts = [name_part(part) if isinstance(part, dict) else part for part in parts]
        value = {**value, key: parts}
    results = [part for part in parts if isinstance(part, dict) and part.get("type") in RESULT_PARTS]
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
    if parts and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in parts):
        return "\n".join(part["text"] for part in parts)
    return json.dumps(shorten_data(response), ensure_ascii=False)


def parse_tools(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Tools that a model may call, each with `type`, `name`, `description` and `parameters` where it has them."""
    tools = parse_json(value)
    return tuple(flatten_tool(tool) for tool in tools if isinstance(tool, dict)) if isinstance(tools, list) else ()


def flatten_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAI nests a tool under `function`; Anthropic and others call its parameters `input_schema`."""
    function = tool.get("function")
    if isinstance(function, dict):
        return {**{key: value for key, value in tool.items() if key != "function"}, **function}
    schema = next((key for key in ("input_schema", "inputSchema") if key in tool), None)
    if schema is None:
        return tool
    kept = {key: value for key, value in tool.items() if key != schema}
    return {"type": "function", **kept, "parameters": tool[schema]}
