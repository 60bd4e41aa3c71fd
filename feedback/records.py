"""Rows of ClickHouse as `Feedback` and `Signal`s, and back: the only place that knows their columns."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from feedback.confirmations import SIGNAL_KEY, attach_confirmations, load_confirmations
from feedback.detectors import stays
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.verdict import PEOPLE, Verdict
from feedback.explicit import Feedback
from tracing.conversations import Conversation
from tracing.paging import Place
from tracing.store import Store
from tracing.times import EPOCH
from tracing.together import ask_together

NO_EVIDENCE = Evidence(reason="")
ALL_TURNS = range(2**32 - 1)
NOT_COLUMNS = ("evidence", "version", "confirmation")
"""Fields of a signal that columns of this name do not hold."""


@dataclass(frozen=True, slots=True)
class ConversationSignals:
    """A conversation and what its detectors said."""

    conversation: Conversation
    signals: Sequence[Signal]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a conversation was listened to: by which detectors and settings (a digest), and who led it."""

    basis: str
    verdict: Verdict = PEOPLE


def load_signals(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, list[Signal]]:
    """The signals of these conversations by id, in the order of the turns, with what people said of them; an empty list
    where there are none."""
    found: dict[str, list[Signal]] = {conversation_id: [] for conversation_id in conversation_ids}
    if not conversation_ids:
        return found
    path, bound = "feedback/sql/signals_of_conversations.sql", {"conversation_ids": list(conversation_ids)}
    rows, confirmations = ask_together(
        lambda: store.query(path, project_id=project_id, **bound),
        lambda: load_confirmations(store, project_id, conversation_ids),
    )
    for row in rows:
        found[row["conversation_id"]].append(read_signal(row))
    for conversation_id, said in confirmations.items():
        found[conversation_id] = attach_confirmations(found[conversation_id], said)
    return found


def load_signals_of_turns(
    store: Store, project_id: int, conversation_id: str, first_turn: int, end_turn: int
) -> list[Signal]:
    """The signals of the turns from `first_turn` to before `end_turn`, in their order."""
    rows = store.query(
        "feedback/sql/signals_of_turns.sql",
        project_id=project_id,
        conversation_id=conversation_id,
        first_turn=first_turn,
        end_turn=end_turn,
    )
    said = load_confirmations(store, project_id, [conversation_id]).get(conversation_id, [])
    return attach_confirmations(map(read_signal, rows), said, range(first_turn, end_turn))


def load_outline(store: Store, project_id: int, conversation_id: str) -> list[Signal]:
    """The signals of a whole conversation that point somewhere, without their evidence."""
    path = "feedback/sql/signals_in_outline.sql"
    rows = store.query(path, project_id=project_id, conversation_id=conversation_id)
    said = load_confirmations(store, project_id, [conversation_id]).get(conversation_id, [])
    return attach_confirmations((Signal(**row, evidence=NO_EVIDENCE) for row in rows), said)


def read_signal(row: Mapping[str, Any]) -> Signal:
    values = {field.name: row[field.name] for field in fields(Signal) if field.name not in NOT_COLUMNS}
    return Signal(**values, evidence=Evidence.from_json(json.loads(row["evidence"])), version=row["detector_version"])


def confirm_rows(store: Store, project_id: int, rows: Sequence[Mapping[str, Any]]) -> list[Signal]:
    """The signals of rows of any conversations, with what people said of each."""
    said = load_confirmations(store, project_id, sorted({row["conversation_id"] for row in rows}))
    no_turns = range(0)  # what people heard themselves is no row
    return [
        signal
        for row in rows
        for signal in attach_confirmations([read_signal(row)], said.get(row["conversation_id"], []), no_turns)
    ]


def place_signal(row: Mapping[str, Any]) -> Place:
    """Where a row stands in the list of signals: its time, and its key as JSON."""
    return Place(row["time_ns"], json.dumps([row[name] for name in SIGNAL_KEY], ensure_ascii=False))


