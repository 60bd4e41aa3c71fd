"""Arguments and results of a call in, the text that may be written of them out: all of it, redacted, or nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tacit.serialisation import LENGTH_LIMIT, cut_text, encode_arguments, encode_json, make_encodable

Redact: TypeAlias = Callable[[str], str]
"""Takes each text before it is written, gives back what shall stand in its place."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an observed function lets be written. Where `redact` raises, so do its methods: nothing is written then."""

    captures_input: bool = True
    captures_output: bool = True
    redact: Redact | None = None

    @property
    def limited(self) -> bool:
        """Whether anything is left out or changed."""
        return not self.captures_output or self.redact is not None or not self.captures_input

    def encode_arguments(self, arguments: Mapping[str, Any]) -> str:
        """A JSON object; `redact` sees every text in it that is not a name."""
        if self.redact is None:
            return encode_arguments(arguments)
        return encode_arguments(_redact_values(json.loads(encode_json(arguments)), self.redact))

    def encode_output(self, result: object) -> str:
        """A text as it is, anything else as JSON, whose texts `redact` sees one by one."""
        if self.redact is not None:
            result = _redact_values(json.loads(encode_json(result)), self.redact)
        text = make_encodable(result) if isinstance(result, str) else encode_json(result)
        return text if len(text) <= LENGTH_LIMIT else cut_text(text)

    def redact_text(self, text: str) -> str:
        return text if self.redact is None else _redact_text(text, self.redact)


ALL_CONTENT: Final = Content()


def _redact_values(value: Any, redact: Redact) -> Any:
    """The same value of JSON with every text but names put through `redact`."""
    if isinstance(value, str):
        return _redact_text(value, redact)
    if isinstance(value, list):
        return [_redact_values(member, redact) for member in value]
    if isinstance(value, dict):
        return {name: _redact_values(member, redact) for name, member in value.items()}
    return value


def _redact_text(text: str, redact: Redact) -> str:
    redacted: object = redact(text)
    if not isinstance(redacted, str):
        raise TypeError(f"redact gave back {type(redacted).__name__}, expected a text")
    return make_encodable(redacted)
