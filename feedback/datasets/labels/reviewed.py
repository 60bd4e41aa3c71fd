"""What reviewers hold of answers: what holds of the items of review queues comes in, a word on each answer that they
judged goes out, and the better answers that they wrote.

Items on which reviewers disagree are not among what comes in, and who cannot tell says nothing here. What reviewers
hear in a message arrives as a signal that a person confirmed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.statements import identify_answer
from feedback.datasets.messages import normalise_text
from feedback.datasets.record import LabelledConversation, Reviewed
from feedback.review.questions import CANNOT_TELL, DISSATISFIED, NONE, SATISFIED, Question
from tracing.conversations import Answer

RIGHT, WRONG, BETTER = "review:right", "review:wrong", "review:better_answer"
SOURCES: Final = (RIGHT, WRONG, BETTER, f"review:{SATISFIED}", f"review:{DISSATISFIED}")
"""Of labels that are a reviewer's word."""
WELL: Final = frozenset({(Question.ANSWER, NONE), (Question.OUTCOME, SATISFIED), (Question.REACTION, "praise")})
"""Who says so and writes a better answer all the same has nothing against the one that was shown."""


@dataclass(frozen=True, slots=True)
class Word:
    """Of one answer."""

    answer: Answer
    source: str
    good: bool
    review: Reviewed


@dataclass(frozen=True, slots=True)
class Better:
    """An answer in whose place a reviewer wrote a better one."""

    answer: Answer
    review: Reviewed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a whole conversation."""

    verdict: str
    """`satisfied` or `dissatisfied`."""
    reviewers: int
    is_adjudicated: bool = False


def list_verdicts(labelled: LabelledConversation) -> Sequence[Verdict]:
    """What holds of the whole conversation; where nothing was settled, what each reviewer said for themselves."""
    settled = [each for each in labelled.reviews if each.question == Question.OUTCOME]
    if settled:
        last = settled[-1]
        told = [choice for choice in last.choices if choice in (SATISFIED, DISSATISFIED)]
        return [Verdict(choice, last.reviewers, last.is_adjudicated) for choice in told]
    return [Verdict(verdict, count) for verdict, count in sorted(Counter(labelled.verdicts).items())]


def list_words(course: Course) -> Iterator[Word]:
    """On answers that were judged, and on those that were shown where a better one was written."""
    for review in course.labelled.reviews:
        judged = _find_answer(course, review.turn_index) if review.question == Question.ANSWER else None
        if judged and review.choices and CANNOT_TELL not in review.choices:
            good = NONE in review.choices
            yield Word(judged, RIGHT if good else WRONG, good, review)
    for each in list_better(course):
        if not any((each.review.question, choice) in WELL for choice in each.review.choices):
            yield Word(each.answer, BETTER, good=False, review=each.review)


def list_better(course: Course) -> list[Better]:
    """The last one that was written of each answer, unless it is the answer itself."""
    found = {}
    for review in course.labelled.reviews:
        answer = _find_answer(course, review.answer_turn) if review.better_answer.strip() else None
        if answer:
            found[identify_answer(answer)] = Better(answer, review)
    return [each for each in found.values() if not _is_same(each)]


def _is_same(better: Better) -> bool:
    return normalise_text(better.answer.text) == normalise_text(better.review.better_answer)


def _find_answer(course: Course, turn_index: int) -> Answer | None:
    """That from which its user went on, as everywhere."""
    turn = course.find_turn(turn_index)
    return course.find_kept(turn).answer if turn else None
