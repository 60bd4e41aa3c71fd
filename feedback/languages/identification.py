"""A text comes in, its language goes out: by its script, then by its words and by groups of three letters.

Every known word has a weight for each language that uses it; of other words each group of three letters has one. The
language with the most wins. How sure that is follows from how far the next one lies behind.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.languages.scripts import LATIN, ONLY_LANGUAGE, find_script, weigh_scripts

WEIGHTS = Path(__file__).parent / "weights.json"
MAX_CHARACTERS = 600
MAX_WORDS = 60
_PLAIN_WORD = re.compile(r"[a-z]+(?:'(?=[a-z]))?")
_FOREIGN_LETTER = re.compile(r"(?!\d|_)[^\W\x00-\x7f]")
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0dff])+(?:['’](?=[^\W\d_]))?")
"""The range is of scripts whose vowel signs do not count as letters."""

LEADING_SHARE = 0.3
"""A script other than Latin leads from so much of the words: names and terms stay in Latin letters."""
SURE_WORDS = 2.0
"""Of a script of one language so many words are enough to be sure."""
WORDS_AT_ONCE = 10
ENOUGH = 0.999
"""How sure is sure enough to read no more."""
TELLING_LEAD = 7.0
"""By how much a word must weigh more for one language than for the other to speak for it."""
NEGLIGIBLE = 10.0
"""By how many spreads a language lies behind that no longer counts."""
GLANCE_CHARACTERS = 160
CLEAR_LEAD = 15.0
"""By how much English must lead to be seen at a glance."""
LEAST_KANA = 0.15
"""Of Japanese so many words hold kana; Chinese has none."""

Weighed = Sequence[tuple[str, float]]
"""Languages, each with a weight."""
Weights = Mapping[str, Weighed]
"""By word, or by group of three letters, the weight for each language."""


@dataclass(frozen=True, slots=True)
class Language:
    """What a text is taken to be written in."""

    code: str
    """ISO 639-1, as `de`; `hi-Latn` for Hindi in Latin letters; empty where the text says nothing."""
    confidence: float
    """The probability that it is, 0 to 1."""


UNKNOWN = Language("", 0.0)


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt."""

    scripts: Mapping[str, Mapping[str, float]]
    """Of each script of several languages these, and what each has before the first word."""
    words: Weights
    groups: Weights
    spread: float
    """By how much the best must lead for odds of e to 1."""

    def identify(self, words: Sequence[str], script: str) -> Language:
        """The language of words of one script that several languages are written in; reads no more than it needs."""
        scores = dict(self.scripts[script])
        found = UNKNOWN
        for start in range(0, len(words), WORDS_AT_ONCE):
            part = words[start : start + WORDS_AT_ONCE]
            for weights in (self._weigh_known(part), self._weigh_unknown(part)):
                if _add(scores, weights):
                    found = self._choose(scores)
                if found.confidence >= ENOUGH:
                    return found
        return found

    def find_probability(self, words: Sequence[str], script: str, code: str) -> float:
        """How likely the words are of that language, of those of the script."""
        scores = dict(self.scripts[script])
        _add(scores, self._weigh_known(words))
        _add(scores, self._weigh_unknown(words))
        return 1 / sum(math.exp(min(50.0, (score - scores[code]) / self.spread)) for score in scores.values())

    def _weigh_known(self, words: Sequence[str]) -> Iterator[Weighed]:
        return (self.words[word] for word in words if word in self.words)

    def _weigh_unknown(self, words: Sequence[str]) -> Iterator[Weighed]:
        groups = (group for word in words if word not in self.words for group in list_groups(word))
        return (self.groups[group] for group in groups if group in self.groups)

    def _choose(self, scores: Mapping[str, float]) -> Language:
        best = max(scores, key=scores.__getitem__)
        lead, spread = scores[best], self.spread
        near = lead - NEGLIGIBLE * spread
        odds = sum([math.exp((score - lead) / spread) for score in scores.values() if score > near])
        return Language(best, 1 / odds)


def _add(scores: dict[str, float], weights: Iterable[Weighed]) -> bool:
    """Add the weights to the scores; whether there were any.

    A word of two scripts (الـemail) has groups of letters of languages that are not asked for.
    """
    features = list(weights)
    for weighed in features:
        for code, weight in weighed:
            if code in scores:
                scores[code] += weight
    return bool(features)


def identify_language(text: str) -> Language:
    """Return the language that most of the text is in; read are its first 600 characters.

    >>> identify_language("Wie kann ich das wieder rückgängig machen?").code, identify_language("42").code
    ('de', '')
    """
    words, scripts, script = _read_words(text)
    if not script:
        return UNKNOWN
    if script in ONLY_LANGUAGE:
        return _read_script(scripts, script)
    own = words if len(scripts) == 1 else [word for word in words if find_script(word) == script]
    return load_model().identify(own, script)


