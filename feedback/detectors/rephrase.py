"""The same request in other words: neighbouring messages of a user in, signals about the answer between out.

A similar next request is not negative by itself, so likeness alone decides little: what is weighed is how
much of the message repeats the request before it, what is new in it, and how people mark that they ask again.
Pasted code and logs are not compared. The weights are a logistic regression over the training part of Tacit's
own labelled chats, rounded. What shares no words is not found.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, pin_signal
from feedback.detectors.times import MACHINE_GAP_SECONDS, describe_seconds, measure_gap
from feedback.reactions.pasted import blank_pasted
from feedback.replies import find_refusal
from tracing.conversations import Conversation, Turn

KIND = "rephrase"
VERSION = "2"
THRESHOLD = 0.45
MINIMUM_SCORE = 0.01
"""Under it no signal is given."""

INTERCEPT = -5.7
WEIGHTS = {
    "likeness": 2.0,
    "repeated": 2.1,
    "covered": 1.4,
    "emphasised": 1.1,
    "restated": 3.8,
    "repeated_with_mark": 2.5,
    "own_mistake": -3.6,
    "next_step": -1.4,
    "from_answer": -1.5,
    "length": 0.8,
    "answered_a_question": -0.8,
    "refused": 2.0,
    "same_frame": -8.0,
}

_RESTATED = re.compile(
    r"\b(?:my question|i(?:'m| am) (?:asking|after)|(?:once|one) more(?: time)?[:,]|in other words"
    r"|different words|differently|another way|rephrase|let me (?:boil|narrow|put|rephrase|ask)"
    r"|what i(?:'d like| want| need| meant?)|as stated|yes(?: or |/| )no|again but"
    r"|(?:say|explain) (?:it|that|this) (?:again|like|with)|(?:je|eu|lo) reformul\w+|autrement dit|nochmals"
    r"|anders gesagt|otra vez|en otras palabras|in altre parole)",
    re.IGNORECASE,
)
_REMINDED = re.compile(
    r"\bi (?:said|asked|wrote|wanted|typed)\b|\bthat(?:'s| was) (?:literally|half|the whole)\b", re.IGNORECASE
)
_OWN_MISTAKE = re.compile(
    r"\b(?:wait,? no|oops|my (?:bad|own|mistake|slip)|i mean|sorry,? i meant?|actually)\b", re.IGNORECASE
)
_NEXT_STEP = re.compile(
    r"\W*(?:and|now|also|next|then|what if|what about|how about|thank(?:s| you)?|great|perfect|cool|nice"
    r"|ok now|another|continue)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_STEM_LETTERS = 6
_MOST_WORDS_COUNTED = 30
_ANSWER_CHARACTERS = 4_000
_COMMON_WORDS = """
    a all am an and any are as at be been but by can could did do does don't dont for from get got
    had has have he her here him his how i i'm if im in into is it it's its just may me more my need
    no not of ok on one or our out please pls shall she should so some than that the their them then
    there these they this those to u up ur us want was we were what when where which who why will
    with would yes you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Request:
    """A message as it is compared: the person's own words, and the stems of those that carry meaning."""

    own: str
    words: tuple[str, ...]
    stems: frozenset[str]
    stressed: frozenset[str]
    """Stems of words in capitals."""
    groups: Counter[str]
    """How often groups of three and four letters stand in it."""
    norm: float
    """Euclidean, of these counts."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each message that may ask again what the message before it asked."""
    turns = material.conversation.turns
    requests = [read_request(turn.user_text) for turn in turns] if len(turns) > 1 else []
    for (previous, turn), (before, after) in zip(pairwise(turns), pairwise(requests), strict=False):
        yield from compare(previous, turn, before, after)


def detect_last(conversation: Conversation) -> Iterator[Signal]:
    """The same for the last message alone."""
    if len(conversation.turns) > 1:
        previous, turn = conversation.turns[-2:]
        yield from compare(previous, turn, read_request(previous.user_text), read_request(turn.user_text))


def compare(previous: Turn, turn: Turn, before: Request, after: Request) -> Iterator[Signal]:
    if not _may_ask_again(previous, turn) or not _can_compare(before, after):
        return
    likeness = measure_likeness(before, after)
    score = weigh_features(measure_features(before, previous.answer.text, after, likeness))
    if score >= MINIMUM_SCORE:
        yield _pin(previous, turn, before, score, likeness)


@lru_cache(256)
def read_request(text: str) -> Request:
    own = blank_pasted(text)
    words = _WORD.findall(own)
    stems = frozenset(stem for word in words if (stem := _stem(word)))
    stressed = frozenset(_stem(word) for word in words if len(word) > 1 and word.isupper())
    groups = count_groups(own)
    norm = math.sqrt(sum(count * count for count in groups.values()))
    return Request(own, tuple(word.lower() for word in words), stems, stressed, groups, norm)


