"""A text made ready for recognisers: plain digits, spaces and hyphens at the same places, and what it has at all."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tracing.personal_data.finding import Finding, Kind

_SPACES = "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2212\uff0d"
_ZEROS = "\u0660\u06f0\u0966\u09e6\u0e50\uff10"
"""Of the digits of Arabic, Persian, Hindi, Bengali, Thai, and of full width."""
_PLAIN = str.maketrans(
    dict.fromkeys(_SPACES, " ")
    | dict.fromkeys(_HYPHENS, "-")
    | {"＠": "@", "＋": "+", "：": ":", "（": "(", "）": ")"}
    | {chr(ord(zero) + digit): str(digit) for zero in _ZEROS for digit in range(10)}
)
_WORDS = bytes(120 if 32 < code < 127 and chr(code) not in "\"'`<>,;?" else 32 for code in range(256))
"""For `bytes.translate`: what long words are of becomes `x`, all else a space, among it `?` for what is not ASCII."""
_LONG_WORD = b"x" * 16
_DRAWN = re.compile(r"[0-9]|[A-Z][^A-Z]*[A-Z]|x{6}")
"""What was drawn at random has a digit, or capitals, and what stands in for it crosses; words mostly have neither."""
_UNUSUAL = re.compile("[" + "".join(map(chr, _PLAIN)) + "]")


class Scan:
    """A text and what recognisers ask of it first, each once, so that most of them have nothing to do."""

    __slots__ = ("_digits", "_letters", "_long_words", "_lower", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        """Every character at its own place; digits, spaces, hyphens and signs of other scripts made plain."""
        self._lower: str | None = None
        self._letters: bytes | None = None
        self._long_words: tuple[str, ...] | None = None
        self._digits: int | None = None

    @property
    def lower(self) -> str:
        """In lower case, to ask whether a word is there; its offsets may differ."""
        if self._lower is None:
            self._lower = self.text.lower()
        return self._lower

    @property
    def letters(self) -> bytes:
        """A byte a character, at the same places: tables for bytes are a hundred times as fast as patterns."""
        if self._letters is None:
            self._letters = self.text.encode("ascii", "replace")
        return self._letters

    @property
    def digits(self) -> int:
        """How many of them there are."""
        if self._digits is None:
            self._digits = len(self.letters) - len(self.letters.translate(None, b"0123456789"))
        return self._digits

    @property
    def long_words(self) -> tuple[str, ...]:
        """What may be a key: 16 characters and more of ASCII, without spaces, quotes and commas, as if drawn."""
        if self._long_words is None:
            self._long_words = tuple(_list_long_words(self))
        return self._long_words


def _list_long_words(scan: Scan) -> Iterator[str]:
    letters = scan.letters.translate(_WORDS)
    at = letters.find(_LONG_WORD)
    while at != -1:
        end = letters.find(b" ", at)
        end = end if end != -1 else len(letters)
        word = scan.text[at:end]
        if _DRAWN.search(word):
            yield word
        at = letters.find(_LONG_WORD, end)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Finds values of some kinds. The same text must always give the same findings."""

    kinds: tuple[Kind, ...]
    find: Callable[[Scan], Iterator[Finding]]


def scan_text(text: str) -> Scan:
    return Scan(text if text.isascii() or not _UNUSUAL.search(text) else text.translate(_PLAIN))


def has_any(scan: Scan, hints: Iterable[str]) -> bool:
    """Whether one of them, in lower case, stands anywhere in the text: much faster than a pattern."""
    lower = scan.lower
    for hint in hints:  # noqa: SIM110 - half the time of any()
        if hint in lower:
            return True
    return False


def find_beginning(pattern: re.Pattern[str], scan: Scan, words: Iterable[str]) -> Iterator[re.Match[str]]:
    """As `pattern.finditer`, of a pattern whose matches all begin with one of these words, in lower case: much faster.

    >>> [each[0] for each in find_beginning(re.compile("(?i)key [0-9]"), scan_text("Monkey 1, KEY 2"), ["key"])]
    ['key 1', 'KEY 2']
    """
    if len(scan.lower) != len(scan.text):
        yield from pattern.finditer(scan.text)
        return
    end = 0
    for at in sorted({at for word in words for at in list_places(scan.lower, word)}):
        if at >= end and (match := pattern.match(scan.text, at)):
            yield match
            end = match.end()


def list_places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at != -1:
        yield at
        at = text.find(word, at + 1)


def stands_before(words: re.Pattern[str], text: str, at: int, reach: int = 48) -> bool:
    """Whether the words stand in the characters before a place."""
    return words.search(text[max(0, at - reach) : at]) is not None


def stands_after(words: re.Pattern[str], text: str, at: int, reach: int = 24) -> bool:
    """Whether the text goes on with the words from a place on."""
    return words.match(text[at : at + reach]) is not None


def keep_digits(value: str) -> str:
    return "".join(filter(str.isdigit, value))
