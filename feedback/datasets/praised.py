"""Answers that people liked, with the conversation that led to them: the rows of supervised finetuning."""

from collections.abc import Iterator, Sequence

from feedback.datasets.examples import build_record, find_fault
from feedback.datasets.opinions import (
    AnswerKey,
    Opinion,
    collect_opinions,
    find_signal_answer,
    identify_answer,
)
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.selection import Selection
from tracing.conversations import Answer, Turn


def select_praised(labelled: LabelledConversation) -> Iterator[Record | Drop]:
    """Give each praised answer against which nothing speaks, or why an answer is none."""
    opinions = collect_opinions(labelled)
    criticised = _list_criticised(labelled)
    for turn in labelled.conversation.turns:
        for answer in turn.answers:
            key = identify_answer(answer)
            yield _praise(labelled, turn, answer, opinions.get(key, ()), key in criticised)


def _list_criticised(labelled: LabelledConversation) -> set[AnswerKey]:
    """An example to imitate has to be beyond doubt: every negative signal that stands counts, also weak ones."""
    negative = (signal for signal in labelled.signals if signal.stands and signal.polarity < 0)
    answers = (find_signal_answer(labelled.conversation, signal) for signal in negative)
    return {identify_answer(answer) for answer in answers if answer}


def _praise(
    labelled: LabelledConversation, turn: Turn, answer: Answer, opinions: Sequence[Opinion], criticised: bool
) -> Record | Drop:
    if fault := find_fault(answer):
        return Drop(fault)
    if not opinions or not any(opinion.good for opinion in opinions):
        return Drop(Reason.NOT_PRAISED)
    if len({opinion.good for opinion in opinions if opinion.is_thumb}) > 1:
        return Drop(Reason.CONTRADICTORY_THUMBS)
    if criticised or not all(opinion.good for opinion in opinions):
        return Drop(Reason.CRITICISED)
    if answer.outcome != "completed":
        return Drop(Reason.INCOMPLETE)
    return build_record(labelled, turn, answer, opinions[0])


def _list_needs(records: Sequence[Record]) -> list[str]:
    if records:
        return []
    return [
        "No answer was praised. Send thumbs up (name thumbs, label up) or the actions copy and accept from "
        "your app with tacit.feedback or POST /api/v1/feedback."
    ]


PRAISED = Selection(
    kind="praised",
    candidates="answers",
    select=select_praised,
    list_needs=_list_needs,
    biases=(
        "Self-selection: few people praise, and who does may differ from who does not.",
        "Sycophancy: people praise answers that agree with them; keep a holdout that checks facts.",
        "Only the last answer of a row was praised: earlier ones in the same conversation were not judged, "
        "or were even disliked, and a trainer that learns from all answers learns from them, too.",
    ),
)
