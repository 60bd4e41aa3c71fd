"""Conversations that were estimated go in, the turn in which each failed goes out, with its vector: a stage behind that
of satisfaction, see `tracing.stages`.

A row of which nothing changed is left alone. A vector takes milliseconds, so a turn whose texts are still the same
keeps the one that it has, and its mode with it: the hash of the texts stands beside the vector.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.embedding import load_encoder
from feedback.failure_modes.cases import Case, embed_cases
from feedback.failures.catalogues import carry_out
from feedback.failures.records import FailingRow, load_failing_of, write_failing
from feedback.failures.turns import FailingTurn, find_failing_turn
from feedback.records import load_signals
from feedback.satisfaction_records import load_estimates
from tracing.conversations import Turn
from tracing.records.conversations import load_rows, load_turns
from tracing.stages import Key, Pace, Stage, group_by_project
from tracing.store import Store
from tracing.texts.stand_ins import are_kept

FAILURES = Stage("failures", "feedback/sql/changed_estimates.sql", "feedback/sql/lag_of_failures.sql", batch_size=100)
REST_FACTOR = 1
"""Half a core at most: all stages of a process take turns, and others are in a hurry."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failing turn as the store has it, without a vector yet, and what was said in it."""

    row: FailingRow
    case: Case


def derive_changed_failures(store: Store) -> int:
    """One batch of the stage `failures`; the number of conversations done."""
    return FAILURES.run(store, lambda keys: derive_failures(store, keys))


def derive_for_a_while(store: Store) -> int:
    """1 where anything was done."""
    return int(FAILURES.run_for_a_while(lambda: derive_changed_failures(store)))


PACE = Pace(derive_for_a_while, REST_FACTOR)


def derive_failures(store: Store, keys: Sequence[Key]) -> None:
    """Find anew in which turn these conversations (project, conversation id) failed; those that did not lose theirs."""
    for project_id, conversation_ids in group_by_project(keys).items():
        carry_out(store, project_id)
        version = time.time_ns() // 1000
        known = load_failing_of(store, project_id, conversation_ids, with_vectors=False)
        failures = keep_worded(load_failures(store, project_id, conversation_ids), known)
        changed = [each for each in failures if tell(each.row) != tell(known.get(each.row.conversation_id))]
        same = [each.row.conversation_id for each in changed if has_same_words(each.row, known)]
        rows = embed_failures(changed, load_failing_of(store, project_id, same))
        gone = known.keys() - {each.row.conversation_id for each in failures}
        write_failing(store, project_id, rows, sorted(gone), version)


def keep_worded(failures: Sequence[Failure], known: Mapping[str, FailingRow]) -> list[Failure]:
    """Those whose words are there. Of others stands what was known when they were; without it nobody can tell what
    failed, for modes are told by words."""
    kept = []
    for each in failures:
        old = known.get(each.row.conversation_id)
        if are_kept((each.case.request, each.case.answer, each.case.reaction)):
            kept.append(each)
        elif old is not None:
            kept.append(replace(each, row=old))
    return kept


def load_failures(store: Store, project_id: int, conversation_ids: Sequence[str]) -> list[Failure]:
    """Those of these conversations that failed. Such as machines lead have no estimate."""
    estimates = load_estimates(store, project_id, conversation_ids)
    signals = load_signals(store, project_id, list(estimates))
    turns = {key: find_failing_turn(signals[key], each.probability.value) for key, each in estimates.items()}
    return list(read_failures(store, project_id, {key: turn for key, turn in turns.items() if turn}))


def read_failures(store: Store, project_id: int, failing: Mapping[str, FailingTurn]) -> Iterator[Failure]:
    indexes = {index for turn in failing.values() for index in (turn.turn_index, turn.turn_index + 1)}
    conversations = load_rows(store, project_id, list(failing))
    said = load_turns(store, project_id, list(failing), sorted(indexes))
    for key, turn in failing.items():
        turns = {each.index: each for each in said.get(key, ())}
        if key in conversations and turn.turn_index in turns:
            told, after = turns[turn.turn_index], turns.get(turn.turn_index + 1)
            user_id, cost_usd = conversations[key]["user_id"], conversations[key]["cost_usd"]
            yield read_failure(key, turn, told, after, user_id, cost_usd)


def read_failure(
    conversation_id: str, turn: FailingTurn, told: Turn, after: Turn | None, user_id: str, cost_usd: float | None
) -> Failure:
    """`after` is the turn behind, whose message is a reaction where it goes on from this one."""
    reaction = after.user_text if after and after.follows in (None, told.index) else ""
    case = Case(conversation_id, told.user_text, told.answer.text, reaction, turn.family, signals=turn.signals)
    row = FailingRow(
        conversation_id,
        turn,
        user_id,
        told.answer.trace_id,
        told.answer.span_id,
        told.start_time_ns,
        cost_usd,
        texts_hash=hash_texts(case),
    )
    return Failure(row, case)


def hash_texts(case: Case) -> int:
    """Other texts have, all but certainly, another one."""
    said = "\0".join((case.request, case.answer, case.reaction)).encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest())


def tell(row: FailingRow | None) -> Sequence[Any]:
    """What a row tells of a conversation, without what was made of it here."""
    if row is None:
        return ()
    return row.turn, row.texts_hash, row.user_id, row.trace_id, row.span_id, row.time_ns, row.cost_usd


def has_same_words(row: FailingRow, known: Mapping[str, FailingRow]) -> bool:
    """Whether it is the turn that was known, of the same sort of failure, with the words that it had."""
    old = known.get(row.conversation_id)
    if old is None:
        return False
    pairs = ((each.turn.turn_index, each.turn.family, each.texts_hash) for each in (row, old))
    return next(pairs) == next(pairs)


def embed_failures(failures: Sequence[Failure], kept: Mapping[str, FailingRow]) -> list[FailingRow]:
    """Rows with vectors: the vector and mode of the row that is kept, where there is one, else new."""
    new = [each for each in failures if each.row.conversation_id not in kept]
    vectors = embed_cases([each.case for each in new], load_encoder().embed) if new else ()
    rows = [replace(each.row, vector=vector) for each, vector in zip(new, vectors, strict=True)]
    for each in failures:
        if old := kept.get(each.row.conversation_id):
            rows.append(replace(each.row, mode=old.mode, vector=old.vector))
    return rows
