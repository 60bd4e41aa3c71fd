"""Words come in, concepts go out: what the words of a text stand for, in whatever language they are.

"Ignore", "vergiss" and "忽略" are one concept, "override"; "rules", "Anweisungen" and "指示" another. A recogniser that
learnt on concepts knows more wordings than it has seen.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
STEM_LETTERS = 5
UNSPACED = re.compile(r"[\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Of scripts in which words are not set apart by spaces, or in which particles are written together with them."""
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\U000e0000-\U000e007f]")

Occurrence = tuple[int, str]
"""Place in the text, counted in tokens, and concept."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text in lower case, its words, and its pairs of words."""

    text: str
    words: list[str]
    pairs: list[str]


def read_tokens(text: str) -> Tokens:
    """Take a text apart; letters of other shapes (full width, mathematical) are read as plain ones."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'")
    text = text.lower()
    words = TOKEN.findall(text)
    return Tokens(text, words, list(map(" ".join, pairwise(words))))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or three words that stand for a concept together."""

    concept: str
    third: str = ""
    """The word that must follow the pair; empty where the pair is all."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What each word, stem or phrase stands for. Values are names of concepts."""

    words: Mapping[str, Sequence[str]]
    stems: Mapping[str, Sequence[str]]
    """By their first `STEM_LETTERS` letters."""
    phrases: Mapping[str, Sequence[Phrase]]
    """By their first two words."""
    runs: Mapping[str, Sequence[str]]
    """Of scripts without spaces."""
    run: re.Pattern[str]

    def list_concepts_of(self, word: str) -> Sequence[str]:
        """What the word stands for alone."""
        return self.words.get(word) or self.stems.get(word[:STEM_LETTERS]) or ()

    def find(self, tokens: Tokens) -> list[Occurrence]:
        """Where which concept occurs, in order."""
        by_word, by_stem = self.words.get, self.stems.get
        found = [
            (place, concept)
            for place, word in enumerate(tokens.words)
            for concept in by_word(word) or by_stem(word[:STEM_LETTERS]) or ()
        ]
        if not self.phrases.keys().isdisjoint(tokens.pairs):
            found += self._find_phrases(tokens)
        if not tokens.text.isascii():
            found += self._find_runs(tokens)
        found.sort()
        return found

    def _find_phrases(self, tokens: Tokens) -> Iterator[Occurrence]:
        followers = [*tokens.words[2:], ""]
        for place, (pair, follower) in enumerate(zip(tokens.pairs, followers, strict=True)):
            for phrase in self.phrases.get(pair, ()):
                if phrase.third in ("", follower):
                    yield place, phrase.concept

    def _find_runs(self, tokens: Tokens) -> Iterator[Occurrence]:
        for match in self.run.finditer(tokens.text):
            for concept in self.runs[match.group()]:
                yield len(tokens.words) + match.start() // 2, concept


def load_lexicon(path: Path) -> Lexicon:
    """Read a lexicon: a JSON object of concepts, each a list of words, `stem*`s and phrases of two or three words."""
    words: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    phrases: dict[str, list[Phrase]] = {}
    runs: dict[str, list[str]] = {}
    for concept, entries in json.loads(path.read_text(encoding="utf-8")).items():
        for entry in entries:
            key = entry.rstrip("*")
            if UNSPACED.search(key):
                runs.setdefault(key, []).append(concept)
            elif entry.endswith("*"):
                stems.setdefault(key[:STEM_LETTERS], []).append(concept)
            elif " " in key:
                first, second, *third = key.split()
                phrases.setdefault(f"{first} {second}", []).append(Phrase(concept, *third[:1]))
            else:
                words.setdefault(key, []).append(concept)
    longest_first = sorted(map(re.escape, runs), key=len, reverse=True)
    return Lexicon(words, stems, phrases, runs, re.compile("|".join(longest_first) or r"(?!)"))
