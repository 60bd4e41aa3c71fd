"""Requests and responses of providers' APIs, as instrumentations copy them: what was asked, what came back.

In go decoded JSON bodies of OpenAI's chat completions and responses and of Anthropic's messages; out come their parts
in one shape. Readers of conventions use them where a span holds the whole body instead of attributes of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracing.conventions.messages import parse_json, parse_message, split_system
from tracing.conventions.shared_attributes import pick_int
from tracing.generations import Message

RESULT_TYPES = frozenset({"function_call_output", "tool_result"})
CALL_TYPES = frozenset({"function_call", "tool_use"})
DETAILS = tuple(f"{side}_tokens_details" for side in ("prompt", "input", "completion", "output"))
TEXT_TYPES = frozenset({"text", "input_text", "output_text"})


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a call; `input_tokens` has the cached ones in it. None means not reported."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a client asked for; `messages` are without the system instructions."""

    model: str
    system_instructions: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...]
    streamed: bool


@dataclass(frozen=True, slots=True)
class ResponseBody:
    """What a provider answered."""

    id: str
    model: str
    messages: tuple[Message, ...]
    finish_reasons: tuple[str, ...]
    usage: Usage


def read_request(value: Any) -> RequestBody:
    """A request's body, or the bare messages of one; empty fields where it is neither."""
    value = parse_json(value)
    body: Mapping[str, Any] = value if isinstance(value, Mapping) else {"messages": value}
    if "role" in body:
        body = {"messages": [body]}
    system, messages = split_system(read_messages(body.get("messages", body.get("input"))))
    instructions = "\n\n".join(read_content(body.get("system", body.get("instructions"))))
    return RequestBody(
        model=get_text(body, "model"),
        system_instructions=instructions or system,
        messages=messages,
        tools=read_tool_definitions(body.get("tools")),
        streamed=body.get("stream") is True,
    )


def read_response(value: Any) -> ResponseBody:
    """A response's body, one message of it, or its bare text."""
    value = parse_json(value)
    if isinstance(value, list):
        value = {"output": value}
    if isinstance(value, str):
        value = {"role": "assistant", "content": value} if value else {}
    if not isinstance(value, Mapping):
        value = {}
    choices = [choice for choice in list_of(value.get("choices")) if isinstance(choice, Mapping)]
    output = value.get("output") if not isinstance(value.get("output"), str) else None
    said = [choice.get("message") for choice in choices] or list_of(output) or ([value] if "content" in value else [])
    reasons = [choice.get("finish_reason") for choice in choices] or [value.get("stop_reason")]
    return ResponseBody(
        id=get_text(value, "id"),
        model=get_text(value, "model"),
        messages=join_messages(read_messages([as_assistant(item) for item in said])),
        finish_reasons=tuple(reason for reason in reasons if isinstance(reason, str) and reason),
        usage=read_usage(value.get("usage")),
    )


def read_usage(value: Any) -> Usage:
    """Tokens by OpenAI's, Anthropic's or Langfuse's names."""
    usage = parse_json(value)
    if not isinstance(usage, Mapping):
        return Usage()
    details = [each for name in DETAILS if isinstance(each := usage.get(name), Mapping)]
    inside: dict[str, Any] = {key: count for each in details for key, count in each.items()}
    beside_read = pick_int(usage, ("cache_read_input_tokens", "input_cache_read", "input_cached_tokens"))
    beside_written = pick_int(usage, ("cache_creation_input_tokens", "input_cache_creation"))
    counted = pick_int(usage, ("prompt_tokens", "input_tokens", "input"))
    beside = 0 if inside else (beside_read or 0) + (beside_written or 0)
    return Usage(
        input_tokens=None if counted is None else counted + beside,
        output_tokens=pick_int(usage, ("completion_tokens", "output_tokens", "output")),
        cache_read_tokens=pick_int(inside, ("cached_tokens",)) if inside else beside_read,
        cache_write_tokens=beside_written,
        reasoning_tokens=pick_int({**usage, **inside}, ("reasoning_tokens", "output_reasoning")),
    )


def read_messages(value: Any) -> tuple[Message, ...]:
    """Messages and items of a request, in order; a result of a tool is a message of role `tool`."""
    value = parse_json(value)
    if isinstance(value, str):
        return (Message("user", value),) if value else ()
    return tuple(message for item in list_of(value) for message in read_message(item))


def read_message(item: Any) -> list[Message]:
    """The messages that one of a provider's tells: Anthropic puts results of tools beside the user's words."""
    if not isinstance(item, Mapping):
        return [Message("user", item)] if isinstance(item, str) else []
    kind = item.get("type")
    if kind in RESULT_TYPES:
        return [read_tool_result(item)]
    if kind in CALL_TYPES:
        return parse_all([{"role": "assistant", "tool_calls": [to_tool_call(item)]}])
    content = item.get("content")
    if not isinstance(content, list):
        return parse_all([item])
    blocks = [block for block in content if isinstance(block, Mapping)]
    results = [read_tool_result(block) for block in blocks if block.get("type") in RESULT_TYPES]
    calls = [to_tool_call(block) for block in blocks if block.get("type") in CALL_TYPES]
    kept = [to_part(block) for block in blocks if block.get("type") not in RESULT_TYPES | CALL_TYPES]
    if results and not kept:
        return results
    given = item.get("tool_calls")
    return [*results, *parse_all([{**item, "content": kept, "tool_calls": calls or given}])]


def parse_all(items: Sequence[Mapping[str, Any]]) -> list[Message]:
    return [message for item in items for message in [parse_message(item)] if message is not None]


def read_tool_result(block: Mapping[str, Any]) -> Message:
    content = block.get("output", block.get("content"))
    call_id = get_text(block, "call_id") or get_text(block, "tool_use_id")
    return Message("tool", "\n".join(read_content(content)), tool_call_id=call_id)


def to_tool_call(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """A call of a tool as chat completions have it."""
    arguments = block.get("arguments", block.get("input"))
    function = {"name": block.get("name"), "arguments": arguments}
    return {"id": block.get("call_id") or block.get("id"), "function": function}


def to_part(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "text", "text": block.get("text")} if block.get("type") in TEXT_TYPES else block


def as_assistant(item: Any) -> Any:
    return {"role": "assistant"} | dict(item) if isinstance(item, Mapping) else item


def join_messages(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Without messages that say nothing, such as the reasoning that a responses API keeps to itself."""
    return tuple(message for message in messages if message.content or message.tool_calls or message.parts)


def read_content(value: Any) -> list[str]:
    """Texts of a content: a text, or a list of blocks."""
    if isinstance(value, str):
        return [value] if value else []
    blocks = [block for block in list_of(value) if isinstance(block, Mapping)]
    return [text for block in blocks if isinstance(text := block.get("text"), str) and text]


def read_tool_definitions(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Tools that a model may call, each with `type`, `name`, `description` and `parameters` where it has them."""
    return tuple(flatten_tool(tool) for tool in list_of(parse_json(value)) if isinstance(tool, Mapping))


def flatten_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAI nests a tool under `function`; Anthropic calls its parameters `input_schema`."""
    function = tool.get("function")
    if isinstance(function, Mapping):
        return {"type": tool.get("type", "function"), **function}
    if "input_schema" in tool:
        kept = {key: value for key, value in tool.items() if key != "input_schema"}
        return {"type": "function", **kept, "parameters": tool["input_schema"]}
    return tool


def get_text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
