"""Every text that a row holds, wherever it stands: contents, arguments of tools, definitions of tools.

A record and a function on texts come in, the record with other texts in the same places goes out. Keys, numbers, ids
and names of tools are no texts: what is in them cannot be changed without making the row another one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from feedback.datasets.record import Record
from tracing.generations import Message, ToolCall

Change = Callable[[str, str], str]
"""A text, and the name that it goes by where it has one (`phone` in `{"phone": "…"}`); gives what shall stand there."""


def change_texts(record: Record, change: Change) -> Record:
    """The record with every text changed; the record itself where none was."""
    changed = replace(
        record,
        prompt=_change_messages(record.prompt, change),
        completion=_change_messages(record.completion, change),
        rejected=_change_messages(record.rejected, change),
        tools=tuple(change_value(tool, change) for tool in record.tools) if record.tools else record.tools,
    )
    return record if changed == record else changed


def list_texts(record: Record) -> Iterator[tuple[str, str]]:
    """Every text with its name, in the order of reading: instructions, tools and history before the answers."""
    for message in (*record.prompt, *record.completion, *record.rejected):
        yield from list_message_texts(message)
    for tool in record.tools:
        yield from list_value_texts(tool)


def list_message_texts(message: Message) -> Iterator[tuple[str, str]]:
    yield message.content, ""
    for call in message.tool_calls:
        yield from list_value_texts(call.arguments)


def list_value_texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Of a value of JSON; members of a list go by the name of the list."""
    if isinstance(value, str):
        yield value, name
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from list_value_texts(member, str(key))
    elif isinstance(value, Sequence):
        for member in value:
            yield from list_value_texts(member, name)


def list_fixed(record: Record) -> Iterator[tuple[str, str]]:
    """What can hold something but cannot be changed: numbers and keys in arguments and definitions, names of tools."""
    for message in (*record.prompt, *record.completion, *record.rejected):
        for call in message.tool_calls:
            yield call.name, ""
            yield from _list_fixed_in(call.arguments, "")
    for tool in record.tools:
        yield from _list_fixed_in(tool, "")


def _list_fixed_in(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key), ""
            yield from _list_fixed_in(member, str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for member in value:
            yield from _list_fixed_in(member, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value), name


def change_value(value: Any, change: Change, name: str = "") -> Any:
    """A value of JSON with other texts: its keys, its order and the types of its members stay."""
    if isinstance(value, str):
        return change(value, name)
    if isinstance(value, Mapping):
        return {key: change_value(member, change, str(key)) for key, member in value.items()}
    if isinstance(value, Sequence):
        return [change_value(member, change, name) for member in value]
    return value


def _change_messages(messages: Sequence[Message], change: Change) -> tuple[Message, ...]:
    return tuple(_change_message(message, change) for message in messages)


def _change_message(message: Message, change: Change) -> Message:
    content = change(message.content, "")
    calls = tuple(_change_call(call, change) for call in message.tool_calls)
    if content == message.content and calls == tuple(message.tool_calls):
        return message
    return replace(message, content=content, tool_calls=calls)


def _change_call(call: ToolCall, change: Change) -> ToolCall:
    return replace(call, arguments=change_value(call.arguments, change))


def count_characters(messages: Sequence[Message]) -> int:
    """Of everything that is said in them, arguments of tools as JSON."""
    return sum(
        len(message.content) + sum(len(json.dumps(call.arguments, default=str)) for call in message.tool_calls)
        for message in messages
    )
