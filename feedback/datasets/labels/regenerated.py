"""A pair: the answer that stayed beats one that its user had replaced."""

from collections.abc import Iterator, Sequence
from typing import Final

from feedback.datasets.labels.examples import find_fault
from feedback.datasets.labels.opinions import Opinion
from feedback.datasets.labels.pair import (
    Case,
    Claim,
    believe,
    build_pair,
    find_reason,
    find_wish,
    measure_margin,
    was_wished,
)
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer

RULE: Final = "regenerated"
USED, WENT_ON, STAYED = 0.9, 0.75, 0.65
"""How likely the later answer is the better one: where its user praised, copied or accepted it; went on from it; or
only had it last. By judgement, not measured."""


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each answer before the one that stayed, the latest first."""
    answers = case.turn.answers
    for replaced in reversed(answers[: answers.index(case.kept.answer)]):
        yield Claim(RULE, replaced, _pair(case, replaced))


def _pair(case: Case, replaced: Answer) -> Record | Reason:
    if fault := find_fault(replaced):
        return fault
    wish = find_wish(case.list_opinions(replaced))
    if wish is None:
        return Reason.REPLACED_WAS_LIKED if was_wished(case, replaced) else Reason.MACHINE_RETRY
    if case.is_browsing:
        return Reason.BROWSING
    kept = case.kept.answer
    if reason := find_reason(case, kept, replaced):
        return reason
    confidence = wish.confidence * _measure_liking(case, case.list_opinions(kept))
    return build_pair(case, RULE, kept, replaced, believe(wish, confidence), measure_margin(confidence))


def _measure_liking(case: Case, opinions: Sequence[Opinion]) -> float:
    if any(opinion.good for opinion in opinions):
        return USED
    return WENT_ON if case.course.find_next(case.turn) else STAYED
