"""What OpenAI's API answers in, whole or in chunks, and of whoever copies it; pieces of an answer out."""

from collections.abc import Callable, Mapping
from typing import Final

from tacit import attributes
from tacit.answers import Answer
from tacit.fields import get_field, get_index, get_items, get_text

_TOOL_CALLS: Final = ("function_call", "custom_tool_call")


def read_completion(chunk: object, answer: Answer) -> None:
    """A chat completion (or an old text completion), or one chunk of it."""
    answer.id = get_text(chunk, "id") or answer.id
    answer.model = get_text(chunk, "model") or answer.model
    for choice in get_items(chunk, "choices"):
        _read_choice(choice, answer)
    _read_usage(get_field(chunk, "usage"), answer)


def _read_choice(choice: object, answer: Answer) -> None:
    index = get_index(choice, "index")
    delta = get_field(choice, "delta") or get_field(choice, "message")
    text = get_text(delta, "content") or get_text(delta, "refusal") or get_text(choice, "text")
    reasoning = get_text(delta, "reasoning_content") or get_text(delta, "reasoning")
    if reasoning:
        answer.append(answer.get_part("reasoning", "reasoning", index), reasoning)
    if text:
        answer.append(answer.get_part("text", "text", index), text)
    for position, call in enumerate(get_items(delta, "tool_calls")):
        _read_tool_call(call, get_index(call, "index", position), answer, index)
    if index == 0:
        answer.logprobs.add(get_items(get_field(choice, "logprobs"), "content"))
    finish_reason = get_text(choice, "finish_reason")
    if finish_reason:
        answer.get_choice(index).finish_reason = finish_reason


def _read_tool_call(call: object, key: int, answer: Answer, choice: int) -> None:
    called = get_field(call, "function") or get_field(call, "custom")
    part = answer.get_part("tool_call", key, choice)
    part.id = get_text(call, "id") or part.id
    part.name = get_text(called, "name") or part.name
    answer.append(part, get_text(called, "arguments") or get_text(called, "input"))


def _read_usage(usage: object, answer: Answer) -> None:
    """Of both APIs, whose names differ."""
    if usage is None:
        return
    asked = get_field(usage, "prompt_tokens_details") or get_field(usage, "input_tokens_details")
    answered = get_field(usage, "completion_tokens_details") or get_field(usage, "output_tokens_details")
    for key, holder, names in (
        (attributes.INPUT_TOKENS, usage, ("prompt_tokens", "input_tokens")),
        (attributes.OUTPUT_TOKENS, usage, ("completion_tokens", "output_tokens")),
        (attributes.CACHE_READ_TOKENS, asked, ("cached_tokens",)),
        (attributes.CACHE_WRITE_TOKENS, asked, ("cache_write_tokens",)),
        (attributes.REASONING_TOKENS, answered, ("reasoning_tokens",)),
        (attributes.AUDIO_INPUT_TOKENS, asked, ("audio_tokens",)),
        (attributes.AUDIO_OUTPUT_TOKENS, answered, ("audio_tokens",)),
    ):
        for name in names:
            answer.count_tokens(key, get_field(holder, name))


def read_response(response: object, answer: Answer) -> None:
    """A whole response of the responses API."""
    for index, item in enumerate(get_items(response, "output")):
        _read_item(item, index, answer)
    _close_response(response, answer)


def _close_response(response: object, answer: Answer) -> None:
    """Everything but the output, which the events before have told already."""
    answer.id = get_text(response, "id") or answer.id
    answer.model = get_text(response, "model") or answer.model
    _read_usage(get_field(response, "usage"), answer)
    finish_reason = _find_finish_reason(response, answer)
    if finish_reason:
        answer.get_choice().finish_reason = finish_reason


def _find_finish_reason(response: object, answer: Answer) -> str:
    """The responses API has a status instead, which says less."""
    status = get_text(response, "status")
    if status == "completed":
        called = any(part.kind == "tool_call" for part in answer.get_choice().parts.values())
        return "tool_calls" if called else "stop"
    if status == "incomplete":
        return get_text(get_field(response, "incomplete_details"), "reason") or "length"
    return "error" if status in ("failed", "cancelled") else ""


def _read_item(item: object, index: int, answer: Answer) -> None:
    _begin_item(item, index, answer)
    kind = get_text(item, "type")
    if kind in _TOOL_CALLS:
        part = answer.get_part("tool_call", index)
        answer.append(part, get_text(item, "arguments") or get_text(item, "input"))
    elif kind == "message":
        for position, content in enumerate(get_items(item, "content")):
            text = get_text(content, "text") or get_text(content, "refusal")
            answer.append(answer.get_part("text", (index, position)), text)
            answer.logprobs.add(get_items(content, "logprobs"))
    elif kind == "reasoning":
        for summary in (*get_items(item, "summary"), *get_items(item, "content")):
            answer.append(answer.get_part("reasoning", index), get_text(summary, "text"))


def _begin_item(item: object, index: int, answer: Answer) -> None:
    if get_text(item, "type") in _TOOL_CALLS:
        part = answer.get_part("tool_call", index)
        part.id = get_text(item, "call_id")
        part.name = get_text(item, "name")


def read_event(event: object, answer: Answer) -> None:
    """An event of a streamed response; those that hold nothing new are passed over."""
    read = _EVENTS.get(get_text(event, "type"))
    if read is not None:
        read(event, answer)


def _read_text_delta(event: object, answer: Answer) -> None:
    key = (get_index(event, "output_index"), get_index(event, "content_index"))
    answer.append(answer.get_part("text", key), get_field(event, "delta"))
    answer.logprobs.add(get_items(event, "logprobs"))


def _read_reasoning_delta(event: object, answer: Answer) -> None:
    answer.append(answer.get_part("reasoning", get_index(event, "output_index")), get_field(event, "delta"))


def _read_arguments_delta(event: object, answer: Answer) -> None:
    answer.append(answer.get_part("tool_call", get_index(event, "output_index")), get_field(event, "delta"))


def _read_item_added(event: object, answer: Answer) -> None:
    _begin_item(get_field(event, "item"), get_index(event, "output_index"), answer)


def _read_state(event: object, answer: Answer) -> None:
    response = get_field(event, "response")
    if answer.choices:
        _close_response(response, answer)
    else:  # a stream that is taken up again may give the end alone
        read_response(response, answer)


_EVENTS: Final[Mapping[str, Callable[[object, Answer], None]]] = {
    "response.created": _read_state,
    "response.in_progress": _read_state,
    "response.completed": _read_state,
    "response.incomplete": _read_state,
    "response.failed": _read_state,
    "response.output_item.added": _read_item_added,
    "response.output_text.delta": _read_text_delta,
    "response.refusal.delta": _read_text_delta,
    "response.reasoning_text.delta": _read_reasoning_delta,
    "response.reasoning_summary_text.delta": _read_reasoning_delta,
    "response.function_call_arguments.delta": _read_arguments_delta,
    "response.custom_tool_call_input.delta": _read_arguments_delta,
}
