"""An alarm of drift comes in; the conversations from before and since that tell most of the change go out.

Ids, scores and single words are kept with the alarm; texts are read when they are shown, by who may see them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from drift.detection.metrics import Family
from drift.explaining.telling import FEWEST, Block, Comparison, Telling, compare, make_number_block, make_vector_block
from drift.explaining.windows import Window, load_windows
from drift.explaining.words import find_telling_words
from drift.models import DriftAlarm
from feedback.failures.well_turns import load_texts
from tracing.store import Store

LEAST_SHARE = 0.05
"""Of an alarm's evidence, that a metric has for conversations to be told by it."""
MEANING = "question_distance"
"""Stands for what users write about, topics included."""
BY_MEANING = frozenset((MEANING, "topic_share"))
NO_EXAMPLES: dict[str, Any] = {
    "before": [], "after": [], "auc": None, "compared": {"before": 0, "after": 0}, "terms": {}, "answer_terms": {}
}  # fmt: skip
READ_TEXTS, READ_CHARACTERS = 500, 600
"""Of each window, for words that tell."""


def find_examples(store: Store, alarm: DriftAlarm) -> dict[str, Any]:
    """What `DriftAlarm.examples` holds:

    - `before`, `after`: [{conversation_id, score, because}], the most telling first. `score` is which share of the
      other window is less like this one, `because` names metrics that the conversation stands out by.
    - `auc`: how often a conversation from after is told from one before, 0.5 is chance; null where there are too few.
    - `compared`: {before, after}, conversations that were looked at.
    - `terms`, `answer_terms`: {before, after}: [{text, before, since}], words of first messages and of first answers
      that became rarer and more common, with the shares of texts that hold them; empty where those did not move.
    """
    before, after = load_windows(store, alarm)
    found = compare_windows(alarm.moves, before, after)
    return {
        "before": [write_example(each, before) for each in found.before],
        "after": [write_example(each, after) for each in found.after],
        "auc": found.auc,
        "compared": {"before": len(before), "after": len(after)},
        **find_terms(store, alarm, before, after),
    }


def compare_windows(moves: Sequence[Mapping[str, Any]], before: Window, after: Window) -> Comparison:
    counts = len(before), len(after)
    if min(counts) < FEWEST:
        return Comparison((), (), None)
    vectors = np.concatenate([before.vectors, after.vectors])
    return compare(list(build_blocks(moves, before, after)), counts, vectors)


def build_blocks(moves: Sequence[Mapping[str, Any]], before: Window, after: Window) -> Iterator[Block]:
    """What conversations are told by: what moved, else all that is known."""
    known = {*before.values, *after.values, MEANING}
    told = known & list_moved(moves) or known
    for name in sorted(told - {MEANING}):
        yield make_number_block(name, np.concatenate([before.read(name), after.read(name)]))
    if MEANING in told:
        yield make_vector_block(MEANING, np.concatenate([before.vectors, after.vectors]))


def list_moved(moves: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names of metrics with much of the evidence."""
    names = {move["name"] for move in moves if move["share"] >= LEAST_SHARE}
    return (names - BY_MEANING) | ({MEANING} if names & BY_MEANING else set())


def write_example(told: Telling, window: Window) -> dict[str, Any]:
    return {"conversation_id": window.ids[told.row], "score": told.score, "because": list(told.because)}


def find_terms(store: Store, alarm: DriftAlarm, before: Window, after: Window) -> dict[str, Any]:
    """Words of messages where those moved, and of answers where those did."""
    families = {move["family"] for move in alarm.moves if move["share"] >= LEAST_SHARE}
    is_asked, is_answered = Family.INPUT in families, bool({Family.OUTPUT, Family.CONTEXT} & families)
    if not is_asked and not is_answered:
        return {"terms": {}, "answer_terms": {}}
    old, new = (load_first_turns(store, alarm.project_id, window.ids[:READ_TEXTS]) for window in (before, after))
    return {
        "terms": write_terms(old, new, "request") if is_asked else {},
        "answer_terms": write_terms(old, new, "answer") if is_answered else {},
    }


def load_first_turns(store: Store, project_id: int, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """What was asked and answered first in conversations."""
    found = load_texts(store, project_id, [(conversation_id, 0) for conversation_id in ids], READ_CHARACTERS)
    return list(found.values())


def write_terms(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    rarer, commoner = find_telling_words([row[name] for row in old], [row[name] for row in new])
    return {"before": [asdict(word) for word in rarer], "after": [asdict(word) for word in commoner]}
