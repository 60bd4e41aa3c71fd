"""The chunks that a stream yields in, the text that the user saw out.

The shapes of the common clients are known by their fields, so that none of them is imported.
"""

import codecs
from collections.abc import Mapping
from typing import Final

from tacit.serialisation import LENGTH_LIMIT, encode_json, make_encodable

_TEXT_PATHS: Final = (
    ("choices", 0, "delta", "content"),  # OpenAI chat completions and whoever copies them
    ("choices", 0, "text"),  # OpenAI completions
    ("delta", "text"),  # Anthropic content_block_delta
    ("delta",),  # OpenAI responses: response.output_text.delta
    ("message", "content"),  # Ollama
    ("content",),  # LangChain's AIMessageChunk
    ("text",),  # Gemini, Cohere
)
_KEPT_CHUNKS: Final = 10_000


def read_chunk_text(chunk: object) -> str | None:
    """The text of a chunk of a known shape, else None."""
    for path in _TEXT_PATHS:
        text = _follow_path(chunk, path)
        if isinstance(text, str):
            return text
    return None


def _follow_path(value: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        if value is None:
            return None
        value = _take_step(value, step)
    return value


def _take_step(value: object, step: str | int) -> object:
    try:
        if isinstance(step, int):
            return value[step] if isinstance(value, (list, tuple)) else None
        return value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
    except Exception:
        return None


class Transcript:
    """Takes chunks as they pass; gives their joined text, or all of them as JSON where none holds text."""

    def __init__(self) -> None:
        self.chunk_count = 0
        self._texts: list[str] = []
        self._length = 0
        self._others: list[object] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def add(self, chunk: object) -> None:
        self.chunk_count += 1
        if isinstance(chunk, (bytes, bytearray)):
            text: str | None = self._decoder.decode(chunk)
        else:
            text = chunk if isinstance(chunk, str) else read_chunk_text(chunk)
        if text is not None:
            self._add_text(text)
        elif len(self._others) < _KEPT_CHUNKS:
            self._others.append(chunk)

    def _add_text(self, text: str) -> None:
        if self._length < LENGTH_LIMIT:
            self._texts.append(text)
            self._length += len(text)

    def encode(self) -> tuple[str, str]:
        """What was yielded so far, and whether that is `text` or `json`."""
        text = "".join(self._texts)
        if self._others and not text:
            return encode_json(self._others), "json"
        return make_encodable(text), "text"
