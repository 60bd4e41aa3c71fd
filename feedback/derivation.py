"""What was said about answers becomes feedback, and conversations that changed are listened to again: signals, and the
tasks of agents, go out.

Both are stages that find their work in the store and may run twice; see `tracing.stages`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from feedback import agent_tasks
from feedback.agent_task_records import write_agent_tasks
from feedback.agent_tasks import list_agent_tasks
from feedback.detectors import DETECTORS, detect_signals, machines
from feedback.detectors.material import TURNS_BEFORE, Material
from feedback.detectors.tuning import Tuning, describe_basis
from feedback.detectors.verdict import PEOPLE, Verdict
from feedback.evaluations import list_events, read_evaluation
from feedback.excerpts import load_told_excerpt
from feedback.explicit import read_feedback
from feedback.materials import load_materials
from feedback.readings import describe_readers
from feedback.records import (
    ALL_TURNS,
    ConversationSignals,
    Hearing,
    load_feedback_of,
    load_hearings,
    write_feedback,
    write_hearings,
    write_signals,
)
from feedback.traffic import list_earlier
from feedback.tunings import load_tuning
from tracing.conversations import Conversation
from tracing.lanes import SharedStage
from tracing.records import load_conversations, load_logs, load_spans
from tracing.records.conversations import load_rows
from tracing.stages import Key, Stage, group_by_project
from tracing.store import Store
from tracing.texts.stand_ins import is_purged

FEEDBACK = Stage("feedback", "feedback/sql/changed_feedback.sql", "feedback/sql/lag_of_feedback.sql", batch_size=2_000)
SIGNALS = SharedStage(
    "signals",
    "feedback/sql/changed_conversations.sql",
    "feedback/sql/lag_of_signals.sql",
    batch_size=500,
    count_lanes=lambda: int(settings.LANES),
)

PART_TURNS = 200
"""A conversation of more turns is listened to in parts of so many, as they change."""

LOG_PREFIX = "log:"
"""Before the id of a log record, where it stands for itself; ids of traces are hexadecimal."""


def read_changed_feedback(store: Store) -> int:
    """One batch of the stage `feedback`; the number of traces read."""
    return FEEDBACK.run(store, lambda keys: derive_feedback(store, keys))


def derive_changed_signals(store: Store) -> int:
    """One batch of the stage `signals`; the number of conversations done."""
    return SIGNALS.run(store, lambda keys: derive_signals(store, keys))


def derive_feedback(store: Store, keys: Sequence[Key]) -> None:
    """Write the feedback that these traces, and evaluation results of no trace, carry (project, id)."""
    for project_id, ids in group_by_project(keys).items():
        trace_ids = [each for each in ids if not each.startswith(LOG_PREFIX)]
        log_ids = [int(each.removeprefix(LOG_PREFIX)) for each in ids if each.startswith(LOG_PREFIX)]
        spans = load_spans(store, project_id, trace_ids)
        logs = load_logs(store, project_id, trace_ids, log_ids)
        events = [*logs, *(event for span in spans for event in list_events(span))]
        found = [each for each in (*map(read_feedback, spans), *map(read_evaluation, events)) if each is not None]
        latest = {feedback.identifier: feedback for feedback in sorted(found, key=lambda each: each.time_ns)}
        write_feedback(store, list(latest.values()), version=time.time_ns() // 1000)


def derive_signals(store: Store, keys: Sequence[Key]) -> None:
    """Run every detector over these conversations (project, conversation id) and write what they say now, with the
    tasks of agents."""
    for project_id, conversation_ids in group_by_project(keys).items():
        earlier = derive_signals_of_project(store, project_id, conversation_ids)
        if earlier:
            derive_signals_of_project(store, project_id, earlier)


def derive_signals_of_project(store: Store, project_id: int, conversation_ids: Sequence[str]) -> list[str]:
    """The same for one project; returns conversations that were heard as people's before it was known that a machine
    leads such ones."""
    version = time.time_ns() // 1000
    tuning = load_tuning(project_id)
    basis = describe_all(tuning)
    counts = {key: row["turn_count"] for key, row in load_rows(store, project_id, conversation_ids).items()}
    long = {key: count for key, count in counts.items() if count > PART_TURNS}
    short = sorted(set(conversation_ids) - long.keys())
    materials = derive_signals_of_whole(store, project_id, short, tuning, version)
    verdicts = {each.conversation.conversation_id: each.verdict for each in materials}
    verdicts |= derive_signals_of_long(store, project_id, long, tuning, version)
    hearings = {key: Hearing(basis, verdicts.get(key, PEOPLE)) for key in counts}
    write_hearings(store, project_id, hearings, set(conversation_ids) - counts.keys(), version)
    return list_earlier(store, project_id, materials, version)


def derive_signals_of_whole(
    store: Store, project_id: int, conversation_ids: Sequence[str], tuning: Tuning, version: int
) -> list[Material]:
    """Listen to conversations from their beginning to their end, all at once; returns what was known of each."""
    conversations = list(load_conversations(store, project_id, conversation_ids).values())
    feedback = load_feedback_of(store, project_id, conversations)
    materials = load_materials(store, project_id, conversations, feedback, tuning, version * 1000)
    found = [ConversationSignals(each.conversation, detect_signals(each)) for each in materials]
    write_signals(store, project_id, found, conversation_ids, version)
    tasks = [task for each in materials for task in list_agent_tasks(each)]
    purged = {key for each in conversations for key in list_purged(each)}
    write_agent_tasks(store, project_id, tasks, conversation_ids, version, purged=purged)
    return materials


def derive_signals_of_long(
    store: Store, project_id: int, counts: Mapping[str, int], tuning: Tuning, version: int
) -> dict[str, Verdict]:
    """Listen to long conversations part by part; `counts` has the turns of each. Returns who led each."""
    known = load_hearings(store, project_id, list(counts))
    verdicts = {}
    for conversation_id, count in counts.items():
        before = known.get(conversation_id, Hearing(""))
        every = before.basis != describe_all(tuning)
        verdict = derive_signals_by_parts(store, project_id, conversation_id, tuning, version, every=every)
        verdicts[conversation_id] = verdict or before.verdict
        gone = range(count, ALL_TURNS.stop)
        write_signals(store, project_id, [], [conversation_id], version, gone)
        write_agent_tasks(store, project_id, [], [conversation_id], version, gone)
    return verdicts


def list_purged(conversation: Conversation) -> Iterator[tuple[str, int]]:
    """Turns whose texts were there for a while (conversation id, index)."""
    for turn in conversation.turns:
        if is_purged(turn.user_text) or any(is_purged(answer.text) for answer in turn.parts):
            yield conversation.conversation_id, turn.index


def find_basis(project_id: int) -> str:
    """What signals and tasks of a project follow from today, besides its conversations."""
    return describe_all(load_tuning(project_id))


def describe_all(tuning: Tuning) -> str:
    return f"{describe_basis(DETECTORS, tuning)}-{agent_tasks.VERSION}-{machines.VERSION}-{describe_readers()}"


def derive_signals_by_parts(
    store: Store, project_id: int, conversation_id: str, tuning: Tuning, version: int, *, every: bool
) -> Verdict | None:
    """Listen to those parts of a long conversation that changed since, or to every one, each with some turns before it;
    returns who led the last of these, None where none changed.

    `version` is of before anything was read: what changes meanwhile is listened to next time.
    """
    verdict = None
    for part in store.query(
        "feedback/sql/parts_to_hear.sql",
        project_id=project_id,
        conversation_id=conversation_id,
        part_turns=PART_TURNS,
    ):
        if part["told_version"] < part["heard_version"] and not every:
            continue
        turns = range(part["part"] * PART_TURNS, (part["part"] + 1) * PART_TURNS)
        first = max(0, turns.start - TURNS_BEFORE)
        heard = load_told_excerpt(store, project_id, conversation_id, first, turns.stop - first)
        if heard is None:
            continue
        excerpt, feedback = heard
        told = {conversation_id: feedback}
        [material] = load_materials(store, project_id, [excerpt.conversation], told, tuning, version * 1000)
        verdict = material.verdict
        signals = detect_signals(replace(material, is_end=excerpt.ends_ns is None))
        own = [signal for signal in signals if signal.turn_index in turns]
        found = [ConversationSignals(excerpt.conversation, own)]
        write_signals(store, project_id, found, [conversation_id], version, turns)
        tasks = [task for task in list_agent_tasks(material) if task.turn_index in turns]
        purged = set(list_purged(excerpt.conversation))
        write_agent_tasks(store, project_id, tasks, [conversation_id], version, turns, purged)
    return verdict
