"""The answer is in another language than it should be: messages and answers come in, signals go out.

Expected is the language that the message asks for, else the one that the user writes, else the one that the app's
instructions fix. Code, quoted words and very short texts are not judged, and a language that the message names, quotes
or holds a passage of may well be the answer's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from feedback.detectors.detector import Detector
from feedback.detectors.given import read_instructions
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.texts import Texts
from feedback.languages import (
    UNKNOWN,
    Language,
    count_telling_words,
    find_probability,
    identify_language,
    is_plainly_english,
    name_language,
    read_prose,
)
from feedback.wishes.languages import LanguageWish, find_language_wishes, list_mentions

KIND = "language_mismatch"
VERSION = "1"
THRESHOLD = 0.5

SURE = 0.97
"""How sure the languages must be for a mismatch."""
LEAST_SURE = 0.5
MOST_DOUBT = 0.02
"""How likely a message may at most be of the answer's language, where it is not sure of which other it is."""
SAME = 0.8
"""How sure both must be to be taken for the same at first sight."""
LEAST_ANSWER_LETTERS = 24
LEAST_OWN_LETTERS = 12
LETTERS_OF_UNSPACED = 3.0
"""A letter of Chinese, Japanese or Korean says as much as so many of others."""
GLANCE_CHARACTERS = 200
ENGLISH = Language("en", 0.99)
SCORES = {"asked": 0.9, "spoken": 0.85, "instructed": 0.8}
SCORE_SPOKEN_BEFORE = 0.4
"""The answer is in a language that the user wrote or asked for before."""
KIN = tuple(
    map(
        frozenset,
        ("id ms", "no da", "no sv", "da sv", "hr sr", "hr sl", "cs sk", "es gl", "pt gl", "es ca", "nl af", "bg mk"),
    )
)
"""Of these a short text is easily taken for the other."""
MIXED = {
    "hi-Latn": frozenset({"hi", "en"}),
    "hi": frozenset({"hi-Latn", "ur", "mr", "ne"}),
    "tl": frozenset({"en"}),
}
"""Who writes the one may want the others."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]|[\u0900-\u0dff]")
_PASSAGE = re.compile(r"\n+|(?<=[:：])\s+|[\"“”„«»「」]")
_OTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-Z\u0080-\u036f\u1e00-\u1fff]{2,}")
_MACHINE = re.compile(
    r"(?i:error|exception|traceback|warning|failed|failure|denied|refused|cannot |timed out)"
    r"|(?i:not (?:found|allowed|permitted))|already in use|is already running|exit(?:ed)? (?:code|status|with)"
    r"|\bSELECT\b.*\bFROM\b"
)
_PERSONAL = re.compile(
    r"\b(?:i|i'?m|my|me|you|how|what|why|where|who|please|pls|should|would|help|want|need)\b",
    re.IGNORECASE,
)
_ARTEFACT = re.compile(
    r"\b(?:prompt|tagline|slogan|lyrics|poem|haiku|song|regex|sql|json|yaml|csv|html|css|script|commit|readme"
    r"|docstring"
    r"|translat\w*|übersetz\w*|tradu\w*|vertaal\w*|tłumacz\w*|перев\w*|çevir\w*|översätt\w*|correct|proofread|fix"
    r"|grammar)\b"
    r"|翻译|翻譯|翻訳|번역|ترجم",
    re.IGNORECASE,
)

Basis = Literal["asked", "spoken", "instructed"]


@dataclass(slots=True)
class Spoken:
    """What the user wrote and asked for so far."""

    messages: list[tuple[str, Language]] = field(default_factory=list)
    wished: set[str] = field(default_factory=set)
    standing: str = ""
    """The language that was asked for, for all that follows."""

    def remember(self, text: str, own: Language, wishes: Sequence[LanguageWish]) -> None:
        """Take in one more message."""
        self.messages.append((text, own))
        self.wished.update(wish.code for wish in wishes)
        standing = [wish.code for wish in wishes if wish.is_standing]
        self.standing = standing[-1] if standing else "" if wishes else self.standing

    def find_latest(self) -> Language:
        """Of the last message that was long enough to tell."""
        for text, own in reversed(self.messages):
            if own.confidence >= SURE and len(text) >= LEAST_OWN_LETTERS and not is_machine_text(text, own):
                return own
        return UNKNOWN

    def knows(self, code: str) -> bool:
        """Whether the user wrote in that language, or asked for it."""
        return code in self.wished or any(
            own.code == code and own.confidence >= SAME and not is_machine_text(text, own)
            for text, own in self.messages
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """The language that an answer should be in, and why."""

    code: str
    basis: Basis
    offsets: tuple[tuple[int, int], ...] = ()
    """Of the wish in the user's message."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer in a language that it should not be in."""
    spoken = Spoken()
    for turn in material.conversation.turns:
        own = glance(turn.user_text)
        wishes = find_language_wishes(turn.user_text)
        for attempt, answer in enumerate(turn.answers):
            if wishes or spoken.standing or not _are_same(own, glance(answer.text)):
                yield from _judge(material, Target(turn, attempt), spoken, wishes)
        spoken.remember(turn.user_text, own, wishes)


