"""Any Python values in, text that a span can carry out: valid JSON, encodable as UTF-8, of bounded length.

Nothing here raises, whatever the values do: what cannot be shown is described instead.
"""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum
from itertools import islice
from json.encoder import encode_basestring as _quote
from typing import Any, Final

LENGTH_LIMIT: Final = 1_000_000
"""Characters that one attribute may hold."""
_DESCRIPTION_LIMIT: Final = 1_000
_DEPTH_LIMIT: Final = 20
_NODE_LIMIT: Final = 10_000
_JSON_INTEGER_BITS: Final = 1_024
_ELLIPSIS: Final = "…"


def encode_arguments(arguments: Mapping[str, Any]) -> str:
    """A JSON object of the arguments; those of a call that is too long are cut, each to its share."""
    try:  # the encoder's own setting up takes longer than texts of usual length
        text = make_encodable(
            "{" + ",".join([_quote(name) + ":" + _quote(arguments[name]) for name in arguments]) + "}"
        )
    except TypeError:  # not all of them are texts
        text = encode_json(arguments)
    if len(text) <= LENGTH_LIMIT:
        return text
    share = LENGTH_LIMIT // (2 * len(arguments))
    return encode_json({name: cut_text(encode_text_or_json(value), share) for name, value in arguments.items()})


def encode_text_or_json(value: object) -> str:
    """A text as it is, anything else as JSON."""
    return make_encodable(value) if isinstance(value, str) else encode_json(value)


def encode_json(value: object) -> str:
    """JSON of any value: by the C encoder where it can, else value by value with limits."""
    try:
        text = _ENCODER.encode(value)
    except Exception:
        text = _ENCODER.encode(_Simplifier().simplify(value))
    return make_encodable(text)


def make_encodable(text: str) -> str:
    """The same text with `?` for lone surrogates, one of which would lose a whole batch of spans."""
    if type(text) is not str:  # what its own class shows may be another text, as with members of enumerations
        text = str.__str__(text)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", errors="replace").decode("utf-8")
    return text


def cut_text(text: str, limit: int = LENGTH_LIMIT) -> str:
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS


def describe_value(value: object) -> object:
    """What stands for a value that JSON does not know: its fields, members or text."""
    try:
        return _open_value(value)
    except Exception:
        return describe_by_repr(value)


def describe_by_repr(value: object) -> str:
    try:
        return cut_text(repr(value), _DESCRIPTION_LIMIT)
    except Exception:
        return f"<{type(value).__name__}>"


def _open_value(value: object) -> object:
    from decimal import Decimal  # together some milliseconds of an import that every app pays
    from pathlib import PurePath
    from uuid import UUID

    if isinstance(value, (bytes, bytearray)):
        return cut_text(value.decode("utf-8", errors="replace"))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, time, Decimal, PurePath, UUID)):
        return str(value)
    if isinstance(value, type):
        return describe_by_repr(value)
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    # pydantic's models, and what the clients of OpenAI and Anthropic give back
    model_dump = getattr(type(value), "model_dump", None)
    fields = None if model_dump is None else model_dump(value)
    return fields if isinstance(fields, dict) else describe_by_repr(value)


class _Simplifier:
    """Makes any value one that JSON knows, down to a depth and up to a number of parts."""

    def __init__(self) -> None:
        self._nodes_left = _NODE_LIMIT

    def simplify(self, value: object, depth: int = 0) -> object:
        self._nodes_left -= 1
        if self._nodes_left < 0 or depth > _DEPTH_LIMIT:
            return _ELLIPSIS
        try:
            return self._simplify_plain(value, depth)
        except Exception:
            return describe_by_repr(value)

    def _simplify_plain(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int(value) if value.bit_length() <= _JSON_INTEGER_BITS else hex(value)
        if isinstance(value, float):
            return float(value) if value - value == 0 else str(float(value))
        if isinstance(value, dict):
            return self._simplify_items(value.items(), depth)
        if isinstance(value, (list, tuple)):
            return [self.simplify(member, depth + 1) for member in islice(value, self._nodes_left)]
        return self.simplify(describe_value(value), depth + 1)

    def _simplify_items(self, items: Iterable[tuple[object, object]], depth: int) -> dict[str, object]:
        return {
            key if type(key) is str else describe_by_repr(key): self.simplify(member, depth + 1)
            for key, member in islice(items, self._nodes_left)
        }


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=describe_value)
