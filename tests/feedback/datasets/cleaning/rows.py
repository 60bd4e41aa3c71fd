"""Records for tests of cleaning: a prompt, an answer, and what a step makes of them, in one line each."""

from collections.abc import Mapping
from typing import Any

from feedback.datasets.definition import Definition
from feedback.datasets.record import Drop, Provenance, Reason, Record
from feedback.datasets.steps import Context, RowStep
from tracing.generations import Message, ToolCall

ORIGIN = Provenance("c1", 0, "t1", "s1", "thumbs:up", 1.0)


def user(text: str) -> Message:
    return Message("user", text)


def call(arguments: Mapping[str, Any]) -> Message:
    return Message("assistant", "", tool_calls=(ToolCall("call-1", "save", arguments),))


def result(text: str) -> Message:
    return Message("tool", text, tool_call_id="call-1")


def row(*prompt: Message | str, answer: str = "All right.", rejected: str = "", **fields: Any) -> Record:
    """A text of the prompt is the user's."""
    messages = tuple(user(each) if isinstance(each, str) else each for each in prompt)
    known = {"tools": (), "provenance": ORIGIN, "user_id": "u1", "time_ns": 0}
    lost = (Message("assistant", rejected),) if rejected else ()
    return Record(messages, (Message("assistant", answer),), rejected=lost, **{**known, **fields})


def context(**options: Any) -> Context:
    return Context(Definition("trl-sft", **options))


def apply(step: RowStep, *records: Record, **options: Any) -> list[Record | Reason]:
    """What becomes of the rows of one conversation."""
    results = step.apply(list(records), context(**options))
    assert len(results) == len(records)
    return [each.reason if isinstance(each, Drop) else each for each in results]


def keep(step: RowStep, *records: Record, **options: Any) -> list[Record]:
    """The rows of a conversation of which all stay."""
    kept = apply(step, *records, **options)
    assert not [each for each in kept if isinstance(each, Reason)]
    return [each for each in kept if isinstance(each, Record)]
