"""Text of any script comes in, the words that it can be found by go out, in order.

A word is a run of letters, marks and digits; in scripts that write no spaces between words (Chinese, Japanese, Thai and
their kin, and Korean, whose particles join the word) every character stands for itself and a word is found as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_WORD_CHARACTERS = 64
"""Longer words (keys, encoded files) are found by their beginning."""

SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Burmese, Hangul letters, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"  # kana, Hangul letters
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Hangul
)
PICTURES = "\u2600-\u27bf\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # emoji without the tones of skin
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84"
WORD = re.compile(rf"[{SPACELESS}{PICTURES}]|(?:(?![{SPACELESS}])[^\W_])(?:(?![{SPACELESS}])(?:[^\W_]|[{MARKS}]))*")
TERM = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Search:
    """What has to occur: all of `words` anywhere, and each of `phrases` word after word."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    def bind(self) -> dict[str, Any]:
        """The parameters `words` and `phrases` of queries."""
        return {"words": list(self.words), "phrases": [list(phrase) for phrase in self.phrases]}


def split_words(text: str) -> list[str]:
    """The words of `text`, folded so that case and ways to encode the same letter make no difference.

    >>> split_words("Straße foo.bar_baz 東京!")
    ['strasse', 'foo', 'bar', 'baz', '東', '京']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [word[:MAX_WORD_CHARACTERS] for word in WORD.findall(folded)]


def join_words(texts: Iterable[str]) -> list[str]:
    """The words of all texts in order, an empty one between two texts, so that no phrase reaches across."""
    joined: list[str] = []
    for text in texts:
        joined += ["", *split_words(text)] if joined else split_words(text)
    return joined


def read_search(query: str) -> Search:
    """Read what a person typed: words, and phrases in double quotes. What holds no letter or digit asks for nothing.

    >>> read_search('reset "the red button" user_id')
    Search(words=('reset', 'the', 'red', 'button', 'user', 'id'), phrases=(('the', 'red', 'button'), ('user', 'id')))
    """
    terms = [tuple(split_words(quoted or bare)) for quoted, bare in TERM.findall(query)]
    words = tuple(dict.fromkeys(word for term in terms for word in term))
    return Search(words, tuple(term for term in terms if len(term) > 1))
