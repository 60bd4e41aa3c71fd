"""A message comes in, the concepts that its words stand for go out: "stimmt nicht", "不对", "not right" are `wrong`.

The phrases of each language stand in `concepts.json`. What is learnt of a concept in one language holds in all of them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from feedback.languages import is_plainly_english

PHRASES = Path(__file__).parent / "concepts.json"
MAX_CHARACTERS = 1_500
"""No more of a message is read: what a person types themselves is shorter."""
MOST_GLOSSES = 10
ENGLISH = "en"
RUN_LANGUAGES = frozenset({"ar", "emoji", "fa", "hi", "ja", "ko", "th", "zh"})
"""Whose phrases are found inside words as well: they set no spaces, or join what others write apart."""
_TOKEN = re.compile(r"\w[\w']*|[?!]+")
_SIMPLIFIED = str.maketrans(
    "不對錯寫誤確實謝讚這個沒問還說話來處據嗎無關於應該漏長簡體聽懂",
    "不对错写误确实谢赞这个没问还说话来处据吗无关于应该漏长简体听懂",
)


class Token(NamedTuple):
    """A word in lower case, or a run of question and exclamation marks."""

    text: str
    start: int
    end: int


class Occurrence(NamedTuple):
    """A phrase in a message: what it stands for, and its offsets."""

    concept: str
    start: int
    end: int


Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By first word what follows it in each phrase, the longest first, and the phrase's concept."""
Runs = Mapping[str, Sequence[tuple[str, str]]]
"""The same by first letter."""


def fold_text(message: str) -> str:
    """The first `MAX_CHARACTERS` in lower case, letter for letter, with straight apostrophes."""
    part = message[:MAX_CHARACTERS].replace("’", "'")
    lower = part.lower()
    return lower if len(lower) == len(part) else "".join(map(_fold_letter, part))


def _fold_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else letter


def split_words(folded: str) -> list[str]:
    """The words of a text, and its runs of question and exclamation marks."""
    return _TOKEN.findall(folded)


def list_tokens(folded: str) -> list[Token]:
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(folded)]


@dataclass(frozen=True, slots=True)
class Concepts:
    """The phrases of all languages, ready to be found."""

    names: Sequence[str]
    english: Phrases
    words: Phrases
    """Of all languages that set their words apart, English among them."""
    foreign: Phrases
    """The same without English."""
    runs: Runs

    def find(self, folded: str, tokens: Sequence[Token], phrases: Phrases) -> list[Occurrence]:
        """The phrases in a folded message, in order; those of `runs` too."""
        found = list(_find_words(phrases, tokens))
        if not folded.isascii():
            found += _find_runs(self.runs, folded.translate(_SIMPLIFIED))
            found.sort(key=lambda each: each.start)
        return found


def _find_words(phrases: Phrases, tokens: Sequence[Token]) -> Iterator[Occurrence]:
    free = 0
    for place, (word, start, _) in enumerate(tokens):
        if place < free or word not in phrases:
            continue
        for rest, concept in phrases[word]:
            last = place + len(rest)
            if last < len(tokens) and all(tokens[place + at].text == each for at, each in enumerate(rest, 1)):
                yield Occurrence(concept, start, tokens[last].end)
                free = last + 1
                break


def _find_runs(runs: Runs, folded: str) -> Iterator[Occurrence]:
    free = 0
    for start, letter in enumerate(folded):
        if start < free or letter not in runs:
            continue
        for rest, concept in runs[letter]:
            if folded.startswith(rest, start + 1):
                free = start + 1 + len(rest)
                yield Occurrence(concept, start, free)
                break


@cache
def load_concepts() -> Concepts:
    told = json.loads(PHRASES.read_text(encoding="utf-8"))
    apart = [language for language in told if language not in RUN_LANGUAGES]
    return Concepts(
        names=tuple(sorted({concept for phrases in told.values() for concept in phrases})),
        english=_index_words(told[ENGLISH].items()),
        words=_index_words(item for language in apart for item in told[language].items()),
        foreign=_index_words(item for language in apart if language != ENGLISH for item in told[language].items()),
        runs=_index_runs(item for language in RUN_LANGUAGES & told.keys() for item in told[language].items()),
    )


def _index_words(phrases: Iterable[tuple[str, Sequence[str]]]) -> Phrases:
    index: dict[str, dict[tuple[str, ...], str]] = {}
    for concept, texts in phrases:
        for text in texts:
            first, *rest = split_words(fold_text(text))
            index.setdefault(first, {}).setdefault(tuple(rest), concept)
    return {first: sorted(rests.items(), key=lambda each: -len(each[0])) for first, rests in index.items()}


def _index_runs(phrases: Iterable[tuple[str, Sequence[str]]]) -> Runs:
    index: dict[str, dict[str, str]] = {}
    for concept, texts in phrases:
        for text in texts:
            index.setdefault(text[0], {}).setdefault(text[1:], concept)
    return {first: sorted(rests.items(), key=lambda each: -len(each[0])) for first, rests in index.items()}


def gloss(message: str) -> str:
    """The concepts of a message that is not in English, in English words; empty where there are none.

    >>> gloss("不对，你确定吗？"), gloss("Danke, das stimmt nicht"), gloss("That is wrong, thanks")
    ('wrong . are you sure', 'thanks . wrong', '')
    """
    folded = fold_text(message)
    if is_plainly_english(folded):
        return ""
    concepts = load_concepts()
    found = [each.concept for each in concepts.find(folded, list_tokens(folded), concepts.foreign)]
    changes = [concept for place, concept in enumerate(found) if place == 0 or found[place - 1] != concept]
    return " . ".join(changes[:MOST_GLOSSES])
