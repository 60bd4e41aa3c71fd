"""What has to be loaded of a conversation to build it anew: all where it is short, else the turns that may change.

Of a long conversation that goes on, these are the last turns: what a new turn costs does not grow with the conversation
(ADR 45).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracing.conversations import Conversation
from tracing.records.conversations import load_rows, load_turns, read_conversation
from tracing.records.summaries import WHOLE_TURNS, Summary, read_summary
from tracing.store import Store

LATEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Need:
    """What may change in a conversation: exchanges from a time on (nanoseconds), with these histories and keys."""

    from_ns: int = LATEST_NS
    hashes: frozenset[str] = frozenset()
    keys: frozenset[int] = frozenset()

    def covers(self, other: "Need") -> bool:
        return self.from_ns <= other.from_ns and self.hashes >= other.hashes and self.keys >= other.keys

    def join(self, other: "Need") -> "Need":
        return Need(min(self.from_ns, other.from_ns), self.hashes | other.hashes, self.keys | other.keys)


ALL = Need(from_ns=0)


@dataclass(frozen=True, slots=True)
class Window:
    """A conversation with the turns that were loaded."""

    conversation: Conversation
    need: Need
    """What it was loaded for; whoever needs more loads it again."""
    from_ns: int = 0
    """All that began then or later is to be built anew; 0: everything."""
    rest: Summary | None = None
    """Of the turns that were not loaded."""

    def covers(self, need: Need) -> bool:
        return self.rest is None or self.need.covers(need)


def load_windows(
    store: Store, project_id: int, needs: Mapping[str, Need], trace_ids: Sequence[str]
) -> dict[str, Window]:
    """Of each conversation that exists what is needed, and what any of these traces may change."""
    rows = load_rows(store, project_id, list(needs))
    short = [key for key, row in rows.items() if row["turn_count"] <= WHOLE_TURNS]
    turns = load_turns(store, project_id, short)
    found = {key: Window(read_conversation(project_id, rows[key], turns[key]), ALL) for key in short if key in turns}
    long = {key: needs[key] for key in rows.keys() - set(short)}
    for key, start_ns in load_starts(store, project_id, list(long), trace_ids).items():
        long[key] = long[key].join(Need(start_ns))
    for key, need in long.items():
        empty = read_conversation(project_id, rows[key], ())
        found[key] = load_long(store, empty, need)
    return found


def load_starts(
    store: Store, project_id: int, conversation_ids: Sequence[str], trace_ids: Sequence[str]
) -> dict[str, int]:
    """When the first of the turns began that hold any of these traces, by conversation."""
    if not conversation_ids or not trace_ids:
        return {}
    rows = store.query(
        "tracing/sql/starts_of_traces.sql",
        project_id=project_id,
        conversation_ids=list(conversation_ids),
        trace_ids=list(trace_ids),
    )
    return {row["conversation_id"]: row["start_ns"] for row in rows}


def load_long(store: Store, conversation: Conversation, need: Need) -> Window:
    bound: dict[str, Any] = {"project_id": conversation.project_id, "conversation_id": conversation.conversation_id}
    needed = store.query(
        "tracing/sql/turns_needed.sql",
        cut_ns=need.from_ns,
        hashes=sorted(need.hashes),
        keys=sorted(need.keys),
        **bound,
    )
    is_whole = not needed or needed[0]["from_index"] < WHOLE_TURNS
    indexes = [] if is_whole else [row["turn_index"] for row in needed]
    turns = load_turns(store, conversation.project_id, [conversation.conversation_id], indexes)
    loaded = replace(conversation, turns=tuple(turns.get(conversation.conversation_id, ())))
    if is_whole:
        return Window(loaded, ALL)
    [row] = store.query("tracing/sql/rest_of_conversation.sql", turn_indexes=indexes, **bound)
    if not row["turn_count"]:
        return Window(loaded, ALL)
    return Window(loaded, need, needed[0]["from_ns"], read_summary(row))
