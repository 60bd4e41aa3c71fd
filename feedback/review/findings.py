"""What holds of the items of a queue comes in, each with how many it stands for; shares of what was found go out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.review.questions import order_choices
from feedback.review.weighted import WeightedShare, estimate_share


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds of an item."""

    conversation_id: str
    choices: tuple[str, ...]
    propensity: float
    is_control: bool
    """Whether it was chosen by chance alone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Of how many items an answer holds, and of what share of all that could have been chosen."""

    key: str
    items: int
    share: WeightedShare
    control: WeightedShare | None
    """The same from items alone that were chosen by chance, each as likely as the other; None where there are none."""


def find_shares(settled: Sequence[Settled], keys: Sequence[str]) -> list[Finding]:
    """Of each answer of a question, in its order, and of answers that there are no longer."""
    told = {key for each in settled for key in each.choices}
    listed = [*keys, *(key for key in order_choices(told) if key not in keys)]
    return [find_share(settled, key) for key in listed] if settled else []


def find_share(settled: Sequence[Settled], key: str) -> Finding:
    share = weigh(settled, key)
    if share is None:
        raise ValueError("There is no share of no items.")
    control = weigh([replace(each, propensity=1.0) for each in settled if each.is_control], key)
    return Finding(key, sum(key in each.choices for each in settled), share, control)


def weigh(settled: Sequence[Settled], key: str) -> WeightedShare | None:
    return estimate_share(
        [key in each.choices for each in settled],
        [1 / each.propensity for each in settled],
        [each.conversation_id for each in settled],
    )
