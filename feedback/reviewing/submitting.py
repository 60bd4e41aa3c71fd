"""The door by which a reviewer's word is kept: an item, who says it and what comes in, what holds now goes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.models import ReviewItem
from feedback.review.settling import Settlement
from tracing.store import Store


class ReviewError(Exception):
    """What was said cannot be kept, since the item or its queue changed meanwhile; the message says how."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer sends."""

    choices: Sequence[str]
    better_answer: str = ""
    note: str = ""
    seconds: float = 0.0
    """That the item was looked at; 0 where that is not known."""


def submit(store: Store, item: ReviewItem, who: str, said: Said, *, is_adjudication: bool = False) -> Settlement:
    """Keep what a reviewer, or who adjudicates, says of an item, settle it and apply what holds.

    Raises ReviewError where the item is no longer theirs to judge, ValueError where the answers do not go together.
    """
    raise NotImplementedError


def take_back(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool = False) -> Settlement:
    """As if they had not said it; the item is in their hands again. Raises ReviewError where they said nothing."""
    raise NotImplementedError
