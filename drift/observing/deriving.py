"""Conversations that were estimated go in, what they tell of drift goes out: a stage behind that of satisfaction, see
`tracing.stages`.

A row of which nothing changed is left alone. Where a project is fitted anew all its conversations are estimated again,
which says nothing new of them: what an estimate rests on is told by a digest that stands in the row.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from drift.detectors import Observed, Retrieval
from drift.observing.measuring import CODE_VERSION, Call, observe, read_opening
from drift.observing.records import Observation, load_observations, write_observations
from drift.observing.retrievals import read_retrievals
from feedback.catching_up import CatchUp
from feedback.embedding import load_encoder
from feedback.failures.records import pack_vectors
from feedback.records import load_signals
from tracing.conversations import Conversation
from tracing.records.conversations import load_rows, load_turns, read_conversation
from tracing.stages import Key, Pace, Stage, group_by_project
from tracing.store import Store
from tracing.texts.stand_ins import are_kept

OBSERVATIONS = Stage(
    "observations", "feedback/sql/changed_estimates.sql", "feedback/sql/lag_of_failures.sql", batch_size=200
)
REST_FACTOR = 3
"""A quarter of a core at most: days are what is watched, so nothing here is in a hurry."""
READ_TURNS = range(200)
"""Of each conversation: of longer ones the beginning tells enough."""
AGAIN_CONVERSATIONS = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as it was loaded, its first call, and the digest of what its estimate rests on."""

    observed: Observed
    first: Call
    told: int


def observe_changed(store: Store) -> int:
    """One batch of the stage `observations`; the number of conversations done."""
    return OBSERVATIONS.run(store, lambda keys: derive_observations(store, keys))


def observe_for_a_while(store: Store) -> int:
    """1 where anything was done."""
    return int(OBSERVATIONS.run_for_a_while(lambda: observe_changed(store)))


PACE = Pace(observe_for_a_while, REST_FACTOR)


def derive_observations(store: Store, keys: Sequence[Key]) -> None:
    """Observe these conversations (project, conversation id) anew; those that are gone, or that a machine leads, lose
    their row."""
    for project_id, conversation_ids in group_by_project(keys).items():
        version = time.time_ns() // 1000
        known = load_observations(store, project_id, conversation_ids)
        told = load_told(store, project_id, conversation_ids)
        new = [each for each, digest in told.items() if not is_known(known.get(each), digest)]
        seen = load_seen(store, project_id, {each: told[each] for each in new})
        rows = add_vectors(seen, known)
        changed = [row for row in rows if replace(row, version=0) != tell(known.get(row.conversation_id))]
        there = (told.keys() - set(new)) | {row.conversation_id for row in rows}
        write_observations(store, project_id, changed, list_gone(known, rows, there), version)


def is_known(row: Observation | None, told: int) -> bool:
    return row is not None and row.told == told and row.code_version == CODE_VERSION


def tell(row: Observation | None) -> Observation | None:
    return replace(row, version=0) if row else None


def list_gone(
    known: Mapping[str, Observation], rows: Sequence[Observation], there: Collection[str]
) -> list[tuple[date, str]]:
    """Rows of conversations that are not there any more, or that began on another day."""
    days = {row.conversation_id: row.day for row in rows}
    return [(row.day, key) for key, row in known.items() if key not in there or days.get(key, row.day) != row.day]


def load_told(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, int]:
    """Those of these conversations that have an estimate, each with the digest of what it rests on."""
    path = "drift/sql/told_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(conversation_ids))
    return {row["conversation_id"]: row["told"] for row in rows}


