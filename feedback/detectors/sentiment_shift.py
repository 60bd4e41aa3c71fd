"""The tone changed over a conversation: the tones of later messages in, at most one signal out, where it turned.

The slope is Theil's and Sen's (1950, 1968), the median of the slopes between any two messages, which one outburst does
not move. It counts as far as the messages agree on a direction (Kendall's tau). A conversation that is so long that it
is heard in parts gives none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median

from feedback.detectors.detector import Detector
from feedback.detectors.exchanges import Reaction
from feedback.detectors.material import Material
from feedback.detectors.reactions import CONFIDENCE, MINIMUM_SCORE
from feedback.detectors.sentiment import measure_tone
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts

KIND = "sentiment_shift"
VERSION = "1"
THRESHOLD = 0.5
FEWEST_MESSAGES = 3
MOST_MESSAGES = 40
"""Of the latest ones."""
SAME_TONE = 0.1
"""Tones no further apart than this are the same."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How the tone changed: `change` from the first to the last message, -2 to 2; `agreement` of the messages on that,
    0 to 1; `at`, the place of the message with which it turned; the mean tones before and from then on."""

    change: float
    agreement: float
    score: float
    at: int
    before: float
    after: float


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal where the tone of a conversation went one way."""
    turns = material.conversation.turns
    if not material.is_end or not turns or turns[0].index:
        return
    reactions = material.reactions[-MOST_MESSAGES:]
    if len(reactions) < FEWEST_MESSAGES:
        return
    shift = measure_shift([measure_tone(reaction.reading) for reaction in reactions])
    if shift.score >= MINIMUM_SCORE:
        yield _pin(reactions[shift.at], len(reactions), shift)


def measure_shift(tones: Sequence[float]) -> Shift:
    """The change over at least three tones, -1 to 1 each, in order.

    >>> shift = measure_shift([0.1, 0.0, -0.4, -0.8])
    >>> round(shift.change, 2), shift.at, shift.score > THRESHOLD
    (-1.05, 2, True)
    >>> measure_shift([0.0, 0.0, 0.0, -0.9]).score > THRESHOLD
    False
    """
    pairs = list(combinations(enumerate(tones), 2))
    slope = median((later - tone) / (at - place) for (place, tone), (at, later) in pairs)
    change = slope * (len(tones) - 1)
    risen = sum((later - tone > SAME_TONE) - (tone - later > SAME_TONE) for (_, tone), (_, later) in pairs)
    agreement = max(0.0, risen / len(pairs) * (1 if change > 0 else -1))
    score = min(1.0, abs(change)) * agreement * len(tones) / (len(tones) + 1)
    at = max(range(1, len(tones)), key=lambda place: measure_split(tones, place))
    return Shift(change, agreement, score, at, fmean(tones[:at]), fmean(tones[at:]))


def measure_split(tones: Sequence[float], at: int) -> float:
    """How much of the squared differences lies between the tones before a place and those from it on."""
    difference = fmean(tones[at:]) - fmean(tones[:at])
    return at * (len(tones) - at) * difference * difference


def _pin(reaction: Reaction, messages: int, shift: Shift) -> Signal:
    label = "up" if shift.change > 0 else "down"
    told = "better" if shift.change > 0 else "worse"
    return pin_signal(
        Target(reaction.previous, len(reaction.previous.alternatives)),
        turn_index=reaction.turn.index,
        kind=KIND,
        version=VERSION,
        label=label,
        score=shift.score,
        confidence=CONFIDENCE["static"],
        fired=shift.score >= THRESHOLD,
        polarity=1 if shift.change > 0 else -1,
        evidence=Evidence(
            reason=f"over {messages} messages the tone got {told}, from {shift.before:+.1f} to {shift.after:+.1f} "
            "from this one on".replace("-", "−"),
            numbers={
                "change": shift.change,
                "agreement": shift.agreement,
                "tone_before": shift.before,
                "tone_after": shift.after,
            },
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Tone changed",
    what="The tone of the user's messages got better or worse over the conversation.",
    detect=detect,
    texts=Texts.CONVERSATION,
)
