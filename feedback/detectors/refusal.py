"""The assistant declines: answers in, signals out, by rules on how an answer opens.

A refusal stands in the first sentences and the answer is short. "Can't" later on, or about how things are
("you can't divide by zero", "I can't see an error in it"), is no refusal.
"""

import re
from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal

KIND = "refusal"
VERSION = "1"
THRESHOLD = 0.5
SCORE_FLAT = 0.9
SCORE_WITH_OFFER = 0.4
"""It declines a part, then goes on to help."""

OPENING_CHARACTERS = 280
LONGEST_REFUSAL_CHARACTERS = 900

_DECLINED = (
    r"help|assist|provide|give|offer|share|discuss|advise|comply|fulfil|engage|create|write|generate|produce"
    r"|translate|answer|comment|recommend|complete|process|issue|perform|support|do that|talk about"
)
_CANNOT = r"can(?:no|')?t"
RULES = (
    rf"\bI (?:{_CANNOT}|won't|will not|must decline to)(?: \w+ly)? (?:{_DECLINED})\b",
    rf"\bI(?:'m| am) not going to (?:{_DECLINED})\b",
    rf"\bI(?:'m| am) (?:not able|unable|not allowed|not permitted) to (?:{_DECLINED})\b",
    r"\bI(?:'m| am) not comfortable (?:with )?\w+ing\b",
    rf"\bI(?:'d| would) (?:rather|prefer) not (?:to )?(?:{_DECLINED})\b",
    r"\bI (?:must|have to) (?:decline|refuse)\b",
    rf"\bAs an AI\b[^.!?]{{0,60}}\bI (?:{_CANNOT}|am unable|am not able)\b",
    r"\bthis (?:request )?(?:goes against|violates) (?:my|our|the) (?:guidelines|polic)",
    r"\bJe ne (?:peux|puis) pas (?:vous |t')?(?:aider|fournir|donner|répondre)",
    r"\bJe ne suis pas en mesure d",
    r"\bIch kann (?:Ihnen |dir )?(?:dabei |damit |hierbei )?(?:leider )?nicht (?:weiter)?helfen",
    r"\bIch kann (?:Ihnen |dir )?(?:leider )?keine \w+ geben",
    r"\bNo puedo (?:ayudar|proporcionar|ofrecer|dar)",
    r"\bNão posso (?:ajudar|fornecer|dar)",
    r"\bNon posso (?:aiutar|fornire|dare)",
    r"\bIk kan (?:je |u )?(?:daar(?:bij|mee) )?(?:helaas )?niet (?:helpen|bij helpen)",
    r"\bне могу (?:помочь|предоставить|дать)",
    r"(?:我)?(?:无法|不能)(?:提供|帮助|协助|回答)",
    r"(?:お手伝い|お答え|提供)(?:することは)?でき(?:ません|かねます)",
)
_FIRST_LETTERS = "iatjnн我无不お提"
"""Of the rules: where none of them stands no rule is tried, which is most of the time that a search takes."""
_RULE = re.compile(f"(?=[{_FIRST_LETTERS}])(?:{'|'.join(RULES)})", re.IGNORECASE)
_OFFER = re.compile(
    r"\b(?:but|however)\b,? (?:here|I can|I could|I'll|let me|if you)"
    r"|\b(?:here(?:'s| is| are)|I can, however)\b|```",
    re.IGNORECASE,
)


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that opens by declining; not fired where it then helps all the same."""
    for target in list_targets(material.conversation):
        if declined := find_refusal(target.answer.text):
            yield _pin(target, declined.span())


def find_refusal(answer: str) -> re.Match[str] | None:
    """Return where the answer declines.

    >>> find_refusal("I'm sorry, but I can't help with that.").span(), find_refusal("You can't divide by 0.")
    ((15, 27), None)
    """
    return _RULE.search(answer[:OPENING_CHARACTERS].replace("’", "'"))


def _pin(target: Target, offsets: tuple[int, int]) -> Signal:
    text = target.answer.text
    helps = len(text) > LONGEST_REFUSAL_CHARACTERS or _OFFER.search(text, offsets[1]) is not None
    score = SCORE_WITH_OFFER if helps else SCORE_FLAT
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        score=score,
        confidence=0.5 if helps else 0.8,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason="the answer opens by declining" + (", then helps all the same" if helps else ""),
            offsets=(offsets,),
            text="answer",
            span_ids=(target.answer.span_id,),
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Refused",
    what="The assistant declined to do what was asked.",
    detect=detect,
)
