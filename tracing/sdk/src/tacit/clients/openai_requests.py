"""Bodies of requests to OpenAI's API in, attributes of the GenAI conventions out.

Other providers and gateways copy that API, and add fields of their own; what is not known is passed over.
"""

from collections.abc import Iterable, Mapping
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
from tacit.serialisation import make_encodable

_CHAT_NUMBERS: Final = {
    "temperature": keys.REQUEST_TEMPERATURE,
    "top_p": keys.REQUEST_TOP_P,
    "max_tokens": keys.REQUEST_MAX_TOKENS,
    "max_completion_tokens": keys.REQUEST_MAX_TOKENS,
    "seed": keys.REQUEST_SEED,
    "frequency_penalty": keys.REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": keys.REQUEST_PRESENCE_PENALTY,
}
_CHAT_TEXTS: Final = {
    "reasoning_effort": keys.REQUEST_REASONING_LEVEL,
    "service_tier": keys.OPENAI_REQUEST_SERVICE_TIER,
}
_RESPONSES_NUMBERS: Final = {
    "temperature": keys.REQUEST_TEMPERATURE,
    "top_p": keys.REQUEST_TOP_P,
    "max_output_tokens": keys.REQUEST_MAX_TOKENS,
}
_RESPONSES_TEXTS: Final = {
    "service_tier": keys.OPENAI_REQUEST_SERVICE_TIER,
    "previous_response_id": keys.REQUEST_PREVIOUS_RESPONSE_ID,
    "conversation": keys.CONVERSATION_ID,
}
_ROLES: Final = {"developer": "system", "function": "tool"}
_REASONING_FIELDS: Final = ("reasoning_content", "reasoning")
_CALL_TYPES: Final = ("function_call", "custom_tool_call", "mcp_call")
_CALL_OUTPUT_TYPES: Final = ("function_call_output", "custom_tool_call_output")


def read_chat_request(body: Mapping[str, Any]) -> Attributes:
    """Of `chat.completions`."""
    choices = read_numbers(body, {"n": keys.REQUEST_CHOICE_COUNT})
    return {
        keys.OPENAI_API_TYPE: "chat_completions",
        **read_numbers(body, _CHAT_NUMBERS),
        **read_texts(body, _CHAT_TEXTS),
        **({} if choices.get(keys.REQUEST_CHOICE_COUNT) == 1 else choices),
        **read_stop_sequences(body.get("stop")),
        **read_output_format(body.get("response_format")),
        **write_list(keys.INPUT_MESSAGES, [read_message(message) for message in get_items(body, "messages")]),
        **read_tools([*get_items(body, "tools"), *get_items(body, "functions")]),
    }


def read_responses_request(body: Mapping[str, Any]) -> Attributes:
    """Of `responses`."""
    instructions = get_text(body, "instructions")
    return {
        keys.OPENAI_API_TYPE: "responses",
        **read_numbers(body, _RESPONSES_NUMBERS),
        **read_texts(body, _RESPONSES_TEXTS),
        **read_texts(body.get("conversation"), {"id": keys.CONVERSATION_ID}),
        **read_texts(body.get("reasoning"), {"effort": keys.REQUEST_REASONING_LEVEL}),
        **read_output_format(get_path(body, "text", "format")),
        **write_list(keys.SYSTEM_INSTRUCTIONS, [make_text(instructions)] if instructions else []),
        **write_list(keys.INPUT_MESSAGES, read_input(body.get("input"))),
        **read_tools(get_items(body, "tools")),
    }


def read_embeddings_request(body: Mapping[str, Any]) -> Attributes:
    """Of `embeddings`. The conventions have no place for the texts."""
    encoding = get_text(body, "encoding_format")
    return {
        **read_numbers(body, {"dimensions": keys.EMBEDDING_DIMENSIONS}),
        **({keys.REQUEST_ENCODING_FORMATS: [make_encodable(encoding)]} if encoding else {}),
    }


def read_tools(tools: Iterable[object]) -> Attributes:
    return write_list(keys.TOOL_DEFINITIONS, [read_tool(tool) for tool in tools])


def read_tool(tool: object) -> dict[str, Any]:
    """A tool as the responses API declares it, which the conventions follow; chat puts it a level deeper."""
    kind = get_text(tool, "type") or "function"
    told = get_field(tool, kind) or tool
    fields = {name: get_field(told, name) for name in ("name", "description", "parameters")}
    return {"type": kind} | {name: value for name, value in fields.items() if value is not None}


