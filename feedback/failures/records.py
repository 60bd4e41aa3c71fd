"""Failing turns as rows of `failing_turns` and back: the only place that knows their columns, and how vectors are
packed.

A vector is kept as bytes, a number from -127 to 127 for each of its parts: they are read as often as they are compared,
and a hundredth of a part is no matter. A row is written whole; of one conversation the latest counts.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from feedback.embedding import WIDTH
from feedback.failure_modes.cases import SHARES
from feedback.failure_modes.catalogue import NONE
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failures.turns import FailingTurn
from feedback.satisfaction_records import IDS_AT_ONCE
from tracing.store import Store

VECTOR_WIDTH = len(SHARES) * WIDTH
MOST_ROWS = 20_000
"""More are asked for on purpose: each takes some kilobytes."""


@dataclass(frozen=True, slots=True, eq=False)
class FailingRow:
    """The turn in which a conversation failed, and the number of its failure mode, 0 for none yet."""

    conversation_id: str
    turn: FailingTurn
    user_id: str
    trace_id: str
    span_id: str
    """Of the answer that failed."""
    time_ns: int
    """When the turn began."""
    cost_usd: float | None
    """Of the conversation."""
    mode: int = NONE
    vector: Floats | None = None
    """Of length one; None where it was not asked for."""
    texts_hash: int = 0
    """Of the texts that the vector was made of."""
    version: int = 0
    """When it was written (microseconds)."""


def load_failing(
    store: Store,
    project_id: int,
    *,
    since_ns: int = 0,
    limit: int = MOST_ROWS,
    modes: Collection[int] = (),
    with_vectors: bool = False,
) -> list[FailingRow]:
    """The latest failing turns, the latest first; of these modes (0: of those in none yet), or all."""
    found = store.query_columns(
        "feedback/sql/failing_turns.sql",
        project_id=project_id,
        since_ns=since_ns,
        limit=limit,
        modes=sorted(modes),
        with_vectors=with_vectors,
    )
    return list(read_rows(found, with_vectors=with_vectors))


def load_members(
    store: Store, project_id: int, number: int, limit: int, *, with_vectors: bool = True
) -> list[FailingRow]:
    """The latest members of a mode, the latest first."""
    return load_failing(store, project_id, limit=limit, modes=[number], with_vectors=with_vectors)


def load_failing_of(
    store: Store, project_id: int, conversation_ids: Collection[str], *, with_vectors: bool = True
) -> dict[str, FailingRow]:
    """By conversation, those that there are of these conversations."""
    rows: list[FailingRow] = []
    path = "feedback/sql/failing_turns_of_conversations.sql"
    for ids in list_portions(conversation_ids):
        bound = {"project_id": project_id, "conversation_ids": ids, "with_vectors": with_vectors}
        rows.extend(read_rows(store.query_columns(path, **bound), with_vectors=with_vectors))
    return {row.conversation_id: row for row in rows}


def load_numbers(store: Store, project_id: int, modes: Collection[int]) -> dict[str, int]:
    """The number of its mode for each conversation in these."""
    found = store.query_columns("feedback/sql/members_of_modes.sql", project_id=project_id, modes=sorted(modes))
    return dict(zip(found["conversation_id"], found["mode"], strict=True)) if found else {}


def find_waiting(store: Store, project_id: int, since_ns: int) -> int:
    """The version of the latest row of those since then that are in no mode yet; 0 where none is."""
    rows = store.query("feedback/sql/waiting_failing_turns.sql", project_id=project_id, since_ns=since_ns)
    return int(rows[0]["version"])


def read_rows(found: Mapping[str, Sequence[Any]], *, with_vectors: bool = True) -> Iterator[FailingRow]:
    count = len(found.get("conversation_id", ()))  # where no row is found, columns may have no names
    vectors = unpack_vectors(found["vector"]) if count and with_vectors else [None] * count
    for place in range(count):
        yield FailingRow(
            conversation_id=found["conversation_id"][place],
            turn=FailingTurn(found["turn_index"][place], found["family"][place], tuple(found["signals"][place])),
            user_id=found["user_id"][place],
            trace_id=found["trace_id"][place],
            span_id=found["span_id"][place],
            time_ns=found["time_ns"][place],
            cost_usd=found["cost_usd"][place],
            mode=found["mode"][place],
            vector=vectors[place],
            texts_hash=found["texts_hash"][place],
            version=found["version"][place],
        )


def stack_vectors(rows: Sequence[FailingRow]) -> Floats:
    """The vectors of rows that have them, a row for each."""
    vectors = [row.vector for row in rows if row.vector is not None]
    return np.stack(vectors) if vectors else np.empty((0, VECTOR_WIDTH), np.float32)


def pack_vectors(vectors: Floats) -> list[bytes]:
    """
    >>> pack_vectors(np.array([[0.5, -1.0], [0.0, 0.0]], np.float32))
    [b'@\\x81', b'\\x00\\x00']
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = np.rint(vectors * 127 / np.where(largest > 0, largest, 1)).astype(np.int8)
    return [row.tobytes() for row in scaled]


