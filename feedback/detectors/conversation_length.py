"""The conversation is unusually long or short for its service: counts in, signals out, once it is quiet.

What a long conversation means is for the project to say: a companion's is a success, a helpdesk's a failure.
"""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.usual import Spread

KIND = "conversation_length"
VERSION = "1"
MEANING: dict[str, Polarity] = {"good": 1, "neutral": 0, "bad": -1}


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal on the last answer of a conversation whose length few others have."""
    turns = material.conversation.turns
    usual = material.usual.turns.get(material.conversation.service_name)
    if not turns or usual is None or not material.is_quiet:
        return
    count = turns[-1].index + 1
    label = "long" if count > usual.high else "short" if count < usual.low else ""
    if label:
        yield pin_length(material, label, count, usual)


def pin_length(material: Material, label: str, count: int, usual: Spread) -> Signal:
    turn = material.conversation.turns[-1]
    meaning = MEANING[material.tuning.long_is]
    few = usual.high if label == "long" else usual.low
    at = "at most" if label == "long" else "at least"
    return pin_signal(
        Target(turn, len(turn.alternatives)),
        kind=KIND,
        version=VERSION,
        label=label,
        score=1.0,
        confidence=min(0.9, 0.5 + usual.count / 2_000),
        polarity=meaning if label == "long" else -meaning,
        evidence=Evidence(
            reason=f"{count:,} {'turn' if count == 1 else 'turns'}; 95 of 100 conversations here have {at} {few:.0f}",
            numbers={"turns": count, "usual": usual.middle, "limit": few},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Unusual length",
    what="The conversation is longer, or shorter, than nearly all others of this app.",
    detect=detect,
)
