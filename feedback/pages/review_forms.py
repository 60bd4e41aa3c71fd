"""What is asked of an item and what was chosen so far come in, the form by which it is answered goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.review.questions import ALONE, Asked
from feedback.review.settling import Review


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    choices: tuple[str, ...] = ()
    better_answer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownChoice:
    key: str
    digit: int
    """The key on the keyboard that presses it."""
    title: str
    hint: str
    is_chosen: bool
    is_alone: bool
    """Whether it holds with no other."""


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """What one reviewer said, as who adjudicates sees it."""

    said_by: str
    titles: tuple[str, ...]
    better_answer: str
    note: str


def fill_from_review(review: Review | None) -> Typed:
    return Typed(review.choices, review.better_answer, review.note) if review else Typed()


def show_choices(asked: Asked, typed: Typed) -> list[ShownChoice]:
    """The answers in the order of their keys."""
    return [
        ShownChoice(
            choice.key, digit, choice.title, choice.hint, choice.key in typed.choices, is_alone=choice.key in ALONE
        )
        for digit, choice in enumerate(asked.choices, start=1)
    ]


def name_choices(asked: Asked, keys: Sequence[str]) -> tuple[str, ...]:
    """Titles of answers; one that is no longer there is named by its key."""
    titles: Mapping[str, str] = {choice.key: choice.title for choice in asked.choices}
    return tuple(titles.get(key, key) for key in keys)


def show_said(asked: Asked, review: Review) -> SaidBefore:
    return SaidBefore(review.said_by, name_choices(asked, review.choices), review.better_answer, review.note)
