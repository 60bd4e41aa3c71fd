"""A project comes in; what its users were told otherwise though they asked the same goes out.

It takes seconds where there are many turns, so what is found is kept for ten minutes: places and numbers only, no words
and no users. These are read when it is shown, so that what is erased is gone at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from tacit.attributes import RELEASE

from feedback.comparison_list import read_answer as read_known_answer
from feedback.comparisons.answers import KnownAnswer
from feedback.contradictions import Asked, Contradiction, find_contradictions, forget_texts
from feedback.contradictions.requests import LONGEST
from feedback.embedding import load_encoder
from feedback.kept import AsOf, Kept
from tracing.store import Store

DAYS = 30
DAY_NS = 86_400 * 10**9
MOST = 20_000
"""Turns that are read, the latest."""
MOST_AT_ONCE = 500
"""So many are compared while the page waits."""
MOST_FOUND = 100
ANSWER_CHARACTERS = 4_000
REQUEST_BYTES = 4 * LONGEST
QUOTED = frozenset({"figure", "day", "contact"})
"""Kinds whose sides are told in the words of the answers."""


@dataclass(frozen=True, slots=True)
class FoundContradictions:
    """The surest first."""

    items: tuple[Contradiction, ...] = ()
    turns: int = 0
    """So many were read."""
    is_all: bool = True
    """Whether older ones were left out."""


KEPT = Kept[FoundContradictions]()


def find_kept(store: Store, project_id: int, now_ns: int, *, waits: bool) -> AsOf[FoundContradictions] | None:
    """Of many turns as it was within ten minutes before; None where nothing is known of them yet and nobody `waits`."""
    kept = KEPT.find(project_id)
    if kept is None and _count_turns(store, project_id, now_ns) <= MOST_AT_ONCE:
        return AsOf(add_changes(store, project_id, load_found(store, project_id, now_ns)))
    if kept is None and waits:
        kept = KEPT.work_out(project_id, lambda: strip_words(load_found(store, project_id, now_ns)))
    return (
        AsOf(add_changes(store, project_id, fill_words(store, project_id, kept.result)), kept.time_ns) if kept else None
    )


def _count_turns(store: Store, project_id: int, now_ns: int) -> int:
    path = "feedback/sql/contradiction_count.sql"
    [row] = store.query(path, project_id=project_id, since_ns=now_ns - DAYS * DAY_NS, limit=MOST_AT_ONCE + 1)
    return int(row["turns"])


def load_found(store: Store, project_id: int, now_ns: int) -> FoundContradictions:
    turns = load_turns(store, project_id, now_ns)
    found = find_contradictions(turns[:MOST], embed, MOST_FOUND)
    forget_texts()
    return FoundContradictions(tuple(found), len(turns[:MOST]), len(turns) <= MOST)


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Vectors of texts; the network is loaded only where requests are alike and not the same."""
    return load_encoder().embed(texts)


def load_turns(store: Store, project_id: int, now_ns: int) -> list[Asked]:
    """The latest turns of people, one more than are compared where there are more."""
    rows = store.query(
        "feedback/sql/contradiction_turns.sql",
        project_id=project_id,
        since_ns=now_ns - DAYS * DAY_NS,
        limit=MOST + 1,
        request_bytes=REQUEST_BYTES,
        answer_characters=ANSWER_CHARACTERS,
    )
    return [Asked(**row) for row in rows]


def add_changes(store: Store, project_id: int, found: FoundContradictions) -> FoundContradictions:
    """With what had changed between the two answers of each."""
    sides = [side for each in found.items for side in (each.one, each.other)]
    calls = _load_calls(store, project_id, sides) if sides else {}
    return replace(found, items=tuple(replace(each, changes=_tell_changes(each, calls)) for each in found.items))


def _tell_changes(each: Contradiction, calls: Mapping[tuple[str, str], KnownAnswer]) -> tuple[str, ...]:
    ends = sorted((each.one, each.other), key=lambda side: side.time_ns)
    before, after = (calls.get((side.trace_id, side.span_id)) for side in ends)
    return tuple(list_changes(before, after)) if before and after else ()


def _load_calls(store: Store, project_id: int, sides: Sequence[Asked]) -> Mapping[tuple[str, str], KnownAnswer]:
    rows = store.query(
        "feedback/sql/comparisons_answers.sql",
        project_id=project_id,
        trace_ids=sorted({each.trace_id for each in sides} - {""}),
        span_ids=[],
        message_ids=[],
    )
    return {(row["trace_id"], row["span_id"]): read_known_answer(row) for row in rows}


def list_changes(before: KnownAnswer, after: KnownAnswer) -> Iterator[str]:
    """What is not the same of two model calls, the older one first, in words."""
    told = (
        ("model", before.model, after.model),
        ("prompt", before.prompt, after.prompt),
        ("release", before.attributes.get(RELEASE, ""), after.attributes.get(RELEASE, "")),
    )
    for name, one, other in told:
        if one and other and one != other:
            yield f"{name} {one} before, {other} after"


def strip_words(found: FoundContradictions) -> FoundContradictions:
    """Without words of users and answers, and without users."""
    return replace(found, items=tuple(map(_strip, found.items)))


def _strip(each: Contradiction) -> Contradiction:
    conflict = each.conflict
    if conflict.kind in QUOTED:
        conflict = replace(conflict, one_says="", other_says="")
    one, other = (replace(side, user_id="", request="", answer="") for side in (each.one, each.other))
    return replace(each, one=one, other=other, conflict=conflict)


def fill_words(store: Store, project_id: int, found: FoundContradictions) -> FoundContradictions:
    """With the words as they are now; without pairs of which a turn is gone."""
    sides = [side for each in found.items for side in (each.one, each.other)]
    rows = store.query(
        "feedback/sql/contradiction_texts.sql",
        project_id=project_id,
        conversation_ids=sorted({each.conversation_id for each in sides}),
        turn_indexes=sorted({each.turn_index for each in sides}),
        answer_characters=ANSWER_CHARACTERS,
    )
    by_place = {(row["conversation_id"], row["turn_index"]): row for row in rows}
    return replace(found, items=tuple(filled for each in found.items if (filled := _fill(each, by_place))))


def _fill(each: Contradiction, rows: Mapping[tuple[str, int], Mapping[str, Any]]) -> Contradiction | None:
    told = [rows.get((side.conversation_id, side.turn_index)) for side in (each.one, each.other)]
    if not told[0] or not told[1]:
        return None
    words = [{name: row[name] for name in ("user_id", "request", "answer")} for row in told if row]
    one, other = replace(each.one, **words[0]), replace(each.other, **words[1])
    conflict = each.conflict
    if conflict.kind in QUOTED:
        conflict = replace(
            conflict,
            one_says=one.answer[slice(*conflict.one)].strip(),
            other_says=other.answer[slice(*conflict.other)].strip(),
        )
    return replace(each, one=one, other=other, conflict=conflict)
