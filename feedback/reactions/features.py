"""An exchange comes in, what the quick reader weighs goes out: words, letters, concepts, and how the message relates to
what was asked and answered.

Code, logs and quotations that the person only pasted are left out, but for what the message shares with the answer.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from feedback.languages import is_plainly_english
from feedback.reactions.concepts import Occurrence, Token, fold_text, list_tokens, load_concepts, split_words
from feedback.reactions.overlap import list_answer_stems, list_stems, measure_overlap, read_request
from feedback.reactions.pasted import blank_pasted
from feedback.reactions.reaction import Exchange
from feedback.reactions.valence import measure_valence
from feedback.replies import Apology, find_apology

LONGEST_RUN = 3
"""Words of a run."""
ANSWER_END_CHARACTERS = 400
REPLY_START_CHARACTERS = 80
_GROUP_LENGTHS = (2, 3, 4, 5)
_LONGEST_WORD = 40
_NUMBER = re.compile(r"\d+")
_CAPITALS = re.compile(r"[A-Za-z]{3,}")
_QUESTION_ENDS = ("?", "？", "؟")
_QUOTED = re.compile(r"[\"“„«「`]([^\"“”„«»「」`\n]{2,200})[\"”“»」`]")
_DENIALS = frozenset(
    {"not", "no", "isn't", "aren't", "nicht", "kein", "keine", "pas", "non", "não", "не", "niet", "nie"}
)
_OPENING_TOKENS = 2
_SHORT_MESSAGE = 12
_FEW_WORDS = 5
"""What so few words say is said of the answer; among more, the same word may be of anything."""
_FEW_STEMS = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What is weighed of an exchange; of words and letters only whether they occur."""

    runs: frozenset[str]
    """Runs of one to three words of the message."""
    words: frozenset[str]
    """Its words, which are weighed by their groups of letters (`list_groups`)."""
    answer: frozenset[str]
    """Runs of one and two words of the end of the answer."""
    reply: frozenset[str]
    """Runs of one and two words of the start of the reply."""
    marks: frozenset[str]
    """What holds of the exchange, by name."""
    measures: tuple[float, ...]
    """In the order of `MEASURES`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it is read."""

    tokens: Sequence[Token]
    occurrences: Sequence[Occurrence]


@lru_cache(4_096)
def list_groups(word: str) -> tuple[str, ...]:
    """Groups of two to five letters of a word; its ends count as letters."""
    padded = f" {word[:_LONGEST_WORD]} "
    return tuple({padded[at : at + size] for size in _GROUP_LENGTHS for at in range(len(padded) - size + 1)})


def list_runs(words: Sequence[str], longest: int) -> frozenset[str]:
    runs = set(words)
    for size in range(2, longest + 1):
        runs.update([" ".join(words[at : at + size]) for at in range(len(words) - size + 1)])
    return frozenset(runs)


@lru_cache(512)
def list_answer_runs(answer: str) -> frozenset[str]:
    return list_runs(split_words(fold_text(answer[-ANSWER_END_CHARACTERS:])), 2)


@lru_cache(512)
def recall_apology(answer: str) -> Apology | None:
    """As `find_apology`; the reply to a message is the answer before the next."""
    return find_apology(answer)


def read_words(message: str, request: str) -> Words:
    """The words and concepts of the person's own words."""
    folded = fold_text(blank_pasted(message))
    tokens = list_tokens(folded)
    concepts = load_concepts()
    phrases = concepts.english if is_plainly_english(f"{folded} {request}") else concepts.words
    return Words(tokens, concepts.find(folded, tokens, phrases))


def read_features(exchange: Exchange) -> Features:
    words = read_words(exchange.message, exchange.request)
    texts = [token.text for token in words.tokens]
    asked = exchange.answer.rstrip().endswith(_QUESTION_ENDS)
    return Features(
        runs=list_runs(texts, LONGEST_RUN),
        words=frozenset(texts),
        answer=list_answer_runs(exchange.answer),
        reply=list_runs(split_words(fold_text(exchange.reply[:REPLY_START_CHARACTERS])), 2),
        marks=frozenset(list_marks(exchange, words, asked=asked)),
        measures=tuple(measure(exchange, texts).values()),
    )


