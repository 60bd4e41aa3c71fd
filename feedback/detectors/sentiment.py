"""The tone of what the user writes, toward the assistant and the exchange: one signal for each message after the first.

Anger at third parties, in quotations or in code is none toward the assistant.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.exchanges import Reaction, pair_turns
from feedback.detectors.material import Material
from feedback.detectors.reactions import CONFIDENCE, DIGITS, quote_words
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.reactions.reaction import Reading
from feedback.reactions.static import find_words
from tracing.conversations import Turn

KIND = "sentiment"
VERSION = "2"
THRESHOLD = 0.5
"""Of the strength, from which a tone is clear: it says how somebody sounds, not that an answer failed."""
NEUTRAL = "neutral"
POLARITIES: dict[str, Polarity] = {"negative": -1, NEUTRAL: 0, "positive": 1}


def detect(material: Material) -> Iterator[Signal]:
    """Give exactly one signal for each user message after the first, about the answer before it."""
    read = {reaction.turn.index: reaction for reaction in material.reactions}
    for previous, turn in pair_turns(material.conversation):
        yield _pin(previous, turn, read.get(turn.index))


def measure_tone(reading: Reading) -> float:
    """The tone, -1 (negative) to 1 (positive): how much likelier one is than the other."""
    return round(reading.tones["positive"] - reading.tones["negative"], DIGITS)


def name_tone(reading: Reading) -> str:
    """The likeliest tone: negative, neutral or positive."""
    return max(POLARITIES, key=lambda name: reading.tones[name])


def is_toned(reading: Reading, name: str) -> bool:
    """Whether the tone is this one, and clear enough to fire."""
    return name_tone(reading) == name and abs(measure_tone(reading)) >= THRESHOLD


def _pin(previous: Turn, turn: Turn, reaction: Reaction | None) -> Signal:
    """The signal of one message; of one without words, where none was read, neutral."""
    label = name_tone(reaction.reading) if reaction else NEUTRAL
    tone = measure_tone(reaction.reading) if reaction else 0.0
    return pin_signal(
        Target(previous, len(previous.alternatives)),
        turn_index=turn.index,
        kind=KIND,
        version=VERSION,
        label=label,
        score=abs(tone),
        confidence=CONFIDENCE[reaction.reading.tier] if reaction else 1.0,
        fired=reaction is not None and label != NEUTRAL and is_toned(reaction.reading, label),
        polarity=POLARITIES[label],
        evidence=describe_tone(reaction, label, tone) if reaction else Evidence("the message has no words"),
    )


def describe_tone(reaction: Reaction, label: str, tone: float) -> Evidence:
    offsets = () if label == NEUTRAL else find_words(reaction.exchange, label)
    said = quote_words(reaction.exchange.message, offsets[0][0] if offsets else 0)
    return Evidence(
        reason=f"“{said}” sounds {label} toward the assistant",
        offsets=offsets,
        numbers={"tone": tone} | {name: round(share, DIGITS) for name, share in reaction.reading.tones.items()},
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Tone",
    what="How the user's message sounds, toward the assistant and the exchange.",
    detect=detect,
    texts=Texts.TURN,
)
