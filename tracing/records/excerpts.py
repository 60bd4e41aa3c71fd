"""Turns of a conversation that stand together, with what its row says of the whole: what a page or REST opens of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracing.conversations import Conversation
from tracing.records.conversations import load_rows, load_turns, read_conversation
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a whole conversation; times are nanoseconds since the epoch, None means not reported."""

    turn_count: int
    generation_count: int
    first_time_ns: int
    last_time_ns: int
    first_message: str
    models: tuple[str, ...]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None

    @property
    def duration_ns(self) -> int:
        return self.last_time_ns - self.first_time_ns


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some turns of a conversation, in their order, and facts about all of them."""

    conversation: Conversation
    facts: Facts
    ends_ns: int | None
    """When the turn after these began; None where there is none."""

    @property
    def first(self) -> int:
        return self.conversation.turns[0].index

    @property
    def end(self) -> int:
        """Index after that of the last turn."""
        return self.conversation.turns[-1].index + 1


def load_facts(store: Store, project_id: int, conversation_id: str) -> Facts | None:
    """What the row of a conversation says; None where there is none of this id."""
    row = load_rows(store, project_id, [conversation_id]).get(conversation_id)
    return None if row is None else read_facts(row)


def read_facts(row: Mapping[str, Any]) -> Facts:
    return Facts(**{name: row[name] for name in Facts.__slots__} | {"models": tuple(row["models"])})


def load_excerpt(
    store: Store, project_id: int, conversation_id: str, first: int, count: int, row: Mapping[str, Any] | None = None
) -> Excerpt | None:
    """At most `count` turns from index `first` on; None where there are none. `row` is that of the conversation, where
    it was read before."""
    row = row or load_rows(store, project_id, [conversation_id]).get(conversation_id)
    if row is None:
        return None
    loaded = load_turns(store, project_id, [conversation_id], range(first, first + count + 1)).get(conversation_id, [])
    turns = [turn for turn in loaded if turn.index < first + count]
    if not turns:
        return None
    after = loaded[len(turns)].parts[0].start_time_ns if len(loaded) > len(turns) else None
    return Excerpt(read_conversation(project_id, row, turns), read_facts(row), after)
