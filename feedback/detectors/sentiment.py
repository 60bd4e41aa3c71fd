"""The tone of what the user writes: their own words in, one signal for each message after the first out.

VADER (Hutto and Gilbert, 2014) was made for tweets about things. Words that tell the matter of a request
("error", "free", "please") rather than a tone toward the assistant are taken out of its lexicon. It knows
English: what it cannot read it calls neutral.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Polarity, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.reactions.pasted import blank_pasted
from tracing.conversations import Turn

KIND = "sentiment"
VERSION = "1"
THRESHOLD = 0.3
"""Of the strength, under which the tone is called neutral."""

LABELS: dict[Polarity, str] = {-1: "negative", 0: "neutral", 1: "positive"}
CONFIDENCE: dict[Polarity, float] = {-1: 0.2, 0: 0.75, 1: 0.35}
"""How often each label is right in Tacit's own labelled chats, where much anger is at third parties: a
lexicon cannot tell at whom."""

_MATTER = """
    accept access active agree alert alone apologise apologize approved asset assets attack attacks
    ban banned benefit best better block blocked bonus broke broken cancel cancelled care casual
    certain charge clean clever commit competitive confirm create critical crying cut cute dead deal
    dear debt delay demand deny die difficult disconnect distance drop dropped drops easy emergency
    energy error errors excel excited exclusive expired fail failed failing fails failure fault fine
    fire fit flexible free fresh friend friendly friends gift glad growing growth ha hand happy hard
    hate hates help helping hurt ill important improve improved increase interest invite join joke
    kill kind kindly l leave legal like limited lmao lol lost love low matter mia miss missing
    missed mistake natural no number ok okay opportunity original party pay play pls please poor
    positive pressure pretty problem problems profit promise promised promote proper ready reject
    rejected refuse refused relief rich risk risks safe safely save sentence sentences severe share
    shared sick sin smart solution solve sorry special stop stopped stops straight strength strong
    super support sure top treat true trust united value values violation want wanted war warm warn
    warning warnings weak wealth well win winner wrong yeah yep yes
"""
MATTER_WORDS = frozenset(_MATTER.split())

TONE_WORDS = {
    "bravo": 2.5,
    "danke": 1.9,
    "exactly": 1.2,
    "ffs": -2.6,
    "gracias": 1.9,
    "grazie": 1.9,
    "legend": 2.2,
    "merci": 1.9,
    "obliged": 1.9,
    "obrigada": 1.9,
    "obrigado": 1.9,
    "seriously": -1.2,
    "worked": 1.6,
    "wtf": -2.8,
    "спасибо": 1.9,
}
"""Words of thanks and temper that VADER does not know, on its scale from -4 to 4."""

_HABITS = re.compile(
    r"\bno (?:problem|worries|rush|hurry|offen[cs]e)\b|\b(?:thanks?(?: you)?|thx) in advance\b"
    r"|\bsorry (?:to bother|for the|if)\b|\b(?:dear|hello|hi|good (?:morning|afternoon|evening|day))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w']+|[^\w\s]")


@cache
def _load_analyzer() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in MATTER_WORDS:
        analyzer.lexicon.pop(word, None)
    analyzer.lexicon.update(TONE_WORDS)
    return analyzer


def detect(material: Material) -> Iterator[Signal]:
    """Give exactly one signal for each user message after the first, about the answer before it."""
    for previous, turn in zip(material.conversation.turns, material.conversation.turns[1:], strict=False):
        yield _pin(Target(previous, len(previous.alternatives)), turn)


@lru_cache(1024)
def measure_tone(text: str) -> float:
    """Return the tone of the user's own words, -1 (negative) to 1 (positive)."""
    own = _blank_habits(text)
    return float(_load_analyzer().polarity_scores(own)["compound"]) if own.strip() else 0.0


def find_toned_words(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the words and emoji that carry a tone."""
    analyzer = _load_analyzer()
    return [
        match.span()
        for match in _WORD.finditer(_blank_habits(text))
        if match.group().lower() in analyzer.lexicon or match.group() in analyzer.emojis
    ]


def _blank_habits(text: str) -> str:
    return _HABITS.sub(lambda match: " " * len(match.group()), blank_pasted(text))


def _pin(target: Target, turn: Turn) -> Signal:
    tone = measure_tone(turn.user_text)
    polarity: Polarity = 0 if abs(tone) < THRESHOLD else 1 if tone > 0 else -1
    offsets = tuple(find_toned_words(turn.user_text)) if polarity else ()
    words = ", ".join(turn.user_text[start:end] for start, end in offsets[:3])
    return pin_signal(
        target,
        turn_index=turn.index,
        kind=KIND,
        version=VERSION,
        label=LABELS[polarity],
        score=min(abs(tone), 1.0),
        confidence=CONFIDENCE[polarity],
        fired=polarity != 0,
        polarity=polarity,
        evidence=Evidence(
            reason=f"the message sounds {LABELS[polarity]}" + (f": {words}" if words else ""),
            offsets=offsets,
            numbers={"tone": tone},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Tone",
    what="How the user's message sounds, toward the assistant and the exchange.",
    detect=detect,
)