def unpack_vectors(packed: Sequence[bytes]) -> Floats:
    """Rows of length one; a row of zeros stays."""
    numbers = np.frombuffer(b"".join(packed), np.int8).reshape(len(packed), -1 if packed else VECTOR_WIDTH)
    return normalise(numbers.astype(np.float32))


def write_failing(
    store: Store, project_id: int, rows: Sequence[FailingRow], gone: Collection[str], version: int
) -> None:
    """Write rows in `version` (microseconds); conversations that are `gone` lose theirs."""
    store.insert("failing_turns", to_columns(project_id, rows, version))
    deleted: dict[str, list[Any]] = {
        "project_id": [project_id] * len(gone),
        "conversation_id": list(gone),
        "version": [version] * len(gone),
        "is_deleted": [1] * len(gone),
    }
    store.insert("failing_turns", deleted)


def to_columns(project_id: int, rows: Sequence[FailingRow], version: int) -> dict[str, list[Any]]:
    return {
        "project_id": [project_id] * len(rows),
        "conversation_id": [row.conversation_id for row in rows],
        "turn_index": [row.turn.turn_index for row in rows],
        "family": [row.turn.family for row in rows],
        "signals": [list(row.turn.signals) for row in rows],
        "user_id": [row.user_id for row in rows],
        "trace_id": [row.trace_id for row in rows],
        "span_id": [row.span_id for row in rows],
        "time": [row.time_ns for row in rows],
        "cost_usd": [row.cost_usd for row in rows],
        "vector": pack_vectors(stack_vectors(rows)),
        "mode": [row.mode for row in rows],
        "texts_hash": [row.texts_hash for row in rows],
        "version": [version] * len(rows),
    }


def move_members(store: Store, project_id: int, numbers: Collection[int], to_number: int) -> None:
    """All members of these modes are members of another from now on."""
    store.change(
        "feedback/sql/move_members.sql",
        project_id=project_id,
        modes=sorted(numbers),
        to_mode=to_number,
        version=time.time_ns() // 1000,
    )


def move_conversations(store: Store, project_id: int, conversation_ids: Collection[str], to_number: int) -> None:
    """The failing turns of these conversations are members of this mode from now on; who has none stays without."""
    place_conversations(store, project_id, dict.fromkeys(conversation_ids, to_number))


def place_conversations(store: Store, project_id: int, numbers: Mapping[str, int]) -> None:
    """The same, with the number of each."""
    for ids in list_portions(numbers):
        store.change(
            "feedback/sql/move_conversations.sql",
            project_id=project_id,
            conversation_ids=ids,
            modes=[numbers[each] for each in ids],
            version=time.time_ns() // 1000,
        )


def list_portions(conversation_ids: Collection[str]) -> Iterator[list[str]]:
    """As many as one query takes, neighbours together as they stand in the store."""
    ids = sorted(conversation_ids)
    for first in range(0, len(ids), IDS_AT_ONCE):
        yield ids[first : first + IDS_AT_ONCE]
