"""Conversations as JSON lines: `{"conversation_id", "turns": [{"role", "content"}]}`.

`time`, `user_id`, `model` and `feedback` may stand in the conversation and in each turn; `tags` and `metadata` in the
conversation. A conversation without an id gets one that follows from its text.
"""

import json
from collections.abc import Mapping

from tacit import attributes as keys

from tracing.importing.dialogues import Dialogue, read_feedback, read_messages, read_name, write_dialogue
from tracing.importing.entries import Entry, Origin, Row, UnreadableError, read_time, shorten

NAME = "jsonl"
UNIT = "conversations"
MOST_REMEMBERED = 1_000_000


def read(row: Row, origin: Origin) -> list[Entry]:
    """The spans of one conversation. Raises UnreadableError."""
    value = row.value
    if not isinstance(value, Mapping):
        raise UnreadableError(f'the line is {shorten(value)}; {{"conversation_id", "turns": […]}} was expected')
    conversation_id = read_name(value.get("conversation_id")) or f"import-{origin.make_trace_id(json.dumps(value))}"
    dialogue = Dialogue(
        conversation_id=conversation_id,
        messages=read_messages(value.get("turns"), "turns"),
        time_ns=read_time(value.get("time")),
        user_id=read_name(value.get("user_id")),
        model=read_name(value.get("model")),
        feedback=read_feedback(value.get("feedback"), "feedback"),
        attributes=read_attributes(value),
    )
    refuse_second(conversation_id, row.line, origin)
    return [Entry(row.line, write_dialogue(dialogue, origin))]


def read_attributes(value: Mapping[str, object]) -> dict[str, object]:
    """Tags and metadata, where there are any."""
    found: dict[str, object] = {}
    tags, metadata = value.get("tags"), value.get("metadata")
    if isinstance(tags, list):
        found[keys.TAGS] = [str(tag) for tag in tags]
    if isinstance(metadata, Mapping):
        found[keys.METADATA] = json.dumps(metadata, ensure_ascii=False)
    return found


def refuse_second(conversation_id: str, line: int, origin: Origin) -> None:
    """Raise UnreadableError where an earlier line had this id: its turns would overwrite one another."""
    number = int(origin.make_span_id(conversation_id), 16)
    first = origin.seen.get(number)
    if first is not None and first != line:
        raise UnreadableError(
            f"conversation {shorten(conversation_id)} was on line {first} already; put all of its turns on one line"
        )
    if len(origin.seen) < MOST_REMEMBERED:
        origin.seen[number] = line
