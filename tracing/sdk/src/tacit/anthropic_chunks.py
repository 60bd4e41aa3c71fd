"""What Anthropic's messages API answers in, whole or in events; pieces of an answer out."""

from collections.abc import Callable, Mapping
from typing import Final

from tacit import attributes
from tacit.answers import Answer
from tacit.fields import get_field, get_index, get_items, get_text
from tacit.serialisation import encode_json

_KINDS: Final[Mapping[str, str]] = {
    "text": "text",
    "thinking": "reasoning",
    "tool_use": "tool_call",
    "server_tool_use": "tool_call",
    "mcp_tool_use": "tool_call",
}


def read_message(message: object, answer: Answer) -> None:
    """A whole message, or the empty one that a stream begins with."""
    answer.id = get_text(message, "id") or answer.id
    answer.model = get_text(message, "model") or answer.model
    for index, block in enumerate(get_items(message, "content")):
        _read_block(block, index, answer)
    _read_end(message, answer)
    _read_usage(get_field(message, "usage"), answer)


def read_event(event: object, answer: Answer) -> None:
    """An event of a streamed message; those that hold nothing new are passed over."""
    read = EVENTS.get(get_text(event, "type"))
    if read is not None:
        read(event, answer)


def _read_block(block: object, index: int, answer: Answer) -> None:
    kind = _KINDS.get(get_text(block, "type"))
    if kind is None:
        return
    part = answer.get_part(kind, index)
    part.id = get_text(block, "id") or part.id
    part.name = get_text(block, "name") or part.name
    if kind == "tool_call":
        arguments = get_field(block, "input")  # streams begin with an empty one and send it in pieces of JSON
        answer.append(part, encode_json(arguments) if arguments else "")
    else:
        answer.append(part, get_text(block, "text") or get_text(block, "thinking"))


def _read_end(holder: object, answer: Answer) -> None:
    stop_reason = get_text(holder, "stop_reason")
    if stop_reason:
        answer.get_choice().finish_reason = stop_reason


def _read_usage(usage: object, answer: Answer) -> None:
    """Anthropic counts cached tokens apart from the others; the conventions count them with them."""
    if usage is None:
        return
    answer.count_tokens(attributes.CACHE_READ_TOKENS, get_field(usage, "cache_read_input_tokens"))
    answer.count_tokens(attributes.CACHE_WRITE_TOKENS, get_field(usage, "cache_creation_input_tokens"))
    by_term = get_field(usage, "cache_creation")
    answer.count_tokens(attributes.CACHE_WRITE_1H_TOKENS, get_field(by_term, "ephemeral_1h_input_tokens"))
    answer.count_tokens(attributes.OUTPUT_TOKENS, get_field(usage, "output_tokens"))
    reasoning = get_field(get_field(usage, "output_tokens_details"), "thinking_tokens")
    answer.count_tokens(attributes.REASONING_TOKENS, reasoning)
    uncached = get_field(usage, "input_tokens")
    if isinstance(uncached, int):
        cached = (answer.usage.get(key, 0) for key in (attributes.CACHE_READ_TOKENS, attributes.CACHE_WRITE_TOKENS))
        answer.count_tokens(attributes.INPUT_TOKENS, uncached + sum(cached))


def _read_start(event: object, answer: Answer) -> None:
    read_message(get_field(event, "message"), answer)


def _read_block_start(event: object, answer: Answer) -> None:
    _read_block(get_field(event, "content_block"), get_index(event, "index"), answer)


def _read_delta(event: object, answer: Answer) -> None:
    delta = get_field(event, "delta")
    for kind, name in (("text", "text"), ("reasoning", "thinking"), ("tool_call", "partial_json")):
        piece = get_text(delta, name)
        if piece:
            answer.append(answer.get_part(kind, get_index(event, "index")), piece)


def _read_message_delta(event: object, answer: Answer) -> None:
    _read_end(get_field(event, "delta"), answer)
    _read_usage(get_field(event, "usage"), answer)


EVENTS: Final[Mapping[str, Callable[[object, Answer], None]]] = {
    "message_start": _read_start,
    "content_block_start": _read_block_start,
    "content_block_delta": _read_delta,
    "message_delta": _read_message_delta,
}
