"""A record as JSON keeps it, so that it can lie on a disk: what is written reads back equal, or is refused.

Lone surrogates, which no UTF-8 can hold, are written as escapes. Nothing is ever unpickled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from feedback.datasets.record import Provenance, Record
from tracing.generations import Message, ToolCall

_PROVENANCE = [field.name for field in fields(Provenance)]
_PLAIN = [
    field.name
    for field in fields(Record)
    if field.name not in ("prompt", "completion", "rejected", "tools", "provenance", "replaced", "identity")
]


def encode_record(record: Record) -> bytes | None:
    """One line, or None where the record holds what JSON does not: such as NaN, or keys that are no texts."""
    told = _write_record(record)
    try:
        line = json.dumps(told, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        return line if json.loads(line) == told else None
    except (TypeError, ValueError, RecursionError):
        return None


def decode_record(line: bytes) -> Record:
    """The record of the line. Raises ValueError or KeyError for a line that `encode_record` did not write."""
    told = json.loads(line)
    return Record(
        prompt=_read_messages(told["prompt"]),
        completion=_read_messages(told["completion"]),
        rejected=_read_messages(told["rejected"]),
        tools=tuple(told["tools"]),
        provenance=Provenance(**told["provenance"]),
        replaced=told["replaced"],
        **{name: told[name] for name in _PLAIN},
    )


def _write_record(record: Record) -> dict[str, Any]:
    return {
        "prompt": _write_messages(record.prompt),
        "completion": _write_messages(record.completion),
        "rejected": _write_messages(record.rejected),
        "tools": list(record.tools),
        "provenance": {name: getattr(record.provenance, name) for name in _PROVENANCE},
        "replaced": dict(record.replaced),
        **{name: getattr(record, name) for name in _PLAIN},
    }


def _write_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [message.to_json() for message in messages]


def _read_messages(told: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    return tuple(_read_message(message) for message in told)


def _read_message(told: Mapping[str, Any]) -> Message:
    calls = tuple(ToolCall(**call) for call in told.get("tool_calls", ()))
    return Message(**{**told, "parts": tuple(told.get("parts", ())), "tool_calls": calls})
