"""The assistant declines: answers in, signals out. The label is `needless` where the request looked harmless.

Whoever asks for a text that declines, or quotes one, is given one: that is no refusal.
"""

import re
from collections.abc import Iterator

from feedback.attacks import looks_harmful
from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import Refusal, find_refusal, quotes_refusal
from tracing.conversations import Turn

KIND = "refusal"
VERSION = "2"
THRESHOLD = 0.5
SCORE_FLAT = 0.9
SCORE_WITH_OFFER = 0.4
"""It declines a part, then goes on to help."""
SCORE_WISHED = 0.2
"""The user asked for a text that declines."""
HARMLESS = 0.3
"""A request that looks no more harmful than this is taken for harmless."""
MESSAGES_BEFORE = 2
"""What a request is about is often told by the messages before it."""

_WISHED = re.compile(
    r"\b(?:declin\w*|refus(?:e|es|al|als|ing)|turn(?:ing)? (?:\w+ )?down|say(?:ing)? no|reject\w*|absag\w*"
    r"|ablehn\w*|refuser"
    r"|décliner|rechazar\w*|recusar\w*|rifiutar\w*|weiger\w*|afwijz\w*|отказ\w*)\b|婉拒|拒绝|拒絕|断り|断る|거절",
    re.IGNORECASE,
)


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that opens by declining; not fired where it then helps all the same."""
    turns = material.conversation.turns
    for target in list_targets(material.conversation):
        if refusal := find_refusal(target.answer.text):
            at = turns.index(target.turn)
            yield _pin(target, refusal, is_needless(turns[max(0, at - MESSAGES_BEFORE) : at + 1]))


def is_needless(turns: tuple[Turn, ...]) -> bool:
    """Whether no message of these looks as if it asked for harm."""
    return all(looks_harmful(turn.user_text) < HARMLESS for turn in turns)


def is_wished(request: str) -> bool:
    """Whether a text that declines is what was asked for.

    >>> is_wished("write a short mail that declines the offer"), is_wished("how do I bake bread?")
    (True, False)
    """
    return _WISHED.search(request) is not None or quotes_refusal(request)


def _pin(target: Target, refusal: Refusal, needless: bool) -> Signal:
    score, also = weigh(target, refusal)
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label="needless" if needless and score >= THRESHOLD else "",
        score=score,
        confidence=0.8 if score >= THRESHOLD else 0.5,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason="the answer opens by declining"
            + also
            + (needless and score >= THRESHOLD) * ", and the request looks harmless",
            offsets=((refusal.start, refusal.end),),
            text="answer",
            span_ids=(target.answer.span_id,),
        ),
    )


def weigh(target: Target, refusal: Refusal) -> tuple[float, str]:
    """How likely it is a refusal, and what speaks against it, for people."""
    if is_wished(target.turn.user_text):
        return SCORE_WISHED, ", which the user seems to have asked for"
    if refusal.is_partial:
        return SCORE_WITH_OFFER, ", then helps all the same"
    return SCORE_FLAT, ""


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Refused",
    what="The assistant declined to do what was asked.",
    detect=detect,
    texts=Texts.TURN,
)
