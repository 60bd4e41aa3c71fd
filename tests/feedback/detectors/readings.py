"""Readings as a test wishes them: a conversation of two turns whose second message says what it is told to say."""

from collections.abc import Mapping
from typing import Any

from feedback.detectors.material import Material
from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, Reading, Tier
from tracing.conversations import Conversation

NEUTRAL = {"negative": 0.05, "neutral": 0.9, "positive": 0.05}
SURE = 0.999


def make_reading(
    kinds: Mapping[str, float] | None = None,
    *,
    tones: Mapping[str, float] | None = None,
    complaint_kinds: Mapping[str, float] | None = None,
    tier: Tier = "static",
) -> Reading:
    """A reading of these probabilities; what is not named is next to impossible, a tone neutral."""
    given = kinds or {}
    even = dict.fromkeys(COMPLAINT_KINDS, 1 / len(COMPLAINT_KINDS))
    return Reading(
        feedback=max(given.values(), default=0.001),
        kinds={kind: given.get(kind, 0.001) for kind in KINDS},
        complaint_kinds=complaint_kinds or even,
        tones=tones or NEUTRAL,
        tier=tier,
    )


def read_as(conversation: Conversation, reading: Reading, **known: Any) -> Material:
    """The conversation, whose messages after the first were read as this."""
    readings = {turn.index: reading for turn in conversation.turns[1:] if turn.user_text.strip()}
    return Material(conversation, readings=readings, **known)


def sound(tone: float) -> Reading:
    """A reading with this tone, -1 to 1."""
    tones = {"negative": max(0.0, -tone), "neutral": 1 - abs(tone), "positive": max(0.0, tone)}
    return make_reading(tones=tones)