def _read_words(text: str) -> tuple[list[str], Mapping[str, float], str]:
    """The words, how many are in each script, and the script that leads."""
    words = list_words(text)
    scripts = weigh_scripts(words) if not text.isascii() else {LATIN: float(len(words))}
    return words, scripts, choose_script(scripts)


def is_plainly_english(text: str) -> bool:
    """Whether at a glance: what its words weigh for English is far over what they weigh for any other language.

    >>> is_plainly_english("Where can I find this, and what does it cost?"), is_plainly_english("Wo finde ich das?")
    (True, False)
    """
    part = text[:GLANCE_CHARACTERS]
    if not part.isascii() and _FOREIGN_LETTER.search(part):
        return False
    leads = load_english_leads()
    words = _PLAIN_WORD.findall(part.lower())
    return sum([leads[word] for word in words if word in leads]) >= CLEAR_LEAD


@cache
def load_english_leads() -> Mapping[str, float]:
    """By how much each word weighs more for English than for the next language; less than nothing where less."""
    return {word: _find_lead(dict(weights)) for word, weights in load_model().words.items()}


def _find_lead(weights: dict[str, float]) -> float:
    return weights.pop("en", 0.0) - max(weights.values(), default=0.0)


def find_probability(text: str, code: str) -> float:
    """How likely a text is of that language, 0 to 1; 0.5 where it says nothing.

    >>> find_probability("Where is my invoice?", "en") > 0.9, find_probability("Where is my invoice?", "ru")
    (True, 0.0)
    """
    words, scripts, script = _read_words(text)
    if not script:
        return 0.5
    if script in ONLY_LANGUAGE:
        return float(_read_script(scripts, script).code == code)
    model = load_model()
    own = [word for word in words if find_script(word) == script]
    return model.find_probability(own, script, code) if code in model.scripts[script] else 0.0


def count_telling_words(text: str, code: str, other: str) -> int:
    """How many words of a text are far more usual in the one language than in the other.

    >>> count_telling_words("ich weiß nicht, port already in use", "de", "en")
    2
    """
    words = load_model().words
    known = [dict(words.get(word, ())) for word in set(list_words(text))]
    return sum(each.get(code, 0.0) - each.get(other, 0.0) >= TELLING_LEAD for each in known)


def list_words(text: str) -> list[str]:
    """The words that are read, in lower case; what stands before an apostrophe is one of its own, as in "c'est"."""
    text = text[:MAX_CHARACTERS].lower()
    found = _PLAIN_WORD.findall(text) if text.isascii() else _WORD.findall(text.replace("’", "'"))
    return found[:MAX_WORDS]


def list_groups(word: str) -> list[str]:
    """Three letters each, with the word's ends.

    >>> list_groups("das")
    [' da', 'das', 'as ']
    """
    padded = f" {word} "
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def choose_script(scripts: Mapping[str, float]) -> str:
    """The script that leads; names and terms in Latin letters do not count against another."""
    others = {script: weight for script, weight in scripts.items() if script != LATIN}
    if others and sum(others.values()) >= LEADING_SHARE * sum(scripts.values()):
        return max(others, key=others.__getitem__)
    return LATIN if scripts.get(LATIN) else ""


def _read_script(scripts: Mapping[str, float], script: str) -> Language:
    if script in ("han", "kana"):
        kana, han = scripts.get("kana", 0.0), scripts.get("han", 0.0)
        script = "kana" if kana >= LEAST_KANA * (kana + han) else "han"
    sure = scripts.get(script, 0.0) >= SURE_WORDS or script not in ("han", "kana")
    return Language(ONLY_LANGUAGE[script], 0.99 if sure else 0.8)


@cache
def load_model() -> Model:
    """Read the weights from beside this module."""
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Model(told["scripts"], read_weights(told["words"]), read_weights(told["groups"]), told["spread"])


def read_weights(told: Mapping[str, str]) -> Weights:
    """`"de9 nl2"` is a weight of 9 for German and of 2 for Dutch.

    >>> read_weights({"der": "de9 nl2"})
    {'der': (('de', 9.0), ('nl', 2.0))}
    """
    codes: dict[str, tuple[str, float]] = {}
    for pairs in told.values():
        for pair in pairs.split():
            if pair not in codes:
                codes[pair] = pair.rstrip("0123456789."), float(pair.lstrip("abcdefghijklmnopqrstuvwxyzL-"))
    return {feature: tuple(codes[pair] for pair in pairs.split()) for feature, pairs in told.items()}