def write_signals(
    store: Store,
    project_id: int,
    found: Sequence[ConversationSignals],
    conversation_ids: Sequence[str],
    version: int,
    turns: range = ALL_TURNS,
) -> None:
    """Write signals in `version` (microseconds) and delete all others that `conversation_ids` had in these turns."""
    rows = [(each.conversation, signal) for each in found for signal in each.signals]
    written = {
        (each.conversation_id, signal.turn_index, signal.kind, signal.label, signal.span_id) for each, signal in rows
    }
    known = store.query(
        "feedback/sql/signal_keys_of_conversations.sql",
        project_id=project_id,
        conversation_ids=list(conversation_ids),
        first_turn=turns.start,
        end_turn=turns.stop,
    )
    keys = [tuple(row[name] for name in SIGNAL_KEY) for row in known]
    by_id = {each.conversation.conversation_id: each.conversation for each in found}
    gone = [key for key in keys if key not in written and not does_stay(key, by_id)]
    store.insert("signals", to_signal_columns(project_id, rows, version))
    store.insert("signals", to_deleted_columns(project_id, SIGNAL_KEY, gone, version))


def does_stay(key: tuple[Any, ...], conversations: Mapping[str, Conversation]) -> bool:
    """Whether a signal of before stays, because the texts that it was heard in are gone."""
    told = dict(zip(SIGNAL_KEY, key, strict=True))
    conversation = conversations.get(told["conversation_id"])
    return conversation is not None and stays(told["kind"], told["turn_index"], conversation)


def to_deleted_columns(
    project_id: int, names: Sequence[str], keys: Sequence[tuple[Any, ...]], version: int
) -> dict[str, list[Any]]:
    """Rows that mark those with these keys, which have these names, as deleted."""
    return {
        "project_id": [project_id] * len(keys),
        **{name: [key[index] for key in keys] for index, name in enumerate(names)},
        "version": [version] * len(keys),
        "is_deleted": [1] * len(keys),
    }


def to_signal_columns(
    project_id: int, rows: Sequence[tuple[Conversation, Signal]], version: int
) -> dict[str, list[Any]]:
    times = {
        (conversation.conversation_id, turn.index): turn.start_time_ns
        for conversation in {conversation.conversation_id: conversation for conversation, _ in rows}.values()
        for turn in conversation.turns
    }
    columns: dict[str, list[Any]] = {
        field.name: [getattr(signal, field.name) for _, signal in rows]
        for field in fields(Signal)
        if field.name not in NOT_COLUMNS
    }
    return columns | {
        "project_id": [project_id] * len(rows),
        "conversation_id": [conversation.conversation_id for conversation, _ in rows],
        "evidence": [json.dumps(signal.evidence.to_json(), ensure_ascii=False) for _, signal in rows],
        "detector_version": [signal.version for _, signal in rows],
        "time": [times[conversation.conversation_id, signal.turn_index] for conversation, signal in rows],
        "version": [version] * len(rows),
    }


def load_feedback(store: Store, project_id: int, conversation: Conversation) -> list[Feedback]:
    """Everything that was said on purpose about one conversation, by time."""
    return load_feedback_of(store, project_id, [conversation])[conversation.conversation_id]


def load_feedback_of(store: Store, project_id: int, conversations: Sequence[Conversation]) -> dict[str, list[Feedback]]:
    """The same for many: feedback that names the conversation, or a trace, model call or message of it."""
    by_target = {
        target: conversation.conversation_id for conversation in conversations for target in list_targets(conversation)
    }
    found: dict[str, list[Feedback]] = {each.conversation_id: [] for each in conversations}
    if not by_target:
        return found
    targets: dict[str, list[str]] = {"conversation": [], "trace": [], "span": [], "message": []}
    for kind, value in by_target:
        targets[kind].append(value)
    rows = store.query(
        "feedback/sql/feedback_of_targets.sql",
        project_id=project_id,
        conversation_ids=targets["conversation"],
        trace_ids=targets["trace"],
        span_ids=targets["span"],
        message_ids=targets["message"],
    )
    for row in rows:
        feedback = read_row(row)
        for target in (
            ("message", feedback.message_id),
            ("trace", feedback.trace_id),
            ("span", feedback.span_id),
            ("conversation", feedback.conversation_id),
        ):
            if target in by_target:
                found[by_target[target]].append(feedback)
                break
    return found