def glance(text: str) -> Language:
    """The language of the first words, code and quoted words included: it mostly is enough to see that all is well."""
    return ENGLISH if is_plainly_english(text) else identify_language(text[:GLANCE_CHARACTERS])


def _are_same(own: Language, given: Language) -> bool:
    return own.code == given.code and min(own.confidence, given.confidence) >= SAME


def is_machine_text(text: str, own: Language) -> bool:
    """Whether English words seem to be a program's and not the user's."""
    return own.code == "en" and _MACHINE.search(text) is not None and not _PERSONAL.search(text)


def _judge(material: Material, target: Target, spoken: Spoken, wishes: Sequence[LanguageWish]) -> Iterator[Signal]:
    prose = read_prose(target.answer.text)
    given = identify_language(prose)
    if given.confidence < SURE or weigh_letters(prose) < LEAST_ANSWER_LETTERS:
        return
    if any(is_close(wish.code, given.code) for wish in wishes):
        return
    expected = find_expected(material, target, spoken, given, wishes)
    if expected and not is_close(expected.code, given.code) and not _is_excused(target, expected, given.code):
        yield _pin(target, expected, given, spoken.knows(given.code))


def find_expected(
    material: Material, target: Target, spoken: Spoken, given: Language, wishes: Sequence[LanguageWish]
) -> Expected | None:
    """What the answer should be in; None where nothing tells."""
    if wishes:
        return Expected(wishes[-1].code, "asked", ((wishes[-1].start, wishes[-1].end),))
    if spoken.standing:
        return Expected(spoken.standing, "asked")
    own = find_own_language(target.turn.user_text, spoken, given)
    if fixed := find_language_wishes(read_instructions(material, target.answer)):
        codes = {own.code, *(wish.code for wish in fixed)}
        return None if given.code in codes else Expected(fixed[-1].code, "instructed")
    return Expected(own.code, "spoken") if own.code else None


def find_own_language(text: str, spoken: Spoken, given: Language) -> Language:
    """The language of the message, if it is hardly the answer's; that of the last one that tells, if it tells none."""
    prose = read_prose(text)
    own = identify_language(prose)
    is_told = own.confidence >= LEAST_SURE and weigh_letters(prose) >= LEAST_OWN_LETTERS
    if not is_told or is_machine_text(text, own):
        return spoken.find_latest()
    return own if own.code == given.code or find_probability(prose, given.code) <= MOST_DOUBT else UNKNOWN


def weigh_letters(text: str) -> float:
    """How much there is to read, in letters."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_LETTER.findall(text)) + (LETTERS_OF_UNSPACED - 1) * unspaced


def is_close(expected: str, given: str) -> bool:
    """Whether the two are one, or are easily taken for one another."""
    return expected == given or frozenset((expected, given)) in KIN or given in MIXED.get(expected, ())


def _is_excused(target: Target, expected: Expected, given: str) -> bool:
    """Whether the answer holds what was expected all the same, or its language may be what the message is about."""
    text = target.turn.user_text
    passages = list_passages(target.answer.text)
    if any(holds(passage, expected.code) for passage in passages if passage.strip() not in text):
        return True
    if expected.basis == "asked":
        return False
    named = {mention.code for mention in list_mentions(text)}
    if given in named or (named and _ARTEFACT.search(text)):
        return True
    return any(holds(passage, given) for passage in list_passages(text)) or speaks_too(text, given, expected.code)


def list_passages(text: str) -> Sequence[str]:
    """Lines, what follows a colon, quoted words."""
    return [passage for passage in _PASSAGE.split(text[:4_000]) if len(passage) >= 6]


def holds(passage: str, code: str) -> bool:
    found = identify_language(passage)
    return found.confidence >= SAME and (found.code == code or is_close(code, found.code))


def speaks_too(text: str, code: str, other: str) -> bool:
    """Whether words of the message are of that language and not of the other: it is mixed, or it was misread."""
    script = _OTHER_SCRIPT.search(text)
    if script and identify_language(script[0]).code == code:
        return True
    return count_telling_words(text, code, other) >= 2


def _pin(target: Target, expected: Expected, given: Language, known: bool) -> Signal:
    is_known = known and expected.basis == "spoken"
    score = SCORE_SPOKEN_BEFORE if is_known else SCORES[expected.basis]
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=expected.basis,
        score=score,
        confidence=0.8,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=describe(expected, given.code) + (", which the user wrote or asked for before" if is_known else ""),
            offsets=expected.offsets,
            span_ids=(target.answer.span_id,),
        ),
    )


def describe(expected: Expected, given: str) -> str:
    """Why, for people.

    >>> describe(Expected("de", "spoken"), "en")
    'the user writes German and the answer is in English'
    """
    name = name_language(expected.code)
    told = {
        "asked": f"the user asked for {name}",
        "spoken": f"the user writes {name}",
        "instructed": f"the instructions ask for {name}",
    }
    return f"{told[expected.basis]} and the answer is in {name_language(given)}"


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Wrong language",
    what="The answer is in another language than the user writes or asked for.",
    detect=detect,
    texts=Texts.TURN,
)
