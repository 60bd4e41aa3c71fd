"""What is read of a later message of a user: the message with what came before it, and what it says about the answer.

Every reader, the quick one (`static`) and the thorough one (`transformer`), takes exchanges and gives readings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KINDS = ("rephrase", "correction", "complaint", "clarification_request", "praise", "stop", "request_human")
COMPLAINT_KINDS = (
    "not_answering",
    "factual",
    "not_specific",
    "not_confident",
    "repetitive_or_rude",
    "format",
)
TONES = ("negative", "neutral", "positive")

Tier = Literal["static", "transformer"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message that may react to an answer: the user's own words, what they saw before, and how it was taken."""

    message: str
    request: str
    """The user's message before."""
    answer: str
    """The last answer to it; empty where there was none."""
    reply: str = ""
    """What the assistant answered to the message: whoever says sorry heard a complaint. Empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says about the answer before it. Probabilities, 0 to 1, calibrated on held-out chats."""

    feedback: float
    """That it is feedback of any kind."""
    kinds: Mapping[str, float]
    """By each of `KINDS`; several may hold at once."""
    complaint_kinds: Mapping[str, float]
    """By each of `COMPLAINT_KINDS`, given that it is a complaint; they sum to 1."""
    tones: Mapping[str, float]
    """By each of `TONES`, toward the assistant or the exchange; they sum to 1."""
    tier: Tier
    """Which reader had the last word."""