def list_marks(exchange: Exchange, words: Words, *, asked: bool) -> list[str]:
    """What holds of the exchange: its concepts, how it opens, and how it relates to the answer."""
    message, answer = exchange.message, exchange.answer
    question = message.rstrip().endswith(_QUESTION_ENDS)
    marks = ["asked" if asked else "told", "question" if question else "statement"]
    opening = words.tokens[_OPENING_TOKENS].start if len(words.tokens) > _OPENING_TOKENS else len(message)
    for concept in {each.concept for each in words.occurrences}:
        marks.append(f"@{concept}")
        marks.append(f"@{concept} {marks[0]}")
        marks.append(f"@{concept} {marks[1]}")
    if len(words.tokens) <= _FEW_WORDS:
        marks += [f"@{each.concept} alone" for each in words.occurrences]
        good, ill = measure_valence([token.text for token in words.tokens])
        marks += [name for name, strength in (("good alone", good - ill), ("ill alone", ill - good)) if strength > 0]
    marks += [f"^{each.concept}" for each in words.occurrences if each.start < opening]
    if words.tokens:
        marks.append(f"^{words.tokens[0].text} {marks[0]}")
    marks += _mark_numbers(exchange)
    marks += [name for name, needle in (("!", "!"), ("...", "..."), ("...", "…")) if needle in message]
    if "```" in answer:
        marks.append("answer: code")
    if message[:1].islower():
        marks.append("lower case")
    if len(message) < _SHORT_MESSAGE:
        marks.append("short")
    if recall_apology(answer):
        marks.append("answer: sorry")
    if apology := recall_apology(exchange.reply):
        marks.append("reply: sorry" if apology.is_regret else "reply: owns it")
    return marks + [f"{name} {marks[1]}" for name in _mark_words(exchange)]


def _mark_words(exchange: Exchange) -> list[str]:
    """How the words that carry meaning relate to the answer and to the request."""
    before, after = read_request(exchange.request), read_request(exchange.message)
    answered = list_answer_stems(exchange.answer)
    marks = []
    if after.words and after.words == before.words:
        marks.append("same words")
    if after.stems and len(after.stems) <= _FEW_STEMS:
        marks.append("few words")
        if after.stems <= answered:
            marks.append("few words of the answer")
        elif answered.isdisjoint(after.stems) and before.stems.isdisjoint(after.stems):
            marks.append("few new words")
    denied = [second for first, second in pairwise(after.words) if first in _DENIALS]
    if any(not answered.isdisjoint(list_stems(word)) for word in denied):
        marks.append("denies a word of the answer")
    if any(quoted in exchange.answer for quoted in _QUOTED.findall(exchange.message)):
        marks.append("quotes the answer")
    return marks


def _mark_numbers(exchange: Exchange) -> list[str]:
    numbers = set(_NUMBER.findall(exchange.message))
    if not numbers:
        return []
    answered, requested = set(_NUMBER.findall(exchange.answer)), set(_NUMBER.findall(exchange.request))
    found = (numbers - answered - requested, numbers & answered, numbers & requested)
    return [name for name, each in zip(("new number", "its number", "own number"), found, strict=True) if each]


MEASURES = (
    "likeness", "repeated", "covered", "emphasised", "restated", "repeated_with_mark", "own_mistake", "next_step",
    "from_answer", "length", "refused", "same_frame", "new", "characters", "answer_characters", "capitals", "good",
    "ill",
)  # fmt: skip
"""Names of what is measured by numbers; shares are 0 to 1, lengths are logarithms."""


def measure(exchange: Exchange, words: Sequence[str]) -> dict[str, float]:
    """What is measured of an exchange, by the names in `MEASURES`."""
    before, after = read_request(exchange.request), read_request(exchange.message)
    overlap = measure_overlap(before, exchange.answer, after)
    new = after.stems - before.stems - list_answer_stems(exchange.answer)
    good, ill = measure_valence(words)
    loud = _CAPITALS.findall(after.own)
    return overlap | {
        "new": len(new) / max(len(after.stems), 1),
        "characters": math.log1p(len(exchange.message)) / 3,
        "answer_characters": math.log1p(len(exchange.answer)) / 4,
        "capitals": sum(map(str.isupper, loud)) / max(len(loud), 1),
        "good": good,
        "ill": ill,
    }