def count_groups(text: str) -> Counter[str]:
    """How often groups of three and four letters stand in the words, whose ends count as letters."""
    padded = [f" {word} " for word in text.lower().split()]
    groups = Counter(word[at : at + 3] for word in padded for at in range(len(word) - 2))
    groups.update(word[at : at + 4] for word in padded for at in range(len(word) - 3))
    return groups


def _stem(word: str) -> str:
    """Return the first letters of a word; nothing of a word that is in every sentence."""
    word = word.lower()
    return "" if word in _COMMON else word[:_STEM_LETTERS]


def measure_likeness(before: Request, after: Request) -> float:
    """Cosine, 0 to 1, between how often each group of three and four letters stands in the words of the two."""
    shared = sum(count * after.groups[group] for group, count in before.groups.items() if group in after.groups)
    return shared / (before.norm * after.norm) if shared else 0.0


def _can_compare(before: Request, after: Request) -> bool:
    """Not where nothing was typed; and "shorter" after "shorter" goes a step on."""
    return bool(after.stems) and len(before.stems | after.stems) > 1


def _may_ask_again(previous: Turn, turn: Turn) -> bool:
    """Not after an error (a retry), not where a machine sent the same twice."""
    if previous.answer.outcome == "error":
        return False
    gap = measure_gap(previous.answer, turn.answers[0])
    return gap is None or gap >= MACHINE_GAP_SECONDS or previous.user_text != turn.user_text


def measure_features(before: Request, answer: str, after: Request, likeness: float) -> dict[str, float]:
    """Return what is weighed, by the names in `WEIGHTS`; shares are 0 to 1, marks 0 or 1."""
    shared = before.stems & after.stems
    stressed = bool((after.stressed & before.stems) - before.stressed)
    restated = _RESTATED.search(after.own) is not None
    marked = stressed or restated or _REMINDED.search(after.own) is not None
    answer_stems = {_stem(word) for word in _WORD.findall(answer[:_ANSWER_CHARACTERS])}
    count = max(len(after.stems), 1)
    return {
        "likeness": likeness,
        "repeated": len(shared) / count,
        "covered": len(shared) / max(len(before.stems), 1),
        "emphasised": float(stressed),
        "restated": float(restated),
        "repeated_with_mark": len(shared) / count if marked else 0.0,
        "own_mistake": float(_OWN_MISTAKE.search(after.own) is not None),
        "next_step": float(_NEXT_STEP.match(after.own) is not None),
        "from_answer": len((after.stems - before.stems) & answer_stems) / count,
        "length": math.log1p(min(len(after.stems), _MOST_WORDS_COUNTED)),
        "answered_a_question": float(answer.rstrip()[-1:] in ("?", "？")),
        "refused": float(find_refusal(answer) is not None),
        "same_frame": 0.0 if marked else _measure_frame(before, after),
    }


def _measure_frame(before: Request, after: Request) -> float:
    """Return the share of the message that is a frame kept from the one before around something new.

    "Haiku about printers", "haiku about Fridays": the next request, however alike.
    """
    if not after.stems - before.stems:
        return 0.0
    pairs = zip(before.words, after.words, strict=False)
    kept = takewhile(lambda pair: pair[0] == pair[1], pairs)
    return len(list(kept)) / len(after.words)


def weigh_features(features: dict[str, float]) -> float:
    """Return the probability that it is the same request again."""
    total = INTERCEPT + sum(WEIGHTS[name] * value for name, value in features.items())
    return 1 / (1 + math.exp(-total))


def _pin(previous: Turn, turn: Turn, before: Request, score: float, likeness: float) -> Signal:
    offsets = tuple(
        match.span() for match in _WORD.finditer(blank_pasted(turn.user_text)) if _stem(match.group()) in before.stems
    )
    gap = measure_gap(previous.answer, turn.answers[0])
    known = {"seconds_later": gap} if gap is not None and gap >= 0 else {}
    later = "".join(f" {describe_seconds(seconds)} later" for seconds in known.values())
    asks = "asks the same thing" if score >= THRESHOLD else "may ask the same thing"
    return pin_signal(
        Target(previous, len(previous.alternatives)),
        turn_index=turn.index,
        kind=KIND,
        version=VERSION,
        score=score,
        confidence=0.6 if len(turn.user_text) >= 20 else 0.3,
        fired=score >= THRESHOLD,
        polarity=-1,
        evidence=Evidence(
            reason=f"{asks}{later}; wording {likeness:.2f} alike",
            offsets=offsets,
            numbers={"likeness": likeness, **known},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Asked again in other words",
    what="The user asked for the same thing again, so the answer before did not give it.",
    detect=detect,
)
