"""A review queue's definition, or what somebody typed, comes in; what its form holds, and what it sends, goes out."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from feedback.review.questions import Question
from feedback.review.queue import Mix, QueueDefinition, QueueProblems, Reason

REASON_TITLES: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.UNCERTAIN: ("Uncertain", "where Tacit is least sure: most is learnt there"),
    Reason.DISAGREEMENT: ("Disagreement", "where what was heard and what the user pressed point different ways"),
    Reason.FAILURE_MODE: ("Failure modes", "what is in one"),
    Reason.RANDOM: ("Chance", "the control, from which shares of everything are told: never 0"),
}
DEFAULT_NAMES: Final = ("name", "guidelines", "filter", "size", "reviewers")
NUMBER = re.compile(r"\d{1,6}")
PART = re.compile(r"\d{1,6}(\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class MixField:
    """One reason's part of a draw."""

    name: str
    title: str
    help: str
    value: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form is filled with: texts by the name of their field."""

    question: Question
    texts: Mapping[str, str]
    draws_daily: bool

    @property
    def mix(self) -> list[MixField]:
        return [
            MixField(reason.value, title, words, self.texts[reason.value])
            for reason, (title, words) in REASON_TITLES.items()
        ]


def fill_from_definition(definition: QueueDefinition, name: str) -> Typed:
    texts = {
        "name": name,
        "guidelines": definition.guidelines,
        "filter": definition.filter,
        "size": str(definition.size),
        "reviewers": str(definition.reviewers),
        "overlap": f"{100 * definition.overlap:g}",
        **{reason: f"{part:g}" for reason, part in asdict(definition.mix).items()},
    }
    return Typed(definition.question, texts, definition.draws_daily)


def fill_from_post(question: Question, posted: Mapping[str, str]) -> Typed:
    names = (*DEFAULT_NAMES, "overlap", *(reason.value for reason in Reason))
    texts = {name: posted.get(name, "").replace("\r\n", "\n").strip() for name in names}
    return Typed(question, texts, posted.get("draws_daily") == "yes")


def read_typed(typed: Typed) -> QueueDefinition:
    """Raises QueueProblems for what is no number; what it may be is checked elsewhere."""
    texts, problems = typed.texts, {}
    for name in ("size", "reviewers"):
        if not NUMBER.fullmatch(texts[name]):
            problems[name] = "Type a whole number, such as 50." if name == "size" else "Choose a number."
    if not PART.fullmatch(texts["overlap"]):
        problems["overlap"] = "Type a share in percent, from 0 to 100."
    if not all(PART.fullmatch(texts[reason]) for reason in Reason):
        problems["mix"] = "Type a number for each part, such as 4."
    if problems:
        raise QueueProblems(problems)
    return QueueDefinition(
        question=typed.question,
        filter=texts["filter"],
        mix=Mix(*(float(texts[reason]) for reason in Reason)),
        size=int(texts["size"]),
        reviewers=int(texts["reviewers"]),
        overlap=float(texts["overlap"]) / 100,
        draws_daily=typed.draws_daily,
        guidelines=texts["guidelines"],
    )
