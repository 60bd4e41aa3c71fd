"""The assistant says sorry for its own fault: answers in, signals out.

The label is `sorry`, or `admitted` where it owns a mistake without a word of regret. Before the first answer there is
nothing to be sorry for, so there none fires.
"""

import re
from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal
from feedback.detectors.texts import Texts
from feedback.replies import Apology, find_apology

KIND = "apology"
VERSION = "1"
THRESHOLD = 0.5
SCORE_SORRY = 0.9
SCORE_ADMITTED = 0.6
SCORE_AT_FIRST = 0.3
SCORE_WISHED = 0.2
"""The user asked for words of apology."""

_WISHED = re.compile(
    r"(?:how (?:do|to|can|would|should)|what(?:'s| is| does)|\b(?:write|draft|compose|poem|song|translate|rewrite"
    r"|letter|e-?mail"
    r"|message|reply|text|schreib\w*|entwurf|écri\w*|rédig\w*|escrib\w*|redact\w*|escrev\w*|scriv\w*"
    r"|schrijf)\b)[^\n]{0,120}?"
    r"(?:sorry|apolog|excuse|pardon|entschuldig|désolé|perdón|disculp|desculp|scus|regret)",
    re.IGNORECASE,
)


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that says sorry, or that the user is right."""
    for target in list_targets(material.conversation):
        apology = find_apology(target.answer.text)
        if apology and (apology.is_regret or target.turn.index):
            yield _pin(target, apology)


def _pin(target: Target, apology: Apology) -> Signal:
    score, also = weigh(target, apology)
    reason = "the assistant says sorry" if apology.is_regret else "the assistant owns that it was wrong"
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label="sorry" if apology.is_regret else "admitted",
        score=score,
        confidence=0.8 if apology.is_regret else 0.6,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=reason + also,
            offsets=((apology.start, apology.end),),
            text="answer",
            span_ids=(target.answer.span_id,),
        ),
    )


def weigh(target: Target, apology: Apology) -> tuple[float, str]:
    """How likely it is for the assistant's own fault, and what speaks against it, for people."""
    if _WISHED.search(target.turn.user_text):
        return SCORE_WISHED, ", which the user seems to have asked for"
    if not target.turn.index:
        return SCORE_AT_FIRST, ", though it answered nothing before"
    return SCORE_SORRY if apology.is_regret else SCORE_ADMITTED, ""


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Apologised",
    what="The assistant said sorry, or owned that it had been wrong.",
    detect=detect,
    texts=Texts.TURN,
)