def load_seen(store: Store, project_id: int, told: Mapping[str, int]) -> list[Seen]:
    """Those of these conversations that are there."""
    rows = load_rows(store, project_id, list(told))
    turns = load_turns(store, project_id, list(rows), READ_TURNS)
    conversations = [read_conversation(project_id, rows[key], own) for key, own in turns.items()]
    keys = [each.conversation_id for each in conversations]
    signals = load_signals(store, project_id, keys)
    tools = load_tool_turns(store, project_id, keys)
    calls = load_first_calls(store, project_id, conversations)
    found = load_retrievals(store, project_id, conversations)
    return [
        Seen(
            Observed(each, signals[key], tuple(list_retrievals(each, found)), tools.get(key, frozenset())),
            calls.get(key, Call()),
            told[key],
        )
        for key, each in zip(keys, conversations, strict=True)
    ]


def load_tool_turns(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    path = "drift/sql/turns_with_tools.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=conversation_ids) if conversation_ids else ()
    return {row["conversation_id"]: frozenset(row["turn_indexes"]) for row in rows}


def load_first_calls(store: Store, project_id: int, conversations: Sequence[Conversation]) -> dict[str, Call]:
    """By conversation."""
    places = {each.conversation_id: find_first_call(each) for each in conversations}
    if not places:
        return {}
    rows = store.query(
        "drift/sql/prompts_of_calls.sql",
        project_id=project_id,
        trace_ids=[trace_id for trace_id, _ in places.values()],
        span_ids=[span_id for _, span_id in places.values()],
    )
    calls = {(row["trace_id"], row["span_id"]): Call(row["prompt_version"], row["request_model"]) for row in rows}
    return {key: calls[place] for key, place in places.items() if place in calls}


def find_first_call(conversation: Conversation) -> tuple[str, str]:
    """Its trace and span."""
    first = conversation.turns[0].parts[0]
    return first.trace_id, (first.generation_span_ids or (first.span_id,))[0]


def load_retrievals(store: Store, project_id: int, conversations: Sequence[Conversation]) -> dict[str, list[Retrieval]]:
    """By trace."""
    traces = sorted({answer.trace_id for each in conversations for answer in each.answers})
    if not traces:
        return {}
    return read_retrievals(store.query("drift/sql/retrievals.sql", project_id=project_id, trace_ids=traces))


def list_retrievals(conversation: Conversation, found: Mapping[str, Sequence[Retrieval]]) -> Iterator[Retrieval]:
    for trace_id in dict.fromkeys(answer.trace_id for answer in conversation.answers):
        yield from found.get(trace_id, ())


def add_vectors(seen: Sequence[Seen], known: Mapping[str, Observation]) -> list[Observation]:
    """Observations with vectors; where the first message is the same, with the one that there is."""
    rows = [keep_known(each, known) for each in seen]
    kept = {
        row.conversation_id: old.vector
        for row in rows
        if (old := known.get(row.conversation_id)) and old.text_hash == row.text_hash
    }
    texts = {
        row.conversation_id: read_opening(each.observed)
        for each, row in zip(seen, rows, strict=True)
        if row.text_hash and row.conversation_id not in kept
    }
    packed = pack_vectors(load_encoder().embed(list(texts.values()))) if texts else []
    vectors = kept | dict(zip(texts, packed, strict=True))
    return [replace(row, vector=vectors.get(row.conversation_id, b"")) for row in rows]


def keep_known(seen: Seen, known: Mapping[str, Observation]) -> Observation:
    """What a conversation tells now; what its words told while they were there stays when they are gone."""
    row = observe(seen.observed, seen.first, seen.told)
    old = known.get(row.conversation_id)
    if old is None or are_kept((*seen.observed.messages, *seen.observed.texts)):
        return row
    return replace(
        row,
        language=row.language or old.language,
        measured={**old.measured, **row.measured},
        text_hash=row.text_hash or old.text_hash,
    )


OBSERVING_AGAIN = CatchUp(
    "observing again",
    OBSERVATIONS,
    "drift/sql/outdated_observations.sql",
    AGAIN_CONVERSATIONS,
    lambda _: CODE_VERSION,
    derive_observations,
    observe_changed,
)
