"""What a review queue is: whom it asks what, how its items are chosen, and how many people look at each."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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


MOST_ITEMS = 1_000
MOST_REVIEWERS = 5
LONGEST_GUIDELINES = 20_000
LONGEST_FILTER = 4_000


class QueueProblems(ValueError):  # noqa: N818 - the name says it
    """What cannot be, by the name of what was chosen, each in a sentence for people."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def check_queue(definition: QueueDefinition) -> dict[str, str]:
    """What is wrong with it, by name; nothing where it can be drawn from. The filter is not read."""
    wrong = {
        "mix": check_mix(definition.mix),
        "size": None if 1 <= definition.size <= MOST_ITEMS else f"A draw has 1 to {MOST_ITEMS:,} items.",
        "reviewers": None
        if 1 <= definition.reviewers <= MOST_REVIEWERS
        else f"1 to {MOST_REVIEWERS} people look at an item.",
        "overlap": None if 0 <= definition.overlap <= 1 else "The share is from 0 to 1.",
        "guidelines": check_text("Guidelines", definition.guidelines, LONGEST_GUIDELINES),
        "filter": check_text("A filter", definition.filter, LONGEST_FILTER),
    }
    return {name: problem for name, problem in wrong.items() if problem}


def check_mix(mix: Mix) -> str | None:
    parts = list(asdict(mix).values())
    if not all(math.isfinite(part) and 0 <= part <= 1_000_000 for part in parts):
        return "Parts are numbers from 0 to 1,000,000."
    least = 0.01 * sum(parts)
    if mix.random < least or not mix.random:
        return "Give chance a hundredth of the items at least: without it nothing can be said of all conversations."
    return None


def check_text(what: str, text: str, longest: int) -> str | None:
    """What is wrong with a text that people typed."""
    if len(text) > longest:
        return f"{what} of {longest:,} characters at most."
    return f"{what} without the character NUL." if "\0" in text else None
