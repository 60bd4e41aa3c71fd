"""Where a verified conversation failed, and what tells how it should have gone: a labelled conversation comes in, its
failure goes out, cleaned as rows of datasets are, or why it may not go out at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.cleaning import NORMALISATION, PERSONAL_DATA, SECRETS
from feedback.datasets.gate import admit, refuse
from feedback.datasets.labels.edits import collect_rewrites
from feedback.datasets.labels.examples import build_prompt, list_tools
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.pairs import select_pairs
from feedback.datasets.labels.statements import identify_answer
from feedback.datasets.record import Drop, LabelledConversation, Provenance, Record, Reviewed
from feedback.datasets.steps import Context
from feedback.failures.turns import find_target
from feedback.review.questions import Question
from feedback.review.regressions.case import Failure, Reason
from tracing.conversations import Answer, Turn
from tracing.generations import Message

STEPS: Final = (NORMALISATION, SECRETS, PERSONAL_DATA)
WRITERS: Final = {
    "review:better_answer": "a reviewer wrote a better answer",
    "action:edit": "its user made it better",
    "correction": "its user wrote a better answer",
}
PREFERRED: Final = "its user preferred another answer"


@dataclass(frozen=True, slots=True)
class Verified:
    """A conversation of which reviewers said that it belongs to a failure mode."""

    labelled: LabelledConversation
    mode: int
    title: str
    turn_index: int | None
    """Where it failed, as far as is known otherwise."""


@dataclass(frozen=True, slots=True)
class Better:
    """An answer that is better, and who says so; empty where there is none."""

    text: str = ""
    source: str = ""


def find_turn(verified: Verified) -> int:
    """The turn that failed: where a reviewer wrote a better answer, else as is known, else as was asked about."""
    review = find_review(verified.labelled)
    if review and (review.better_answer.strip() or verified.turn_index is None):
        return review.answer_turn
    return verified.turn_index or 0


def find_review(labelled: LabelledConversation) -> Reviewed | None:
    """The latest that says to which failure mode it belongs."""
    said = [each for each in labelled.reviews if each.question == Question.FAILURE_MODE]
    return said[-1] if said else None


def read_failure(verified: Verified, context: Context) -> Failure | Reason:
    if refuse(verified.labelled, context):
        return Reason.NOT_ALLOWED
    course = Course(verified.labelled)
    turn = course.find_turn(find_turn(verified))
    if turn is None:
        return Reason.GONE
    cleaned = clean(course, turn, find_better(course, turn), context)
    return cleaned if isinstance(cleaned, Reason) else tell_failure(verified, course, turn, cleaned)


def find_better(course: Course, turn: Turn) -> Better:
    """What somebody made of the answer; else the answer to the same message that its user preferred."""
    rewrite = collect_rewrites(course).get(identify_answer(turn.answer))
    if rewrite and not rewrite.fault:
        return Better(rewrite.text, WRITERS[rewrite.source])
    pairs = (each for each in select_pairs(course.labelled) if isinstance(each, Record))
    lost = (each for each in pairs if each.provenance.rejected_span_id == turn.answer.span_id)
    preferred = next(lost, None)
    return Better("\n".join(each.content for each in preferred.completion), PREFERRED) if preferred else Better()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What goes out of a turn, with placeholders for personal data."""

    record: Record
    better_source: str


def clean(course: Course, turn: Turn, better: Better, context: Context) -> Cleaned | Reason:
    """The prompt, the better answer as its completion, and rejected: the bad answer, what its user had asked and what
    they said of it. They stand in one record, for the same value is to have the same placeholder in all of them."""
    said = (
        Message("assistant", turn.answer.text),
        Message("user", turn.user_text),
        Message("user", read_reaction(course, turn)),
    )
    record = Record(
        prompt=build_prompt(course, turn, turn.answer),
        completion=(Message("assistant", better.text),),
        rejected=said,
        tools=list_tools(course.labelled, turn.answer),
        provenance=name_source(course, turn),
        user_id=course.conversation.user_id,
        time_ns=turn.answer.start_time_ns,
    )
    rows: Sequence[Record | Drop] = list(admit(course.labelled, [record], context))
    for step in STEPS:
        rows = step.apply([row for row in rows if isinstance(row, Record)], context)
        if not all(isinstance(row, Record) for row in rows):
            return Reason.PERSONAL_DATA
    return next((Cleaned(row, better.source) for row in rows if isinstance(row, Record)), Reason.NOT_ALLOWED)


def name_source(course: Course, turn: Turn) -> Provenance:
    answer = turn.answer
    where = (course.conversation.conversation_id, turn.index, answer.trace_id, answer.span_id)
    return Provenance(*where, label_source=f"review:{Question.FAILURE_MODE}", confidence=1.0)


def read_reaction(course: Course, turn: Turn) -> str:
    """What its user said next, and wrote of the answer."""
    following = course.find_next(turn)
    written = [
        each.feedback.correction
        for each in course.statements
        if identify_answer(each.answer) == identify_answer(turn.answer)
    ]
    return "\n".join(filter(None, (following.user_text if following else "", *written)))


def tell_failure(verified: Verified, course: Course, turn: Turn, cleaned: Cleaned) -> Failure:
    record, review = cleaned.record, find_review(verified.labelled)
    bad, request, reaction = (each.content for each in record.rejected)
    generation = verified.labelled.generations.get(turn.answer.span_id)
    return Failure(
        conversation_id=course.conversation.conversation_id,
        turn_index=turn.index,
        mode=verified.mode,
        title=verified.title,
        prompt=record.prompt,
        request=request,
        tools=record.tools,
        parameters=generation.parameters if generation else {},
        bad_answer=bad,
        better_answer="".join(each.content for each in record.completion),
        better_source=cleaned.better_source,
        reaction=reaction,
        kinds=list_kinds(verified.labelled, turn),
        invented=list_invented(verified.labelled, turn.answer),
        reviewers=review.reviewers if review else 1,
    )


def list_kinds(labelled: LabelledConversation, turn: Turn) -> frozenset[str]:
    """Of the signals that stand against the answer of a turn."""
    against = (each for each in labelled.signals if each.stands and each.polarity < 0)
    return frozenset(each.kind for each in against if find_target(each) == turn.index)


def list_invented(labelled: LabelledConversation, answer: Answer) -> tuple[str, ...]:
    """What of an answer stands in nothing that the model was given, as it was heard."""
    heard = (
        each
        for each in labelled.signals
        if each.kind == "unsupported" and each.stands and each.span_id == answer.span_id
    )
    spans = (span for each in heard if each.evidence.text == "answer" for span in each.evidence.offsets)
    return tuple(dict.fromkeys(text for start, end in spans if (text := answer.text[start:end].strip())))
