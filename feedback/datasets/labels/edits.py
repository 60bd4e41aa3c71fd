"""Answers that people rewrote: what they made of an answer comes in, whether that is the better answer goes out.

An edit that changes next to nothing says nothing, and one that leaves little is another text: notes, or an answer to
something else. A correction in writing is taken as an edit where it is as like the answer as one: then it is a whole
answer. What a reviewer wrote is a whole answer, however like the old one it is: that is what they were asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from feedback.datasets.inspecting.changes import carry_over, measure_change
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.reviewed import BETTER, Better, list_better
from feedback.datasets.labels.statements import AnswerKey, Statement, identify_answer
from feedback.datasets.record import Reason

SMALLEST, LARGEST = 0.02, 0.6
"""Share of an answer that an edit changes, if it is to be a better answer to the same."""
SOURCES: Final[Mapping[str, str]] = {"edit": "action:edit", "correction": "correction"}
"""Of labels, by the name of the feedback."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What somebody made of an answer."""

    source: str
    text: str
    change: float
    """Share of the answer that was changed."""
    fault: Reason | None
    """Why it is no better answer; None where it is one."""
    reviewers: int = 0
    """Who hold it for better, where reviewers do."""
    is_adjudicated: bool = False


def collect_rewrites(course: Course) -> Mapping[AnswerKey, Rewrite]:
    """That of a reviewer, else the last one of each answer; one without a text is none."""
    found = {}
    for statement in course.statements:
        if rewrite := read_rewrite(statement):
            found[identify_answer(statement.answer)] = rewrite
    return found | {identify_answer(each.answer): _read_better(each) for each in list_better(course)}


def read_rewrite(statement: Statement) -> Rewrite | None:
    """The rewrite that feedback tells of. A page shows an answer otherwise than the model wrote it: `metadata` may have
    what stood there `before`."""
    feedback, written = statement.feedback, statement.answer.text
    if feedback.name not in SOURCES or not feedback.correction.strip():
        return None
    source = SOURCES[feedback.name]
    before = feedback.metadata.get("before")
    shown = before if isinstance(before, str) and before.strip() else written
    change = measure_change(shown, feedback.correction)
    text = carry_over(shown, feedback.correction, written)
    fault = _find_fault(change) or (Reason.OTHER_TEXT if text is None else None)
    return Rewrite(source, feedback.correction if text is None else text, round(change, 6), fault)


def _read_better(better: Better) -> Rewrite:
    review = better.review
    change = round(measure_change(better.answer.text, review.better_answer), 6)
    return Rewrite(BETTER, review.better_answer, change, None, review.reviewers, review.is_adjudicated)


def _find_fault(change: float) -> Reason | None:
    if change < SMALLEST:
        return Reason.EDIT_TOO_SMALL
    return Reason.EDIT_TOO_LARGE if change > LARGEST else None
