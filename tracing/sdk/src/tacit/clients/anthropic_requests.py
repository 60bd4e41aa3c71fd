"""Bodies of requests to Anthropic's messages API in, attributes of the GenAI conventions out."""

from collections.abc import Mapping
from typing import Any, Final

from tacit import attributes as keys
from tacit.clients.messages import (
    Message,
    Part,
    join_texts,
    make_media,
    make_message,
    make_reasoning,
    make_text,
    make_tool_call,
    make_tool_response,
)
from tacit.clients.requests import (
    Attributes,
    get_path,
    read_numbers,
    read_output_format,
    read_stop_sequences,
    read_texts,
    write_list,
)
from tacit.fields import get_field, get_items, get_text

_NUMBERS: Final = {
    "temperature": keys.REQUEST_TEMPERATURE,
    "top_p": keys.REQUEST_TOP_P,
    "top_k": keys.REQUEST_TOP_K,
    "max_tokens": keys.REQUEST_MAX_TOKENS,
}
_CALL_TYPES: Final = ("tool_use", "server_tool_use", "mcp_tool_use")
_MEDIA_TYPES: Final = ("image", "document")


def read_messages_request(body: Mapping[str, Any]) -> Attributes:
    """Of `messages`."""
    output_format = get_path(body, "output_config", "format") or body.get("output_format")
    messages = [message for given in get_items(body, "messages") for message in read_message(given)]
    return {
        **read_numbers(body, _NUMBERS),
        **read_texts(body.get("output_config"), {"effort": keys.REQUEST_REASONING_LEVEL}),
        **read_stop_sequences(body.get("stop_sequences")),
        **read_output_format(output_format),
        **write_list(keys.SYSTEM_INSTRUCTIONS, read_content(body.get("system"))),
        **write_list(keys.INPUT_MESSAGES, messages),
        **write_list(keys.TOOL_DEFINITIONS, [read_tool(tool) for tool in get_items(body, "tools")]),
    }


def read_tool(tool: object) -> dict[str, Any]:
    """A tool of the app's own; those that Anthropic runs have a type of their own, and no schema."""
    kind = get_text(tool, "type")
    schema = get_field(tool, "input_schema")
    return {
        "type": "function" if kind in ("", "custom") else kind,
        **{name: text for name in ("name", "description") if (text := get_text(tool, name))},
        **({"parameters": schema} if isinstance(schema, Mapping) else {}),
    }


def read_message(message: object) -> list[Message]:
    """One message; results of tools, which Anthropic puts into the user's, stand before it as one of role `tool`."""
    role = get_text(message, "role")
    parts = read_content(get_field(message, "content"))
    if role != "user":
        return [make_message(role, parts)]
    results = [part for part in parts if part["type"] == "tool_call_response"]
    words = [part for part in parts if part["type"] != "tool_call_response"]
    return [make_message(whose, told) for whose, told in (("tool", results), (role, words)) if told]


def read_content(content: object) -> list[Part]:
    """A text, or a list of blocks."""
    if isinstance(content, str):
        return [make_text(content)] if content else []
    return [read_block(block) for block in content] if isinstance(content, (list, tuple)) else []


def read_block(block: object) -> Part:
    kind = get_text(block, "type")
    if kind == "text":
        return make_text(get_text(block, "text"))
    if kind == "thinking":
        return make_reasoning(get_text(block, "thinking"))
    if kind in _CALL_TYPES:
        return make_tool_call(get_text(block, "id"), get_text(block, "name"), get_field(block, "input"))
    if kind.endswith("tool_result"):
        return make_tool_response(get_text(block, "tool_use_id"), read_result(get_field(block, "content")))
    if kind in _MEDIA_TYPES:
        return read_media(kind, get_field(block, "source"))
    return {"type": kind or "unknown"}


def read_media(modality: str, source: object) -> Part:
    """An image or a document; a document may be plain text, which is told as such."""
    if get_text(source, "type") == "text":
        return make_text(get_text(source, "data"))
    return make_media(
        modality,
        url=get_field(source, "url"),
        file_id=get_field(source, "file_id"),
        mime_type=get_field(source, "media_type"),
    )


def read_result(content: object) -> object:
    """What a tool gave back: its text, or the parts where it gave more than text."""
    parts = read_content(content)
    return join_texts(parts) if all(part["type"] == "text" for part in parts) else parts
