"""Answers that were found good or bad, one by one: the rows of KTO and its kin. A better answer that a reviewer wrote
is a good one beside the one that was shown."""

from collections.abc import Iterator, Sequence

from feedback.datasets.labels.edits import Rewrite, collect_rewrites
from feedback.datasets.labels.examples import build_record, find_fault, take_words
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.opinions import Opinion, approve, collect_opinions, weigh_opinions
from feedback.datasets.labels.propensities import name_stratum
from feedback.datasets.labels.reviewed import BETTER
from feedback.datasets.labels.selection import Selection
from feedback.datasets.labels.statements import identify_answer
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.weighing.outline import Outline
from tracing.conversations import Answer, Turn


def select_ratings(labelled: LabelledConversation) -> Iterator[Record | Drop]:
    """Give each answer, shown or replaced, with its label, or why it has none; then what reviewers wrote instead."""
    yield from rate_answers(labelled)
    course = Course(labelled)
    rewrites = collect_rewrites(course) if labelled.reviews else {}
    for turn in labelled.conversation.turns:
        for answer in turn.answers:
            rewrite = rewrites.get(identify_answer(answer))
            if rewrite and rewrite.source == BETTER:
                yield _take_better(course, turn, answer, rewrite)


def rate_answers(labelled: LabelledConversation) -> Iterator[Record | Drop]:
    """One result for each answer that a model wrote."""
    course = Course(labelled)
    opinions = collect_opinions(course)
    for turn in labelled.conversation.turns:
        for answer in turn.answers:
            yield _rate(course, turn, answer, opinions.get(identify_answer(answer), ()))


def _take_better(course: Course, turn: Turn, answer: Answer, rewrite: Rewrite) -> Record | Drop:
    if fault := find_fault(answer):
        return Drop(fault)
    return take_words(course, build_record(course, turn, answer, approve(rewrite), label=True), answer, rewrite.text)


def _rate(course: Course, turn: Turn, answer: Answer, opinions: Sequence[Opinion]) -> Record | Drop:
    if fault := find_fault(answer):
        return Drop(fault)
    verdict = weigh_opinions(opinions)
    if isinstance(verdict, Reason):
        return Drop(verdict, name_stratum(turn, answer) if verdict is Reason.NOT_JUDGED else "")
    if verdict.good and answer.outcome != "completed":
        return Drop(Reason.INCOMPLETE)
    return build_record(course, turn, answer, verdict, label=verdict.good)


def _list_needs(records: Sequence[Record | Outline]) -> list[str]:
    labels = {record.label for record in records}
    needs = []
    if True not in labels:
        needs.append(
            "No answer was found good. Send thumbs up (name thumbs, label up) or the actions copy and accept "
            "from your app with tacit.feedback or POST /api/v1/feedback."
        )
    if False not in labels:
        needs.append(
            "No answer was found bad. Send thumbs down (name thumbs, label down) and the actions stop and "
            "regenerate, or wait for signals such as rephrase and early_termination to fire."
        )
    return needs


RATINGS = Selection(
    kind="ratings",
    candidates="answers",
    select=select_ratings,
    list_needs=_list_needs,
    biases=(
        "Self-selection: few people judge, and mostly at the extremes; unhappy people speak up more often.",
        "Rows from signals are guesses; provenance.jsonl has the detector and its confidence. Where one message in "
        "twenty is feedback, about half of what is heard in words is right: confirm some, or take gold labels alone.",
        "An answer that its user stopped is labelled undesirable as far as it was written.",
        "No correction is made for lenient or strict people, nor for what was shown where.",
        "In place of an answer that a reviewer made better both stand: the shown one as bad, the written one as good.",
        "Of a conversation that reviewers judged, an answer takes the verdict only where it is the only turn.",
    ),
)