def load_feedback_page(
    store: Store, project_id: int, place: Place, limit: int, filters: Mapping[str, str]
) -> list[Feedback]:
    """At most `limit` pieces of feedback of before `place`, latest first; `filters` has each field to compare whole."""
    bound: dict[str, Any] = {**filters, "before_ns": place.time_ns, "before_id": place.id, "limit": limit}
    rows = store.query("feedback/sql/feedback_page.sql", project_id=project_id, **bound)
    return [read_row(row) for row in rows]


def list_targets(conversation: Conversation) -> list[tuple[str, str]]:
    """What feedback may name to mean this conversation, as (kind, id)."""
    targets = [("conversation", conversation.conversation_id)]
    for answer in conversation.answers:
        targets.append(("trace", answer.trace_id))
        targets.extend(("span", span_id) for span_id in {answer.span_id, *answer.generation_span_ids})
        if answer.message_id:
            targets.append(("message", answer.message_id))
    return targets


def read_row(row: Mapping[str, Any]) -> Feedback:
    values = {field.name: row[field.name] for field in fields(Feedback)}
    return Feedback(**(values | {"metadata": json.loads(row["metadata"])}))


def write_feedback(store: Store, feedback: Sequence[Feedback], version: int) -> None:
    """Write what spans and events told, in `version` (microseconds); of one identifier holds what was told last."""
    told_us = [min(each.time_ns // 1000, version) for each in feedback]
    columns = to_feedback_columns(feedback) | {
        "told_at": [EPOCH + timedelta(microseconds=each) for each in told_us],
        "version": [version] * len(feedback),
    }
    store.insert("feedback", columns)


def to_feedback_columns(feedback: Sequence[Feedback]) -> dict[str, list[Any]]:
    """Rows that are told when the store takes them."""
    columns: dict[str, list[Any]] = {
        "time" if field.name == "time_ns" else field.name: [getattr(each, field.name) for each in feedback]
        for field in fields(Feedback)
    }
    columns["metadata"] = [json.dumps(each.metadata, ensure_ascii=False) for each in feedback]
    return columns


def load_feedback_targets(store: Store, project_id: int, identifiers: Sequence[str]) -> dict[str, Feedback]:
    """By identifier what is there of these, with its name, target and time alone."""
    path = "feedback/sql/feedback_targets.sql"
    rows = store.query(path, project_id=project_id, identifiers=list(identifiers)) if identifiers else []
    return {row["identifier"]: Feedback(project_id=project_id, **row) for row in rows}


def load_hearings(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, Hearing]:
    """How each of these conversations was listened to last; those that were not are missing."""
    if not conversation_ids:
        return {}
    path = "feedback/sql/hearings_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(conversation_ids))
    return {row["conversation_id"]: read_hearing(row) for row in rows}


def read_hearing(row: Mapping[str, Any]) -> Hearing:
    return Hearing(row["basis"], Verdict(row["machine"], row["machine_score"], row["machine_reason"]))


def write_hearings(
    store: Store, project_id: int, hearings: Mapping[str, Hearing], gone: Collection[str], version: int
) -> None:
    """Write down in `version` (microseconds) how conversations were listened to, by id; those that are gone are
    deleted."""
    told = list(hearings.values())
    nothing = [Hearing("")] * len(gone)
    columns: dict[str, list[Any]] = {
        "project_id": [project_id] * (len(told) + len(gone)),
        "conversation_id": [*hearings, *gone],
        "basis": [each.basis for each in (*told, *nothing)],
        "machine": [each.verdict.kind for each in (*told, *nothing)],
        "machine_score": [each.verdict.score for each in (*told, *nothing)],
        "machine_reason": [each.verdict.reason for each in (*told, *nothing)],
        "version": [version] * (len(told) + len(gone)),
        "is_deleted": [0] * len(told) + [1] * len(gone),
    }
    store.insert("hearings", columns)
