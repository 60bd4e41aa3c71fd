"""`Conversation`s as rows of `conversations` and `turns`, and back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from tracing.conventions import CODE_VERSION
from tracing.conversations import Answer, Conversation, Turn, add_costs, add_known
from tracing.store import Store
from tracing.words import index_words

FIRST_MESSAGE_CHARACTERS = 300
ANSWER_COLUMNS = {"start_time_ns": "start_time"}
ANSWER_FIELDS = tuple(field.name for field in fields(Answer))

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
    if not conversation_ids:
        return {}
    parameters = {"project_id": project_id, "conversation_ids": list(conversation_ids)}
    rows = store.query("tracing/sql/conversations_by_id.sql", **parameters)
    turns: dict[str, list[Turn]] = {}
    for row in store.query("tracing/sql/turns_of_conversations.sql", **parameters):
        turns.setdefault(row["conversation_id"], []).append(read_turn(row))
    return {
        row["conversation_id"]: Conversation(
            project_id=project_id,
            conversation_id=row["conversation_id"],
            turns=tuple(turns[row["conversation_id"]]),
            derived=row["derived"],
            user_id=row["user_id"],
            service_name=row["service_name"],
            environment=row["environment"],
            tags=tuple(row["tags"]),
        )
        for row in rows
        if row["conversation_id"] in turns
    }


def read_turn(row: Mapping[str, Any]) -> Turn:
    """A turn from its row, whose columns `answer_<field>` hold one element an answer."""
    listed = zip(*(row[f"answer_{name}"] for name in ANSWER_FIELDS), strict=True)
    answers = tuple(
        Answer(**{name: freeze(value) for name, value in zip(ANSWER_FIELDS, values, strict=True)}) for values in listed
    )
    return Turn(row["turn_index"], row["user_text"], answers[-1], answers[:-1], row["sent_text"])


def freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def write_conversations(
    store: Store,
    conversations: Sequence[Conversation],
    *,
    previous: Mapping[ConversationKey, Conversation],
    affected: Collection[ConversationKey] = (),
    version: int,
) -> None:
    """Write conversations in `version` (microseconds); delete turns of `previous` and conversations of `affected` that
    are not among them."""
    written = {(each.project_id, each.conversation_id): each for each in conversations}
    store.insert("turns", to_turn_columns(conversations, version))
    gone_turns = [
        (*key, turn.index)
        for key, conversation in previous.items()
        for turn in conversation.turns
        if key not in written or turn.index >= len(written[key].turns)
    ]
    store.insert("turns", to_tombstones(("project_id", "conversation_id", "turn_index"), gone_turns, version))
    store.insert("conversations", to_conversation_columns(conversations, version))
    gone = [key for key in affected if key not in written]
    store.insert("conversations", to_tombstones(("project_id", "conversation_id"), gone, version))


def to_tombstones(names: Sequence[str], keys: Sequence[tuple[Any, ...]], version: int) -> dict[str, list[Any]]:
    return {
        **{name: [key[index] for key in keys] for index, name in enumerate(names)},
        "version": [version] * len(keys),
        "is_deleted": [1] * len(keys),
    }


def to_turn_columns(conversations: Sequence[Conversation], version: int) -> dict[str, list[Any]]:
    rows = [(conversation, turn) for conversation in conversations for turn in conversation.turns]
    columns: dict[str, list[Any]] = {
        "project_id": [conversation.project_id for conversation, _ in rows],
        "conversation_id": [conversation.conversation_id for conversation, _ in rows],
        "turn_index": [turn.index for _, turn in rows],
        "user_text": [turn.user_text for _, turn in rows],
        "sent_text": [turn.sent_text for _, turn in rows],
        "start_time": [turn.answers[0].start_time_ns for _, turn in rows],
        "version": [version] * len(rows),
    }
    for name in ANSWER_FIELDS:
        column = f"answers.{ANSWER_COLUMNS.get(name, name)}"
        columns[column] = [[thaw(getattr(answer, name)) for answer in turn.answers] for _, turn in rows]
    return columns


def thaw(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def to_conversation_columns(conversations: Sequence[Conversation], version: int) -> dict[str, list[Any]]:
    rows = [summarise(conversation) for conversation in conversations]
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    return columns | {"version": [version] * len(rows)}


def summarise(conversation: Conversation) -> dict[str, Any]:
    """The row of `conversations`: what lists show and filter by."""
    answers = conversation.answers
    first = conversation.turns[0]
    return {
        "project_id": conversation.project_id,
        "conversation_id": conversation.conversation_id,
        "derived": conversation.derived,
        "user_id": conversation.user_id,
        "service_name": conversation.service_name,
        "environment": conversation.environment,
        "tags": list(conversation.tags),
        "models": sorted({answer.model for answer in answers if answer.model}),
        "first_message": first.user_text[:FIRST_MESSAGE_CHARACTERS],
        "first_time": first.answers[0].start_time_ns,
        "last_time": max(answer.end_time_ns for answer in answers),
        "turn_count": len(conversation.turns),
        "generation_count": sum(len(answer.generation_span_ids) for answer in answers),
        "trace_ids": sorted({answer.trace_id for answer in answers}),
        "message_ids": sorted({answer.message_id for answer in answers if answer.message_id}),
        "input_tokens": add_known(answer.input_tokens for answer in answers),
        "output_tokens": add_known(answer.output_tokens for answer in answers),
        "cost_usd": add_costs(answer.cost_usd for answer in answers),
        "longest_ns": max(answer.duration_ns for answer in answers),
        "outcomes": sorted({answer.outcome for answer in answers}),
        "words": index_words(list_texts(conversation)),
        "error_count": sum(answer.outcome == "error" for answer in answers),
        "code_version": CODE_VERSION,
    }


def list_texts(conversation: Conversation) -> Iterator[str]:
    """Everything that was said, in order: each message and its answers, replaced ones included."""
    for turn in conversation.turns:
        yield turn.user_text
        yield from (answer.text for answer in turn.answers)
