"""Bytes of a response in, as they are read; the JSON that they hold out."""

import json
from collections.abc import Iterator
from typing import Any, Final, Protocol

_LENGTH_LIMIT: Final = 10_000_000
"""Bytes of one document, or of one event, that are kept."""


class Body(Protocol):
    def add(self, data: bytes) -> Iterator[Any]:
        """What the bytes until now complete."""
        ...

    def finish(self) -> Iterator[Any]:
        """What only all of them say; asked again, nothing."""
        ...


class JsonDocument:
    """A response that comes whole."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, data: bytes) -> Iterator[Any]:
        if len(self._data) < _LENGTH_LIMIT:
            self._data += data
        return iter(())

    def finish(self) -> Iterator[Any]:
        data, self._data = bytes(self._data), bytearray()
        return decode(data)


class EventStream:
    """Server-sent events with JSON for data, each on a line of its own, as models' APIs send them."""

    def __init__(self) -> None:
        self._line = bytearray()

    def add(self, data: bytes) -> Iterator[Any]:
        *lines, rest = (self._line + data).split(b"\n")
        self._line = rest if len(rest) < _LENGTH_LIMIT else bytearray()
        for line in lines:
            if line.startswith(b"data:"):
                yield from decode(bytes(line[len(b"data:") :]))

    def finish(self) -> Iterator[Any]:
        return iter(())


def choose_body(content_type: str) -> Body:
    return EventStream() if "event-stream" in content_type else JsonDocument()


def decode(data: bytes) -> Iterator[Any]:
    """The JSON, if it is some; the last event of OpenAI's streams is none."""
    try:
        yield json.loads(data)
    except (ValueError, RecursionError):
        return
