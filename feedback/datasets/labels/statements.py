"""What people told of answers on purpose: a labelled conversation comes in, each thing that holds goes out with its
answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.datasets.record import LabelledConversation
from feedback.detectors.targets import Target, TargetFinder
from feedback.explicit import Feedback
from tracing.conversations import Answer

AnswerKey = tuple[str, str]
"""Trace id and span id of an answer."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of feedback, and the answer that it is about."""

    target: Target
    feedback: Feedback

    @property
    def answer(self) -> Answer:
        return self.target.answer


def list_statements(labelled: LabelledConversation) -> list[Statement]:
    """The oldest first, the same for any order of the input."""
    if not labelled.feedback:
        return []
    finder = TargetFinder(labelled.conversation)
    found = ((finder.find(feedback), feedback) for feedback in list_current(labelled.feedback))
    return [Statement(target, feedback) for target, feedback in found if target]


def list_current(feedback: Sequence[Feedback]) -> list[Feedback]:
    """Only people's, and of each identifier the latest."""
    current: dict[str, Feedback] = {}
    for each in sorted(feedback, key=_order):
        current.pop(each.identifier, None)
        current[each.identifier] = each
    return [each for each in current.values() if each.annotator_kind == "HUMAN"]


def identify_answer(answer: Answer) -> AnswerKey:
    return answer.trace_id, answer.span_id


def _order(feedback: Feedback) -> tuple[int, str, str, str, str, str]:
    told = (feedback.name, feedback.label, str(feedback.score), feedback.correction)
    return (feedback.time_ns, *told, feedback.identifier)
