"""What holds of a conversation by its reviewers comes in, the lines that its page tells of it go out."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.review.questions import FIXED, NO_MODE, UNKNOWN, WENT_WRONG, Question, read_mode
from feedback.reviewing.settled import SettledReview

NAMES = {choice.key: choice.title for choice in (NO_MODE, UNKNOWN)}


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    question: str
    turn: int
    """Of the judged message or answer, from 1; 0 where the whole conversation was judged."""
    choices: tuple[str, ...]
    better_turn: int
    better_answer: str
    who: str
    """Who said so, in words."""
    queue: int


def list_reviewed(settled: Sequence[SettledReview]) -> list[ReviewedLine]:
    return [show_settled(each) for each in settled]


def show_settled(settled: SettledReview) -> ReviewedLine:
    asked = FIXED.get(settled.question)
    is_of_turn = asked is not None and asked.target != "conversation"
    return ReviewedLine(
        asked.title if asked else WENT_WRONG,
        settled.turn_index + 1 if is_of_turn else 0,
        name_settled(settled.question, settled.choices),
        settled.answer_turn + 1,
        settled.better_answer,
        f"{'decided' if settled.is_adjudicated else 'said'} by {', '.join(settled.said_by)}",
        settled.queue,
    )


def name_settled(question: Question, keys: Sequence[str]) -> tuple[str, ...]:
    """Titles of answers.

    >>> name_settled(Question.FAILURE_MODE, ["mode:3"]), name_settled(Question.OUTCOME, ["satisfied"])
    (('failure mode 3',), ('Satisfied',))
    """
    asked = FIXED.get(question)
    titles = {choice.key: choice.title for choice in asked.choices} if asked else NAMES
    return tuple(titles.get(key, f"failure mode {mode}" if (mode := read_mode(key)) else key) for key in keys)
