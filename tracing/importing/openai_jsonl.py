"""Chat messages as OpenAI's files have them: finetuning examples, stored completions, and requests with answers.

A line `{"messages": […]}` is a dialogue. Where the answer stands apart (`choices`, as in a stored completion or in a
batch's response) the line is one call, with what was sent before it.
"""

import json
from collections.abc import Mapping
from typing import Any

from tacit import attributes as keys

from tracing.importing.dialogues import Call, Dialogue, read_messages, read_name, write_call, write_dialogue
from tracing.importing.entries import NS, Entry, ImportedSpan, Origin, Row, UnreadableError, read_time, shorten

NAME = "openai-jsonl"
UNIT = "lines"
CONVERSATION_NAMES = ("conversation_id", "session_id", "thread_id")


def read(row: Row, origin: Origin) -> list[Entry]:
    """The spans of one line. Raises UnreadableError."""
    value = row.value
    if not isinstance(value, Mapping):
        raise UnreadableError(f'the line is {shorten(value)}; {{"messages": […]}} was expected')
    if "preferred_output" in value:
        raise UnreadableError("this is a pair of answers to choose from, no log of what was said")
    request, response = find_exchange(value)
    messages = request.get("messages", value.get("messages"))
    answers = read_choices(response)
    dialogue = Dialogue(
        conversation_id=find_conversation_id(value, request),
        messages=read_messages([*messages, *answers] if isinstance(messages, list) else messages, "messages"),
        time_ns=read_time(response.get("created") or value.get("created_at") or value.get("created"), "created"),
        user_id=read_name(request.get("user") or value.get("user")),
        model=read_name(response.get("model") or request.get("model") or value.get("model")),
        attributes=read_usage(response) | read_tools(request),
    )
    name = read_name(value.get("id") or response.get("id") or value.get("custom_id"))
    name = name or origin.make_trace_id(json.dumps(value, sort_keys=True))
    if answers:
        return [Entry(row.line, [write_one_call(dialogue, name, len(answers), origin)])]
    named = dialogue.conversation_id or f"import-{name}"
    known = Dialogue(
        named, dialogue.messages, dialogue.time_ns, dialogue.user_id, dialogue.model, (), dialogue.attributes
    )
    return [Entry(row.line, write_dialogue(known, origin))]


def find_exchange(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What was asked and what was answered, wherever this kind of file has them."""
    request = next((value[name] for name in ("request", "body") if isinstance(value.get(name), Mapping)), value)
    response = value.get("response")
    if not isinstance(response, Mapping):
        return request, value
    body = response.get("body")
    return request, body if isinstance(body, Mapping) else response


def read_choices(response: Mapping[str, Any]) -> list[Any]:
    """The first choice's message; the others were not shown."""
    choices = response.get("choices")
    if not isinstance(choices, list) or not choices:
        return []
    first = choices[0]
    if not isinstance(first, Mapping) or not isinstance(first.get("message"), Mapping):
        raise UnreadableError(f'choices[0] is {shorten(first)}; {{"message": {{…}}}} was expected')
    return [{"role": "assistant", **first["message"]}]


def find_conversation_id(value: Mapping[str, Any], request: Mapping[str, Any]) -> str:
    places = (value, value.get("metadata"), request.get("metadata"))
    found = (
        read_name(place.get(name)) for place in places if isinstance(place, Mapping) for name in CONVERSATION_NAMES
    )
    return next((name for name in found if name), "")


def read_usage(response: Mapping[str, Any]) -> dict[str, Any]:
    usage = response.get("usage")
    if not isinstance(usage, Mapping):
        return {}
    prompt, completion = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    told = {
        keys.INPUT_TOKENS: usage.get("prompt_tokens"),
        keys.OUTPUT_TOKENS: usage.get("completion_tokens"),
        keys.CACHE_READ_TOKENS: prompt.get("cached_tokens") if isinstance(prompt, Mapping) else None,
        keys.REASONING_TOKENS: completion.get("reasoning_tokens") if isinstance(completion, Mapping) else None,
    }
    return {name: count for name, count in told.items() if isinstance(count, int)}


def read_tools(request: Mapping[str, Any]) -> dict[str, Any]:
    tools = request.get("tools")
    return {keys.TOOL_DEFINITIONS: json.dumps(tools, ensure_ascii=False)} if isinstance(tools, list) and tools else {}


def write_one_call(dialogue: Dialogue, name: str, answer_count: int, origin: Origin) -> ImportedSpan:
    """The line as one call; `created` is when it was answered."""
    begin = len(dialogue.messages) - answer_count
    time_ns = dialogue.time_ns or origin.time_ns
    call = Call(0, 0, begin, len(dialogue.messages), time_ns, time_ns + NS)
    return write_call(dialogue, call, origin.make_trace_id(name), origin.make_span_id(name))
