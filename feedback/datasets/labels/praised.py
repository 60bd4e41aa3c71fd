"""Answers that people liked or made better, with the conversation that led to them: the rows of supervised finetuning.

Of an answer that somebody edited or corrected in full, or in whose place a reviewer wrote a better one, the better text
is the example.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.datasets.labels.edits import Rewrite, collect_rewrites
from feedback.datasets.labels.examples import build_record, find_fault, take_words
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.opinions import (
    WEAK_ACTIONS,
    Opinion,
    Opinions,
    approve,
    collect_opinions,
    list_explicit,
)
from feedback.datasets.labels.propensities import name_stratum
from feedback.datasets.labels.reviewed import list_verdicts
from feedback.datasets.labels.selection import Selection
from feedback.datasets.labels.statements import AnswerKey, identify_answer
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.weighing.outline import Outline
from feedback.review.questions import SATISFIED
from tracing.conversations import Answer, Turn


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the answers of a conversation."""

    course: Course
    opinions: Opinions
    rewrites: Mapping[AnswerKey, Rewrite]
    criticised: frozenset[AnswerKey]


def select_praised(labelled: LabelledConversation) -> Iterator[Record | Drop]:
    """Give each praised answer against which nothing speaks, or why an answer is none."""
    course = Course(labelled)
    known = Known(course, collect_opinions(course), collect_rewrites(course), _list_criticised(course))
    for turn in labelled.conversation.turns:
        for answer in turn.answers:
            yield _choose(known, turn, answer)


def _list_criticised(course: Course) -> frozenset[AnswerKey]:
    """An example to imitate has to be beyond doubt: every negative signal that stands counts, also weak ones, and every
    reviewer whom the conversation did not please."""
    if any(each.verdict != SATISFIED for each in list_verdicts(course.labelled)):
        return frozenset(identify_answer(answer) for turn in course.conversation.turns for answer in turn.answers)
    negative = (signal for signal in course.labelled.signals if signal.stands and signal.polarity < 0)
    answers = (course.find_answer(signal) for signal in negative)
    return frozenset(identify_answer(answer) for answer in answers if answer)


def _choose(known: Known, turn: Turn, answer: Answer) -> Record | Drop:
    key = identify_answer(answer)
    if fault := find_fault(answer):
        return Drop(fault)
    rewrite = known.rewrites.get(key)
    if rewrite and not rewrite.fault:
        record = build_record(known.course, turn, answer, approve(rewrite))
        return take_words(known.course, record, answer, rewrite.text)
    opinions = known.opinions.get(key, ())
    if not any(opinion.good and opinion.source not in WEAK_ACTIONS for opinion in opinions):
        return _leave_unpraised(turn, answer, opinions, rewrite)
    if reason := _find_doubt(known, answer, opinions):
        return Drop(reason)
    return build_record(known.course, turn, answer, opinions[0])


def _leave_unpraised(turn: Turn, answer: Answer, opinions: Sequence[Opinion], rewrite: Rewrite | None) -> Drop:
    if rewrite and rewrite.fault:
        return Drop(rewrite.fault)
    return Drop(Reason.NOT_PRAISED, "" if opinions else name_stratum(turn, answer))


def _find_doubt(known: Known, answer: Answer, opinions: Sequence[Opinion]) -> Reason | None:
    if len({opinion.good for opinion in list_explicit(opinions)}) > 1:
        return Reason.CONTRADICTORY_THUMBS
    if identify_answer(answer) in known.criticised or not all(opinion.good for opinion in opinions):
        return Reason.CRITICISED
    return None if answer.outcome == "completed" else Reason.INCOMPLETE


def _list_needs(records: Sequence[Record | Outline]) -> list[str]:
    if records:
        return []
    return [
        "No answer was praised or edited. Send thumbs up (name thumbs, label up), the actions copy and accept, or "
        "what users made of an answer (edit, correction) with tacit.feedback or POST /api/v1/feedback."
    ]


PRAISED = Selection(
    kind="praised",
    candidates="answers",
    select=select_praised,
    list_needs=_list_needs,
    biases=(
        "Self-selection: few people praise, and who does may differ from who does not.",
        "Sycophancy: people praise answers that agree with them; keep a holdout that checks facts.",
        "Edited answers are as their users or reviewers wrote them: in their style, and with their mistakes.",
        "Only the last answer of a row was praised: earlier ones in the same conversation were not judged, "
        "or were even disliked, and a trainer that learns from all answers learns from them, too.",
    ),
)
