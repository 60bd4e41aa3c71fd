"""A pair: what a user made of an answer, by an edit or a correction in full, beats the answer."""

from collections.abc import Iterator
from typing import Final

from feedback.datasets.labels.edits import Rewrite
from feedback.datasets.labels.examples import find_fault
from feedback.datasets.labels.opinions import approve
from feedback.datasets.labels.pair import Case, Claim, build_pair, compare_texts, judge_rejected
from feedback.datasets.labels.reviewed import BETTER
from feedback.datasets.labels.statements import identify_answer
from feedback.datasets.record import Reason, Record
from tracing.conversations import Answer

RULE: Final = "edited"


def find_claims(case: Case) -> Iterator[Claim]:
    """One for each answer that was rewritten, the latest first. The share that was changed is the margin."""
    for answer in reversed(case.turn.answers):
        rewrite = case.rewrites.get(identify_answer(answer))
        if rewrite and rewrite.source != BETTER:
            yield Claim(RULE, answer, _pair(case, answer, rewrite))


def _pair(case: Case, answer: Answer, rewrite: Rewrite) -> Record | Reason:
    reason = (
        find_fault(answer)
        or rewrite.fault
        or judge_rejected(case.list_opinions(answer))
        or compare_texts(rewrite.text, answer.text)
    )
    return reason or build_pair(case, RULE, answer, answer, approve(rewrite), rewrite.change, rewrite.text)
