"""Conversations come in, what `tacit detect` says of each later message of a user goes out, tier by tier.

Figures are taken from what the command prints, not from the models behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.accuracy.measures import Booleans, weigh
from feedback.accuracy import TONE, Tier
from feedback.detecting import detect_chats, read_chat, tell_signal
from feedback.detectors.exchanges import exchanges_of
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.reader import load_reader

STATIC = Tier("static", "quick", "the quick reader alone, as `tacit detect --fast` runs it")
PLATFORM = Tier(
    "platform",
    "as the platform runs",
    "the quick reader, and the transformer on the tenth of messages that it finds likeliest to be feedback",
)
FULL = Tier("full", "both", "the quick reader and the transformer on every later message, as `tacit detect` runs them")
TIERS = (STATIC, PLATFORM, FULL)
PLATFORM_SHARE = 0.1

KINDS = (
    *("rephrase", "correction", "complaint", "clarification_request", "praise"),
    *("early_termination", "request_human"),
)
"""Signals of feedback, as they are called in the output."""

Key = tuple[int, int]
"""Number of the conversation, and of the message in its turns."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said of one message."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """By kind; what was not told has none."""
    fired: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    tone: str = "neutral"
    tone_confidence: float = 0.0
    signed_tone: float = 0.0
    """The strength of the tone, below zero where it is negative."""

    @property
    def highest(self) -> float:
        """The highest score of any kind of feedback."""
        return max((self.scores.get(kind, 0.0) for kind in KINDS), default=0.0)

    @property
    def fires(self) -> bool:
        return not self.fired.isdisjoint(KINDS)


def hear(rows: Sequence[Mapping[str, Any]], tier: Tier, feedback: frozenset[Key] = frozenset()) -> dict[Key, Heard]:
    """What is heard in these conversations, by message.

    `feedback` says which messages are: the tenth that the platform reads again is then what it would be where feedback
    is rare.
    """
    chats = [read_chat(row) for row in rows]
    keys = [(number, chat.places[at]) for number, chat in enumerate(chats) for at in exchanges_of(chat.conversation)]
    is_feedback = np.array([key in feedback for key in keys], bool)
    found: dict[Key, list[dict[str, Any]]] = {}
    for number, (chat, signals) in enumerate(detect_chats(chats, lambda each: read(each, tier, is_feedback))):
        for signal in signals:
            told = tell_signal(chat, signal)
            found.setdefault((number, told["turn"]), []).append(told)
    return {key: summarise(told) for key, told in found.items()}


def read(exchanges: Sequence[Exchange], tier: Tier, is_feedback: Booleans) -> Sequence[Reading]:
    """As the tier reads them."""
    reader = load_reader()
    if tier.name != PLATFORM.name:
        return reader.read(exchanges, share=0.0 if tier.name == STATIC.name else 1.0)
    likely = np.array([-each.feedback for each in reader.read(exchanges, share=0.0)])
    weights = weigh(is_feedback)[np.argsort(likely, kind="stable")]
    return reader.read(exchanges, share=float((np.cumsum(weights) <= PLATFORM_SHARE).mean()))


def summarise(told: Iterable[Mapping[str, Any]]) -> Heard:
    """All lines on one message as one."""
    lines = {line["kind"]: line for line in told}
    tone = lines.get(TONE)
    return Heard(
        scores={kind: line["score"] for kind, line in lines.items() if kind in KINDS},
        fired=frozenset(kind for kind, line in lines.items() if line["fired"]),
        labels={kind: line["label"] for kind, line in lines.items() if kind in KINDS},
        tone=tone["label"] if tone else "neutral",
        tone_confidence=tone["confidence"] if tone else 0.0,
        signed_tone=tone["polarity"] * tone["score"] if tone else 0.0,
    )
