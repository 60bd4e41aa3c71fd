"""Every text that a row holds, wherever it stands: contents, arguments of tools, definitions of tools.

A record and a function on texts come in, the record with other texts in the same places goes out. Keys, numbers, ids
and names of tools are no texts: what is in them cannot be changed without making the row another one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from feedback.datasets.record import Record
from tracing.generations import Message


class Place(NamedTuple):
    """Where a text stands, as far as that tells what it is."""

    role: str = ""
    """Of the message; empty in definitions of tools."""
    name: str = ""
    """That it goes by: `phone` in `{"phone": "…"}`; members of a list go by the name of the list."""

    def enter(self, key: object) -> "Place":
        """That of a member of an object. A bare `name` is the name of whatever the object is."""
        name = str(key)
        return self._replace(name=f"{self.name} {name}" if self.name and name.lower() == "name" else name)


Change = Callable[[str, Place], str]
"""A text and its place; gives what shall stand there."""


def change_texts(record: Record, change: Change) -> Record:
    """The record with every text changed; the record itself where none was."""
    prompt, completion, rejected = (
        _change_messages(messages, change) for messages in (record.prompt, record.completion, record.rejected)
    )
    tools = tuple(change_value(tool, Place(), change) for tool in record.tools)
    if (prompt, completion, rejected, tools) == (record.prompt, record.completion, record.rejected, record.tools):
        return record
    return replace(record, prompt=prompt, completion=completion, rejected=rejected, tools=tools)


def list_texts(record: Record) -> Iterator[tuple[str, Place]]:
    """Every text with its place, in the order of reading: the prompt, the answers, definitions of tools."""
    for message in (*record.prompt, *record.completion, *record.rejected):
        yield message.content, Place(message.role)
        for call in message.tool_calls:
            yield from list_value(call.arguments, Place(message.role))
    for tool in record.tools:
        yield from list_value(tool, Place())


def list_value(value: Any, place: Place) -> Iterator[tuple[str, Place]]:
    """Every text of a value of JSON with its place."""
    if isinstance(value, str):
        yield value, place
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from list_value(member, place.enter(key))
    elif isinstance(value, Sequence):
        for member in value:
            yield from list_value(member, place)


def list_fixed(record: Record) -> Iterator[tuple[str, Place]]:
    """What can hold something but cannot be changed: numbers and keys in arguments and definitions, names of tools."""
    for message in (*record.prompt, *record.completion, *record.rejected):
        for call in message.tool_calls:
            yield call.name, Place()
            yield from _list_fixed(call.arguments, Place(message.role))
    for tool in record.tools:
        yield from _list_fixed(tool, Place())


def _list_fixed(value: Any, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key), Place()
            yield from _list_fixed(member, place.enter(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for member in value:
            yield from _list_fixed(member, place)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value), place


def change_value(value: Any, place: Place, change: Change) -> Any:
    """A value of JSON with other texts: its keys, its order and the types of its members stay."""
    if isinstance(value, str):
        return change(value, place)
    if isinstance(value, Mapping):
        return {key: change_value(member, place.enter(key), change) for key, member in value.items()}
    if isinstance(value, Sequence):
        return [change_value(member, place, change) for member in value]
    return value


def _change_messages(messages: Sequence[Message], change: Change) -> tuple[Message, ...]:
    return tuple(_change_message(message, change) for message in messages)


def _change_message(message: Message, change: Change) -> Message:
    place = Place(message.role)
    content = change(message.content, place)
    calls = tuple(replace(call, arguments=change_value(call.arguments, place, change)) for call in message.tool_calls)
    if content == message.content and calls == tuple(message.tool_calls):
        return message
    return replace(message, content=content, tool_calls=calls)


def read_json(text: str) -> Any:
    """The object or list of JSON that the text is, as many tools answer; None where it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def count_characters(messages: Sequence[Message]) -> int:
    """Of everything that is said in them, arguments of tools as JSON."""
    return sum(
        len(message.content) + sum(len(json.dumps(call.arguments, default=str)) for call in message.tool_calls)
        for message in messages
    )
