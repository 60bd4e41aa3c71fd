"""`Conversation`s as rows of `conversations` and `turns`, and back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tracing.conventions import CODE_VERSION
from tracing.conversations import Answer, Conversation, Turn, with_parts
from tracing.records.summaries import Summary, describe_summary, join_summaries, summarise
from tracing.store import Store

ANSWER_COLUMNS = {"start_time_ns": "start_time"}
ANSWER_FIELDS = tuple(field.name for field in fields(Answer) if field.name != "steps")

ConversationKey = tuple[int, str]
"""Number of a project, and the id of a conversation in it."""


def load_conversation(store: Store, project_id: int, conversation_id: str) -> Conversation | None:
    """One conversation, or None where there is none of this id."""
    return load_conversations(store, project_id, [conversation_id]).get(conversation_id)


def load_conversations(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, Conversation]:
    """Those of these conversations that exist, by id.

    Turns are written before their conversation and read after it, so that none is seen without them; one that is
    being deleted does not exist any more.
    """
    rows = load_rows(store, project_id, conversation_ids)
    turns = load_turns(store, project_id, list(rows))
    return {key: read_conversation(project_id, row, turns[key]) for key, row in rows.items() if key in turns}


def load_rows(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """What these conversations say of themselves, by id."""
    if not conversation_ids:
        return {}
    bound: dict[str, Any] = {"project_id": project_id, "conversation_ids": list(conversation_ids)}
    return {row["conversation_id"]: row for row in store.query("tracing/sql/conversations_by_id.sql", **bound)}


def load_turns(
    store: Store, project_id: int, conversation_ids: Sequence[str], turn_indexes: Sequence[int] = ()
) -> dict[str, list[Turn]]:
    """The turns of these conversations in order, by id; where indexes are named, those."""
    turns: dict[str, list[Turn]] = {}
    if conversation_ids:
        bound: dict[str, Any] = {"conversation_ids": list(conversation_ids), "turn_indexes": list(turn_indexes)}
        for row in store.query("tracing/sql/turns_of_conversations.sql", project_id=project_id, **bound):
            turns.setdefault(row["conversation_id"], []).append(read_turn(row))
    return turns


def read_conversation(project_id: int, row: Mapping[str, Any], turns: Sequence[Turn]) -> Conversation:
    return Conversation(
        project_id=project_id,
        conversation_id=row["conversation_id"],
        turns=tuple(turns),
        derived=row["derived"],
        user_id=row["user_id"],
        service_name=row["service_name"],
        environment=row["environment"],
        tags=tuple(row["tags"]),
    )


def read_turn(row: Mapping[str, Any]) -> Turn:
    """A turn from its row, whose columns `answer_<field>` hold one element an answer."""
    listed = zip(*(row[f"answer_{name}"] for name in ANSWER_FIELDS), strict=True)
    parts = [
        Answer(**{name: freeze(value) for name, value in zip(ANSWER_FIELDS, values, strict=True)}) for values in listed
    ]
    turn = Turn(row["turn_index"], row["user_text"], parts[0], sent_text=row["sent_text"], follows=row["follows"])
    return with_parts(turn, parts)


def freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def write_conversations(
    store: Store,
    conversations: Sequence[Conversation],
    *,
    previous: Mapping[ConversationKey, Conversation],
    affected: Collection[ConversationKey] = (),
    rests: Mapping[ConversationKey, Summary] | None = None,
    version: int,
) -> None:
    """Write conversations in `version` (microseconds), of `previous` only the turns that changed; delete turns of
    `previous` and conversations of `affected` that are not among them. `rests` sum up turns that are not given."""
    written = {(each.project_id, each.conversation_id): each for each in conversations}
    known = {key: {turn.index: turn for turn in each.turns} for key, each in previous.items()}
    changed = [
        replace(each, turns=tuple(turn for turn in each.turns if known.get(key, {}).get(turn.index) != turn))
        for key, each in written.items()
    ]
    store.insert("turns", to_turn_columns(changed, version))
    kept = {(*key, turn.index) for key, each in written.items() for turn in each.turns}
    gone_turns = [
        turn for key, turns in known.items() for turn in ((*key, index) for index in turns) if turn not in kept
    ]
    store.insert("turns", to_tombstones(("project_id", "conversation_id", "turn_index"), gone_turns, version))
    store.insert("conversations", to_conversation_columns(conversations, rests or {}, version))
    gone = [key for key in affected if key not in written]
    store.insert("conversations", to_tombstones(("project_id", "conversation_id"), gone, version))


def to_tombstones(names: Sequence[str], keys: Sequence[tuple[Any, ...]], version: int) -> dict[str, list[Any]]:
    return {
        **{name: [key[index] for key in keys] for index, name in enumerate(names)},
        "version": [version] * len(keys),
        "is_deleted": [1] * len(keys),
    }


def to_turn_columns(conversations: Iterable[Conversation], version: int) -> dict[str, list[Any]]:
    rows = [(conversation, turn, turn.parts) for conversation in conversations for turn in conversation.turns]
    columns: dict[str, list[Any]] = {
        "project_id": [conversation.project_id for conversation, _, _ in rows],
        "conversation_id": [conversation.conversation_id for conversation, _, _ in rows],
        "turn_index": [turn.index for _, turn, _ in rows],
        "user_text": [turn.user_text for _, turn, _ in rows],
        "sent_text": [turn.sent_text for _, turn, _ in rows],
        "follows": [turn.follows for _, turn, _ in rows],
        "start_time": [parts[0].start_time_ns for _, _, parts in rows],
        "version": [version] * len(rows),
    }
    for name in ANSWER_FIELDS:
        column = f"answers.{ANSWER_COLUMNS.get(name, name)}"
        columns[column] = [[thaw(getattr(part, name)) for part in parts] for _, _, parts in rows]
    return columns


def thaw(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def to_conversation_columns(
    conversations: Sequence[Conversation], rests: Mapping[ConversationKey, Summary], version: int
) -> dict[str, list[Any]]:
    """Columns of `conversations`: what lists show and filter by."""
    summaries = [
        join_summaries(rests.get((each.project_id, each.conversation_id)), summarise(each)) for each in conversations
    ]
    columns: dict[str, list[Any]] = {
        "project_id": [each.project_id for each in conversations],
        "conversation_id": [each.conversation_id for each in conversations],
        "derived": [each.derived for each in conversations],
        "code_version": [CODE_VERSION] * len(conversations),
        "version": [version] * len(conversations),
    }
    rows = [describe_summary(summary) for summary in summaries]
    return columns | {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
