"""The words of a text, for comparing texts: case, punctuation and width do not count. Of scripts that are written
without spaces each letter is a word."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, kana and Han."""
_MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
"""Signs that stand inside words and that `\\w` does not take for letters."""
_WORD: Final = re.compile(rf"[{_UNSPACED}]|(?:[^\W{_UNSPACED}]|[{_MARKS}])+")
_PLAIN_WORD: Final = re.compile(r"\w+", re.ASCII)


def split_words(text: str) -> list[str]:
    """
    >>> split_words("It's ＴＩＭＥ, Ёлка! 你好")
    ['it', 's', 'time', 'ёлка', '你', '好']
    """
    if text.isascii():
        return _PLAIN_WORD.findall(text.lower())
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def list_runs(words: Sequence[str], length: int) -> list[str]:
    """All runs of so many words; all of them where there are not so many, and none where there are none.

    >>> list_runs(["a", "b", "c"], 2), list_runs(["a"], 2), list_runs([], 2)
    (['a b', 'b c'], ['a'], [])
    """
    if not words:
        return []
    return [" ".join(words[start : start + length]) for start in range(max(1, len(words) - length + 1))]
