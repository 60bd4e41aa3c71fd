"""What reviewers are asked: a question comes in, what may be answered goes out, each answer under a key from 1 to 9.

A question never tells what Tacit thinks: messages are asked about by all kinds of reactions at once, and a conversation
with a failure mode by the modes that there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Target = Literal["conversation", "message", "answer"]


class Question(StrEnum):
    """What a queue asks of each of its items."""

    OUTCOME = "outcome"
    REACTION = "reaction"
    ANSWER = "answer"
    FAILURE_MODE = "failure_mode"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer."""

    key: str
    """As it is kept: of a reaction and of an answer's fault the kind of signal; of a failure mode `mode:3`."""
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answers, in the order of their keys 1, 2, …: nine at most."""

    question: Question
    title: str
    target: Target
    choices: tuple[Choice, ...]
    is_several: bool
    """Whether several answers may hold at once; `NONE` and `CANNOT_TELL` hold alone."""


@dataclass(frozen=True, slots=True)
class ModeChoice:
    """A failure mode that may be the answer."""

    number: int
    title: str
    hint: str = ""


SATISFIED, DISSATISFIED = "satisfied", "dissatisfied"
NONE = "none"
CANNOT_TELL = "cannot_tell"
ALONE: Final = frozenset({NONE, CANNOT_TELL, SATISFIED, DISSATISFIED})
MOST_MODES = 7
MODE = "mode:"

UNKNOWN = Choice(CANNOT_TELL, "Cannot tell", "also where it is neither")

OUTCOME = Asked(
    Question.OUTCOME,
    "Was the user satisfied?",
    "conversation",
    (
        Choice(SATISFIED, "Satisfied", "got what they came for"),
        Choice(DISSATISFIED, "Dissatisfied", "did not, or only after trouble"),
        UNKNOWN,
    ),
    is_several=False,
)
REACTION = Asked(
    Question.REACTION,
    "What does this message say of the answer before it?",
    "message",
    (
        Choice("complaint", "Complains", "points out the failure without the right thing"),
        Choice("correction", "Corrects", "points out the error and gives the right thing"),
        Choice("rephrase", "Asks again", "the same request in other words, because the answer missed it"),
        Choice("clarification_request", "Doubts", "asks to verify, cite or explain"),
        Choice("request_human", "Asks for a person"),
        Choice("praise", "Praises", "thanks or approves of what was done"),
        Choice(NONE, "Nothing of these", "goes on, asks for the next thing"),
        UNKNOWN,
    ),
    is_several=True,
)
ANSWER = Asked(
    Question.ANSWER,
    "What is wrong with this answer?",
    "answer",
    (
        Choice("unsupported", "Makes things up", "in neither the documents nor the conversation"),
        Choice("constraint_violation", "Not as asked", "length, language, format or words that were asked for"),
        Choice("refusal", "Refuses needlessly"),
        Choice("false_success", "Says it was done", "after a failure"),
        Choice("language_mismatch", "Wrong language"),
        Choice("toxic_output", "Abusive"),
        Choice("other", "Something else", "wrong or useless for another reason"),
        Choice(NONE, "Nothing is wrong"),
        UNKNOWN,
    ),
    is_several=True,
)
WENT_WRONG = "What went wrong here?"
NO_MODE = Choice(NONE, "None of these", "another failure, or nothing failed")
FIXED: Final[Mapping[Question, Asked]] = {
    Question.OUTCOME: OUTCOME,
    Question.REACTION: REACTION,
    Question.ANSWER: ANSWER,
}


def ask(question: Question, modes: Sequence[ModeChoice] = ()) -> Asked:
    """The question as it is shown; `modes` are the failure modes that may be the answer, `MOST_MODES` at most."""
    if question in FIXED:
        return FIXED[question]
    choices = tuple(Choice(f"{MODE}{mode.number}", mode.title, mode.hint) for mode in modes[:MOST_MODES])
    return Asked(question, WENT_WRONG, "conversation", (*choices, NO_MODE, UNKNOWN), is_several=False)


def check_choices(asked: Asked, chosen: Sequence[str]) -> tuple[str, ...]:
    """The answers in the order of the question. Raises ValueError with a sentence for people."""
    known = [choice.key for choice in asked.choices]
    unknown = sorted({each for each in chosen if each not in known})
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no answer to this question; the answers are {', '.join(known)}.")
    if not chosen:
        raise ValueError("Choose an answer, or skip the item.")
    if len(set(chosen)) > 1 and (not asked.is_several or ALONE & set(chosen)):
        raise ValueError("Choose one answer: these cannot hold at once.")
    return tuple(key for key in known if key in chosen)


def order_choices(keys: Collection[str]) -> tuple[str, ...]:
    """Each once, in the order in which questions show them.

    >>> order_choices(["praise", "complaint", "praise"])
    ('complaint', 'praise')
    """
    known = [choice.key for asked in FIXED.values() for choice in asked.choices]
    return tuple(dict.fromkeys([*(key for key in known if key in keys), *sorted(keys)]))


def read_mode(key: str) -> int | None:
    """The number of the failure mode that an answer names.

    >>> read_mode("mode:3"), read_mode("none")
    (3, None)
    """
    number = key.removeprefix(MODE)
    return int(number) if key.startswith(MODE) and number.isdigit() else None
