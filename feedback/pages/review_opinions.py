"""What Tacit held of an item comes in, the words that tell it go out: shown to nobody who has not judged the item."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.review.queue import WORDS, Reason

SAID_ON_PURPOSE = {
    "up": "the user pressed thumbs up",
    "down": "the user pressed thumbs down",
    "mixed": "the user pressed thumbs up and down",
}
MOST_HEARD = 4


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    estimate: str
    """How likely the user was dissatisfied; empty where it was not estimated."""
    heard: tuple[str, ...]
    """Signals that stood when the item was drawn, the strongest first."""
    on_purpose: str
    failure_mode: int
    """Its number; 0: none."""
    reason: str
    """Why the item was chosen."""


def tell_opinion(opinion: Mapping[str, Any], reason: str, titles: Mapping[str, str]) -> ShownOpinion:
    """`opinion` is that of `feedback.review.items.Item`; `titles` are names of signals by their kinds."""
    fired = sorted(
        (each for each in opinion.get("signals") or () if each.get("fired")), key=lambda each: -each["score"]
    )
    return ShownOpinion(
        tell_estimate(opinion),
        tuple(f"{titles.get(each['kind'], each['kind'])} {each['score']:.2f}" for each in fired[:MOST_HEARD]),
        SAID_ON_PURPOSE.get(opinion.get("explicit") or "", ""),
        int(opinion.get("failure_mode") or 0),
        WORDS.get(Reason(reason), "") if reason in set(Reason) else "",
    )


def tell_estimate(opinion: Mapping[str, Any]) -> str:
    """How likely the user was dissatisfied, with its interval.

    >>> tell_estimate({"probability": 0.31, "low": 0.2, "high": 0.5})
    'dissatisfied 31 % (20 % to 50 %)'
    """
    probability, low, high = (opinion.get(name) for name in ("probability", "low", "high"))
    if probability is None:
        return ""
    reach = "" if low is None or high is None else f" ({100 * low:.0f} % to {100 * high:.0f} %)"
    return f"dissatisfied {100 * probability:.0f} %{reach}"
