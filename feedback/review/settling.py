"""What several reviewers said of one item comes in; what holds of it, if anything does, goes out.

Who adjudicates decides. Else it is settled once as many said something as the item needs and they are of one mind: a
strict majority for each answer, which of two people is both.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback.review.questions import order_choices

State = Literal["waiting", "settled", "disagreed"]


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer said of an item."""

    said_by: str
    choices: tuple[str, ...]
    """Keys of `feedback.review.questions`, in the order of the question."""
    better_answer: str = ""
    """What the answer should have been, in the reviewer's words."""
    note: str = ""
    is_adjudication: bool = False
    time_ns: int = 0
    """When it was said, since the epoch."""
    seconds: float = 0.0
    """That the item was looked at; 0 where that is not known."""
    is_informed: bool = False
    """Whether Tacit's opinion had been shown to them before: then it counts, but tells nothing of agreement."""
    guidelines_version: int = 0
    """Of the guidelines that were shown."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What holds of an item."""

    state: State
    choices: tuple[str, ...] = ()
    better_answer: str = ""
    said_by: tuple[str, ...] = ()
    """Who said so, in the order of their names."""
    is_adjudicated: bool = False


def settle(reviews: Sequence[Review], needed: int) -> Settlement:
    """`reviews` are the latest of each reviewer, and adjudications; `needed` (1 or more) is how many reviewers the item
    needs."""
    adjudications = [each for each in reviews if each.is_adjudication]
    if adjudications:
        last = max(adjudications, key=lambda each: each.time_ns)
        overruled = [each for each in reviews if not set(each.choices) & set(last.choices)]
        better = last.better_answer or find_better_answer([each for each in reviews if each not in overruled])
        return Settlement("settled", last.choices, better, (last.said_by,), is_adjudicated=True)
    if len(reviews) < needed:
        return Settlement("waiting")
    choices = find_agreed([each.choices for each in reviews])
    if not choices:
        return Settlement("disagreed")
    agreed = [each for each in reviews if each.choices == choices] or list(reviews)
    return Settlement("settled", choices, find_better_answer(agreed), tuple(sorted(each.said_by for each in agreed)))


def find_agreed(said: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The answers that hold; none where there is no majority for any, or half of them gave one and half did not.

    >>> find_agreed([("complaint", "rephrase"), ("complaint",), ("complaint", "correction")])
    ('complaint',)
    >>> find_agreed([("complaint", "rephrase"), ("complaint",)])
    ()
    """
    counts = Counter(key for choices in said for key in choices)
    if any(2 * count == len(said) for count in counts.values()):
        return ()
    return order_choices([key for key, count in counts.items() if 2 * count > len(said)])


def find_better_answer(reviews: Sequence[Review]) -> str:
    """The latest that was written."""
    written = [each for each in reviews if each.better_answer.strip()]
    return max(written, key=lambda each: each.time_ns).better_answer if written else ""
