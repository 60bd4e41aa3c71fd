"""Text of any script comes in, the words that it can be found by go out, in order.

A word is a run of letters, marks and digits. In scripts that write no spaces between words (Chinese, Japanese, Thai
and their kin, and Korean, whose particles join the word) every character stands for itself, and a word is found by the
pairs of its neighbours.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_WORD_CHARACTERS = 64
"""Longer words (keys, encoded files) are found by their beginning."""

SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Burmese, Hangul letters, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"  # kana, Hangul letters
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Hangul
)
PICTURES = "\u2600-\u27bf\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # emoji without the tones of skin
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84"
LETTERS = rf"[^\W_{SPACELESS}]"
WORD = re.compile(rf"[{SPACELESS}{PICTURES}]|{LETTERS}+(?:[{MARKS}]+{LETTERS}*)*")
PUNCTUATION = string.punctuation + "“”‘’„«»…–—"
TYPOGRAPHY = tuple(zip("’‘“”–—…•", "''\"\"--.-", strict=True))
"""Marks of running text, and what parts words as they do: most texts are plain without them, and read quickly."""
PLAIN_WORD = re.compile("[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Search:
    """What has to occur: all of `words` (words, and pairs of them) anywhere, and each of `phrases` word after word.
    None of `unsaid` may."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    unsaid: tuple[tuple[str, ...], ...] = ()

    @property
    def has_phrases(self) -> bool:
        """Whether texts have to be read for it, as no index knows of phrases."""
        return bool(self.phrases or self.unsaid)


def split_words(text: str) -> list[str]:
    """The words of `text`, folded so that case and ways to encode the same letter make no difference.

    >>> split_words("Straße foo.bar_baz 東京!")
    ['strasse', 'foo', 'bar', 'baz', '東', '京']
    """
    return find_words(fold(text))


def fold(text: str) -> str:
    if not text.isascii():
        for mark, plain in TYPOGRAPHY:
            text = text.replace(mark, plain)
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def find_words(folded: str) -> list[str]:
    found: list[str] = (PLAIN_WORD if folded.isascii() else WORD).findall(folded)
    if max(map(len, found), default=0) <= MAX_WORD_CHARACTERS:
        return found
    return [word[:MAX_WORD_CHARACTERS] for word in found]


def split_joined(folded: str) -> list[list[str]]:
    """The words of each run without white space that is more than one plain word."""
    # Most runs are one plain word: these go first, before anything is done to the others.
    joined = [run for run in folded.split() if not (run.isalnum() and run.isascii())]
    stripped = (run.strip(PUNCTUATION) for run in joined)
    return [find_words(run) for run in stripped if not (run.isalnum() and run.isascii())]


def pair_words(runs: Iterable[Sequence[str]]) -> dict[str, None]:
    """Neighbours within a run, each pair once: they find `don't`, `user_id` and `東京` without reading any text."""
    return dict.fromkeys(f"{first} {second}" for run in runs for first, second in pairwise(run))


def index_words(texts: Iterable[str]) -> list[str]:
    """What texts are found by: their words in order, an empty one between two texts so that no phrase reaches across,
    and then the pairs.

    >>> index_words(["Don't!", "Why?"])
    ['don', 't', '', 'why', '', 'don t']
    """
    words: list[str] = []
    pairs: dict[str, None] = {}
    for text in texts:
        folded = fold(text)
        words += find_words(folded)
        words.append("")
        pairs |= pair_words(split_joined(folded))
    return words + list(pairs)


def read_search(terms: Iterable[str]) -> Search:
    """What occurs where all terms do: words, and phrases of several. What holds no letter or digit asks for nothing.

    >>> read_search(["reset", "red button", "user_id"])
    Search(words=('reset', 'red', 'button', 'user', 'id', 'user id'), phrases=(('red', 'button'),), unsaid=())
    """
    folded = [fold(term) for term in terms]
    words = dict.fromkeys(word for term in folded for word in find_words(term))
    pairs = pair_words(run for term in folded for run in split_joined(term))
    phrases = [tuple(find_words(term)) for term in folded if len(term.split()) > 1]
    return Search(tuple(words | pairs), tuple(phrase for phrase in phrases if phrase))
