"""Pieces of a model's answer in, as they arrive; the answer as OpenTelemetry's GenAI conventions write it out."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.util.types import AttributeValue

from tacit import attributes
from tacit.logprobs import Logprobs
from tacit.serialisation import LENGTH_LIMIT, cut_text, encode_json, make_encodable

_FINISH_REASONS: Final[Mapping[str, str]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_call",
    "tool_use": "tool_call",
    "function_call": "tool_call",
    "refusal": "content_filter",
}
"""The conventions' words for those of the providers."""
_UNFINISHED: Final = "error"
"""What the conventions say of an answer that was broken off."""


@dataclass(slots=True)
class Part:
    """One part of a message: `text`, `reasoning` or `tool_call`, whose pieces are its arguments as JSON."""

    kind: str
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    def describe(self) -> dict[str, object]:
        content = make_encodable("".join(self.pieces))
        if self.kind != "tool_call":
            return {"type": self.kind, "content": content}
        return {"type": self.kind, "id": self.id, "name": self.name, "arguments": _parse_arguments(content)}


def _parse_arguments(text: str) -> object:
    """The object that they are; the text itself where it was broken off."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


@dataclass(slots=True)
class Choice:
    """One of the answers that were asked for, most often the only one."""

    parts: dict[Hashable, Part] = field(default_factory=dict)
    finish_reason: str = ""

    def describe(self) -> dict[str, object]:
        reason = _FINISH_REASONS.get(self.finish_reason, self.finish_reason)
        parts = [part.describe() for part in self.parts.values() if part.pieces or part.kind == "tool_call"]
        return {"role": "assistant", "parts": parts, "finish_reason": reason or _UNFINISHED}


class Answer:
    """What a model has said so far, with what it told about itself. `usage` has the attributes' names for keys."""

    def __init__(self) -> None:
        self.id = ""
        self.model = ""
        self.usage: dict[str, int] = {}
        self.choices: dict[int, Choice] = {}
        self.logprobs = Logprobs()
        """Of the first choice."""
        self._length = 0

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The provider's own words, one a choice, of those choices that are finished."""
        return tuple(choice.finish_reason for choice in self.choices.values() if choice.finish_reason)

    @property
    def finished(self) -> bool:
        """Whether every choice has its finish reason."""
        return bool(self.choices) and all(choice.finish_reason for choice in self.choices.values())

    @property
    def truncated(self) -> bool:
        """Whether the model had to stop for want of tokens."""
        return any(_FINISH_REASONS.get(reason, reason) == "length" for reason in self.finish_reasons)

    def get_choice(self, index: int = 0) -> Choice:
        return self.choices.get(index) or self.choices.setdefault(index, Choice())

    def get_part(self, kind: str, key: Hashable, choice: int = 0) -> Part:
        """The part that `key` names in its choice; made where it is new."""
        parts = self.get_choice(choice).parts
        return parts.get(key) or parts.setdefault(key, Part(kind))

    def append(self, part: Part, piece: object) -> None:
        if isinstance(piece, str) and piece and self._length < LENGTH_LIMIT:
            part.pieces.append(piece)
            self._length += len(piece)

    def count_tokens(self, key: str, tokens: object) -> None:
        """Providers that send a count again send the sum, so the last one stands."""
        if isinstance(tokens, int):
            self.usage[key] = tokens

    def join_text(self) -> str:
        """The text of the first choice."""
        first = self.choices.get(0)
        parts = () if first is None else first.parts.values()
        return "".join(piece for part in parts if part.kind == "text" for piece in part.pieces)

    def describe(self) -> dict[str, AttributeValue]:
        """The attributes of the GenAI conventions that the answer fills."""
        described: dict[str, AttributeValue] = {**self.usage, **self.logprobs.describe()}
        if self.id:
            described[attributes.RESPONSE_ID] = make_encodable(self.id)
        if self.model:
            described[attributes.RESPONSE_MODEL] = make_encodable(self.model)
        if self.finish_reasons:
            described[attributes.RESPONSE_FINISH_REASONS] = self.finish_reasons
        if self.choices:
            messages = [choice.describe() for _, choice in sorted(self.choices.items())]
            described[attributes.OUTPUT_MESSAGES] = cut_text(encode_json(messages))
        return described
