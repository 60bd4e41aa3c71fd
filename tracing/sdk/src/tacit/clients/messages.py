"""Messages as the GenAI conventions write them: parts of text, reasoning, tools and media, and JSON of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from tacit.serialisation import LENGTH_LIMIT, cut_text, encode_json

Part: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]


def make_text(text: str) -> Part:
    return {"type": "text", "content": text}


def make_reasoning(text: str) -> Part:
    return {"type": "reasoning", "content": text}


def make_tool_call(call_id: str, name: str, arguments: object) -> Part:
    """`arguments` may be JSON, and is told as what it says."""
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": decode_json(arguments)}


def make_tool_response(call_id: str, response: object) -> Part:
    return {"type": "tool_call_response", "id": call_id, "response": response}


def make_media(modality: str, *, url: object = None, file_id: object = None, mime_type: object = None) -> Part:
    """An image, a sound or a document: where it is. What was sent as data is named, not copied."""
    part: Part = {"modality": modality, "mime_type": mime_type if isinstance(mime_type, str) else None}
    if isinstance(file_id, str):
        return {"type": "file", **part, "file_id": file_id}
    if isinstance(url, str) and not url.startswith("data:"):
        return {"type": "uri", **part, "uri": url}
    if isinstance(url, str):
        part["mime_type"] = url.removeprefix("data:").partition(",")[0].partition(";")[0]
    return {"type": "blob", **part, "content": ""}


def make_message(role: str, parts: Iterable[Part], name: str = "") -> Message:
    message = {"role": role, "parts": list(parts)}
    return {**message, "name": name} if name else message


def join_texts(parts: Iterable[Part]) -> str:
    return "\n".join(part["content"] for part in parts if part["type"] == "text")


def decode_json(value: object) -> object:
    """What a text of JSON says; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def encode_messages(messages: Sequence[Mapping[str, Any]]) -> str:
    """JSON of messages, parts or tools; where it is too long, each text in it is cut to its share."""
    text = encode_json(messages)
    if len(text) <= LENGTH_LIMIT:
        return text
    return encode_json(_cut_texts(messages, LENGTH_LIMIT // (2 * _count_texts(messages))))


def _count_texts(value: object) -> int:
    if isinstance(value, Mapping):
        return sum(_count_texts(member) for member in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_count_texts(member) for member in value)
    return 1


def _cut_texts(value: object, limit: int) -> object:
    if isinstance(value, Mapping):
        return {key: _cut_texts(member, limit) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cut_texts(member, limit) for member in value]
    return cut_text(value, max(limit, 1)) if isinstance(value, str) else value
