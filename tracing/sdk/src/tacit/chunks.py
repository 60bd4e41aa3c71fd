"""The chunks that a stream yields in, or a whole response; what the user saw and what the model said out.

The shapes of the common clients are known by their fields, so that none of them is imported.
"""

import codecs
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from opentelemetry.util.types import AttributeValue

from tacit.fields import get_field, get_text
from tacit.serialisation import LENGTH_LIMIT, encode_json, make_encodable

if TYPE_CHECKING:
    from tacit.answers import Answer

_Reader: TypeAlias = "Callable[[object, Answer], None]"
_TEXT_PATHS: Final = (
    ("delta", "text"),
    ("message", "content"),  # Ollama
    ("content",),  # LangChain's AIMessageChunk
    ("delta",),
    ("text",),  # Gemini, Cohere
)
_KEPT_CHUNKS: Final = 10_000


def read_chunk_text(chunk: object) -> str | None:
    """The text of a chunk of a client that is known by its text alone, else None."""
    for path in _TEXT_PATHS:
        text: object = chunk
        for name in path:
            text = None if text is None else get_field(text, name)
        if isinstance(text, str):
            return text
    return None


def _choose_reader(chunk: object) -> "_Reader | None":
    """Who understands a chunk, or a whole response, of a model's client."""
    from tacit import anthropic_chunks, openai_chunks  # apps that stream texts need not load them

    kind = get_text(chunk, "type")
    if kind.startswith("response."):
        return openai_chunks.read_event
    if kind in anthropic_chunks.EVENTS:
        return anthropic_chunks.read_event
    if kind == "chunk" and get_field(chunk, "chunk") is not None:  # of OpenAI's `chat.completions.stream`
        return _read_wrapped_chunk
    if isinstance(get_field(chunk, "choices"), list):
        return openai_chunks.read_completion
    if get_text(chunk, "object") == "response":
        return openai_chunks.read_response
    if kind == "message" and isinstance(get_field(chunk, "content"), list):
        return anthropic_chunks.read_message
    return None


def _read_wrapped_chunk(event: object, answer: "Answer") -> None:
    from tacit import openai_chunks

    openai_chunks.read_completion(get_field(event, "chunk"), answer)


class Transcript:
    """Takes the chunks of a stream as they pass, or a whole response.

    `encode` gives what the user saw: the joined text, or all chunks as JSON where none holds text. `describe` gives
    what the model told, as attributes of the GenAI conventions; nothing where the chunks are no client's.
    """

    _answer: "Answer | None" = None
    _taken = 0
    _length = 0
    _decoder: codecs.IncrementalDecoder | None = None

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Texts that a hurried reader appends here itself; taken in by `settle`."""
        self._joined: list[str] = []
        self._others: list[object] = []

    @property
    def answer(self) -> "Answer":
        """What a model has said, as far as chunks or a response of its client told it."""
        if self._answer is None:
            from tacit.answers import Answer  # apps that stream texts need not load it

            self._answer = Answer()
        return self._answer

    @property
    def chunk_count(self) -> int:
        return self._taken + len(self.texts)

    def settle(self) -> None:
        """Takes in what stands in `texts`; what is beyond the limit is let go."""
        self._taken += len(self.texts)
        for text in self.texts:
            self._add_text(text)
        self.texts.clear()

    def add(self, chunk: object) -> None:
        """One chunk of a stream, of any shape."""
        if self.texts:
            self.settle()
        self._taken += 1
        if isinstance(chunk, str):
            self._add_text(chunk)
        elif isinstance(chunk, (bytes, bytearray)):
            self._add_bytes(chunk)
        elif not self.add_response(chunk) and self._answer is None:
            self._add_other(chunk)

    def add_response(self, response: object) -> bool:
        """A whole response (or a chunk) of a model's client; whether it was one that is understood."""
        read = _choose_reader(response)
        if read is None:
            return False
        read(response, self.answer)
        return True

    def _add_bytes(self, chunk: bytes | bytearray) -> None:
        """A character may be cut in two by the end of a chunk."""
        if self._decoder is None:
            self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._add_text(self._decoder.decode(chunk))

    def _add_text(self, text: str) -> None:
        if self._length < LENGTH_LIMIT:
            self._joined.append(text)
            self._length += len(text)

    def _add_other(self, chunk: object) -> None:
        text = read_chunk_text(chunk)
        if text is not None:
            self._add_text(text)
        elif len(self._others) < _KEPT_CHUNKS:
            self._others.append(chunk)

    @property
    def truncated(self) -> bool:
        """Whether the model had to stop for want of tokens."""
        return self._answer is not None and self._answer.truncated

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ends: what may come after that are token counts."""
        return self._answer is not None and self._answer.finished

    def read_output(self) -> str | list[object]:
        """What was yielded so far: the joined text, or the chunks where none held text."""
        answered = [] if self._answer is None else [self._answer.join_text()]
        text = "".join([*self._joined, *self.texts, *answered])
        return self._others if self._others and not text else text

    def encode(self) -> tuple[str, str]:
        """`read_output` as it is written, and whether that is `text` or `json`."""
        output = self.read_output()
        return (make_encodable(output), "text") if isinstance(output, str) else (encode_json(output), "json")

    def describe(self) -> Mapping[str, AttributeValue]:
        """Model, id, finish reasons, token counts and messages, by their keys in `tacit.attributes`."""
        return {} if self._answer is None else self._answer.describe()
