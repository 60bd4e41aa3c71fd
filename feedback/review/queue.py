"""What a review queue is: whom it asks what, how its items are chosen, and how many people look at each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from feedback.review.questions import Question


class Reason(StrEnum):
    """Why an item was chosen; it is told only after the item was judged."""

    UNCERTAIN = "uncertain"
    """Tacit was unsure: a score near its threshold, P(dissatisfied) near the middle."""
    DISAGREEMENT = "disagreement"
    """What was heard and what the user said on purpose point different ways."""
    FAILURE_MODE = "failure_mode"
    """It is in a failure mode, the more where it lies at its border."""
    RANDOM = "random"
    """By chance alone: the control, from which shares of all traffic are told."""


WORDS: Final = {
    Reason.UNCERTAIN: "Tacit was unsure of it",
    Reason.DISAGREEMENT: "what was heard and what the user said on purpose disagree",
    Reason.FAILURE_MODE: "it is in a failure mode",
    Reason.RANDOM: "by chance: the control share",
}


@dataclass(frozen=True, slots=True)
class Mix:
    """How many of a draw's items are chosen for which reason, in parts of each other; the random part is never 0, so
    that every item has a known chance to be chosen."""

    uncertain: float = 4.0
    disagreement: float = 2.0
    failure_mode: float = 2.0
    random: float = 2.0


@dataclass(frozen=True, slots=True)
class QueueDefinition:
    """What people choose of a queue."""

    question: Question
    filter: str = ""
    """Of conversations, in the language of `docs/filters.md`; empty: all of them, but those led by machines."""
    mix: Mix = Mix()
    size: int = 50
    """Items of one draw."""
    reviewers: int = 1
    """People who look at an item of the shared part, 1 to 5."""
    overlap: float = 1.0
    """Share of the items that `reviewers` look at; the others are looked at by one."""
    draws_daily: bool = False
    """Whether it draws by itself, once a day, from what came since."""
    guidelines: str = ""
    """What reviewers are to go by, in Markdown."""