def read_message(message: object) -> Message:
    """One message of a chat, as the app wrote it or as a response gave it."""
    role = get_text(message, "role")
    role = _ROLES.get(role, role)
    if role == "tool":
        response = join_texts(read_content(get_field(message, "content")))
        return make_message(role, [make_tool_response(get_text(message, "tool_call_id"), response)])
    return make_message(role, read_parts(message), get_text(message, "name"))


def read_parts(message: object) -> list[Part]:
    thoughts = next((text for name in _REASONING_FIELDS if (text := get_text(message, name))), "")
    refusal = get_text(message, "refusal")
    called = get_field(message, "function_call")
    return [
        *([make_reasoning(thoughts)] if thoughts else []),
        *read_content(get_field(message, "content")),
        *([make_text(refusal)] if refusal else []),
        *(read_tool_call(call) for call in get_items(message, "tool_calls")),
        *([read_tool_call({"function": called})] if called is not None else []),
    ]


def read_tool_call(call: object) -> Part:
    called = get_field(call, "function") or get_field(call, "custom")
    arguments = get_text(called, "arguments") or get_text(called, "input")
    return make_tool_call(get_text(call, "id"), get_text(called, "name"), arguments)


def read_content(content: object) -> list[Part]:
    """A text, or a list of parts as either API writes them."""
    if isinstance(content, str):
        return [make_text(content)] if content else []
    return [read_part(part) for part in content] if isinstance(content, (list, tuple)) else []


def read_part(part: object) -> Part:
    kind = get_text(part, "type")
    if kind in ("text", "input_text", "output_text"):
        return make_text(get_text(part, "text"))
    if kind == "refusal":
        return make_text(get_text(part, "refusal"))
    if kind in ("image_url", "input_image"):
        url = get_path(part, "image_url", "url") if kind == "image_url" else get_field(part, "image_url")
        return make_media("image", url=url, file_id=get_field(part, "file_id"))
    if kind == "input_audio":
        return make_media("audio", mime_type=f"audio/{get_path(part, 'input_audio', 'format')}")
    if kind in ("file", "input_file"):
        file = get_field(part, "file") or part
        url = get_field(file, "file_url") or get_field(file, "file_data")
        return make_media("document", url=url, file_id=get_field(file, "file_id"))
    return {"type": kind or "unknown"}


def read_input(given: object) -> list[Message]:
    """One text of the user, or items; those that the model wrote in a row are one message."""
    if isinstance(given, str):
        return [make_message("user", [make_text(given)])]
    items = given if isinstance(given, (list, tuple)) else ()
    messages: list[Message] = []
    for message in (read_item(item) for item in items):
        if messages and message["role"] == messages[-1]["role"] == "assistant":
            messages[-1]["parts"].extend(message["parts"])
        elif message["parts"]:
            messages.append(message)
    return messages


def read_item(item: object) -> Message:
    """One item of a history; without parts where it says nothing, as a reference does."""
    kind = get_text(item, "type") or "message"
    if kind == "message":
        role = get_text(item, "role")
        return make_message(_ROLES.get(role, role), read_content(get_field(item, "content")))
    if kind in _CALL_OUTPUT_TYPES:
        response = join_texts(read_content(get_field(item, "output")))
        return make_message("tool", [make_tool_response(get_text(item, "call_id"), response)])
    return make_message("assistant", read_work(item, kind))


def read_work(item: object, kind: str) -> list[Part]:
    """What a model did besides speaking: thoughts, and calls of tools."""
    if kind == "reasoning":
        thoughts = (*get_items(item, "summary"), *get_items(item, "content"))
        return [make_reasoning(text) for thought in thoughts if (text := get_text(thought, "text"))]
    if kind in _CALL_TYPES:
        arguments = get_text(item, "arguments") or get_text(item, "input")
        call_id = get_text(item, "call_id") or get_text(item, "id")
        return [make_tool_call(call_id, get_text(item, "name"), arguments)]
    if kind.endswith("_call"):  # tools that the provider runs: web_search_call, file_search_call, …
        return [make_tool_call(get_text(item, "id"), kind.removesuffix("_call"), get_field(item, "action"))]
    return []
