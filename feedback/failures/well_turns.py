"""Turns that went well come out of the store, the same sample each time: what failure modes are held against.

Conversations are taken by the hash of their id, so that the next time has nearly the same; texts and vectors of those
are kept in this process, and only what is new is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from feedback.embedding import WIDTH, load_encoder
from feedback.failure_modes.cases import SHARES, Case, embed_cases
from feedback.failure_modes.clustering import Floats
from feedback.failures.slices_of import Place
from feedback.failures.turns import LEAST_PROBABILITY
from feedback.satisfaction_records import IDS_AT_ONCE
from tracing.stages import STOPPING
from tracing.store import Store

MOST_TURNS = 2_000
WINDOW = timedelta(days=90)
CANDIDATES = 10
"""Times as many conversations are looked at, for some of them failed or are older."""
MOST_KEPT = 10_000
"""Turns in this process, of all projects: about 5 kB each."""
READ_CHARACTERS = 1_000
"""Of the start and of the end of each text: the encoder reads no more."""
KEPT_CHARACTERS = 200
"""Of each text: a name needs no more."""
TURNS_AT_ONCE = 64
LAST_HASH = 2**64 - 1

Key = tuple[int, str, int, int]
"""A project, a conversation, the index of a turn and its version."""

_kept: "dict[Key, WellTurn]" = {}
"""What was read, the latest that was used at the end."""


@dataclass(frozen=True, slots=True, eq=False)
class WellTurn:
    case: Case
    turn_index: int
    vector: Floats
    """Of what was asked and answered."""

    @property
    def place(self) -> Place:
        return self.case.conversation_id, self.turn_index


@dataclass(frozen=True, slots=True)
class WellTurns:
    """Of the conversations whose hash is at most `reach`, one turn of each that went well."""

    turns: Sequence[WellTurn]
    reach: int

    def stack_vectors(self) -> Floats:
        """A row for each, as `embed_cases` gives it."""
        vectors = np.zeros((len(self.turns), len(SHARES) * WIDTH), np.float32)
        for row, each in zip(vectors, self.turns, strict=True):
            row[: len(each.vector)] = each.vector
        return vectors


def load_well_turns(store: Store, project_id: int, now: datetime) -> WellTurns:
    """The sample of a project, as far as this process is not about to end."""
    most_hash = find_most_hash(store, project_id)
    rows = store.query(
        "feedback/sql/well_turns.sql",
        project_id=project_id,
        since_ns=int((now - WINDOW).timestamp()) * 10**9,
        most_probability=LEAST_PROBABILITY,
        most_hash=most_hash,
        candidates=CANDIDATES * MOST_TURNS,
        limit=MOST_TURNS,
    )
    keys = [(project_id, row["conversation_id"], row["turn_index"], row["version"]) for row in rows]
    read_new(store, project_id, [key for key in keys if key not in _kept])
    return WellTurns(use(keys), rows[-1]["hash"] if len(rows) == MOST_TURNS else most_hash)


def find_most_hash(store: Store, project_id: int) -> int:
    """Up to which there are about as many conversations as are looked at."""
    count: int = store.query("feedback/sql/estimate_count.sql", project_id=project_id)[0]["count"]
    return min(LAST_HASH, LAST_HASH * CANDIDATES * MOST_TURNS // max(1, count))


def use(keys: Sequence[Key]) -> list[WellTurn]:
    """Those that are kept; what was not used for the longest goes, where there is too much."""
    found = {key: _kept.pop(key) for key in keys if key in _kept}
    _kept.update(found)
    for key in list(_kept)[: max(0, len(_kept) - MOST_KEPT)]:
        del _kept[key]
    return list(found.values())


def read_new(store: Store, project_id: int, keys: Sequence[Key]) -> None:
    for first in range(0, len(keys), TURNS_AT_ONCE):
        if STOPPING.is_set():
            return
        part = {(key[1], key[2]): key for key in keys[first : first + TURNS_AT_ONCE]}
        texts = load_texts(store, project_id, list(part), READ_CHARACTERS)
        cases = {place: Case(place[0], row["request"], row["answer"]) for place, row in texts.items()}
        vectors = embed_cases(list(cases.values()), load_encoder().embed) if cases else ()
        for (place, case), vector in zip(cases.items(), vectors, strict=True):
            short = Case(place[0], case.request[:KEPT_CHARACTERS], case.answer[:KEPT_CHARACTERS])
            _kept[part[place]] = WellTurn(short, place[1], vector[: 2 * WIDTH].copy())


def load_texts(
    store: Store, project_id: int, places: Sequence[Place], characters: int
) -> dict[Place, Mapping[str, Any]]:
    """Of one turn of each conversation `request`, `answer` and `reaction`: so many characters of the start of each, and
    where there are more as many of the end."""
    found: dict[Place, Mapping[str, Any]] = {}
    for first in range(0, len(places), IDS_AT_ONCE):
        part = sorted(places[first : first + IDS_AT_ONCE])
        rows = store.query(
            "feedback/sql/texts_of_turns.sql",
            project_id=project_id,
            conversation_ids=[conversation_id for conversation_id, _ in part],
            turn_indexes=[index for _, index in part],
            characters=characters,
        )
        found |= {(row["conversation_id"], row["turn_index"]): row for row in rows}
    return found
