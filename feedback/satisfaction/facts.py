"""What is known of a conversation, and what was said about it on purpose: all that satisfaction is estimated from."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["volunteered", "asked", "review"]


@dataclass(frozen=True, slots=True)
class Observation:
    """What matters of a signal (`feedback.detectors.Signal`)."""

    kind: str
    polarity: int
    score: float
    fired: bool
    turn_index: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One conversation."""

    conversation_id: str
    user_id: str = ""
    """Empty where it is not known: then it is a user of their own."""
    observations: tuple[Observation, ...] = ()
    turns: int = 1
    answer_characters: float = 0.0
    """Of an answer, in the mean."""
    is_asked: bool = False
    """Whether its user was asked what they think."""
    propensity: float = 0.0
    """With which probability they were to be asked, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said on purpose: a thumb or a rating of a user, or the label of a reviewer."""

    conversation_id: str
    is_dissatisfied: bool
    source: Source = "volunteered"
    turn_index: int = 0
    """Of the answer that it is about."""
    answer_characters: float = 0.0
    """Of that answer."""
