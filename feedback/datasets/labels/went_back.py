"""A pair: the older answer to which its user went back beats the newer one that they had asked for."""

from collections.abc import Iterator
from typing import Final

from feedback.datasets.labels.examples import find_fault
from feedback.datasets.labels.going_on import list_after
from feedback.datasets.labels.opinions import Opinion
from feedback.datasets.labels.pair import Case, Claim, build_pair, find_reason, measure_margin, was_wished
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer

RULE: Final = "went_back"
CONFIDENCE: Final = 0.85
"""Who goes back has seen both. By judgement, not measured."""


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each answer after the one that stayed, the latest first."""
    for newer in reversed(list_after(case.turn, case.kept.answer)):
        yield Claim(RULE, newer, _pair(case, newer))


def _pair(case: Case, newer: Answer) -> Record | Reason:
    if fault := find_fault(newer):
        return fault
    answers = case.turn.answers
    if not was_wished(case, answers[answers.index(newer) - 1]):
        return Reason.MACHINE_RETRY
    if case.is_browsing:
        return Reason.BROWSING
    older = case.kept.answer
    if reason := find_reason(case, older, newer):
        return reason
    opinion = Opinion(case.kept.source, good=True, confidence=CONFIDENCE)
    return build_pair(case, RULE, older, newer, opinion, measure_margin(CONFIDENCE))
