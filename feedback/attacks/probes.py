"""Messages of one user come in, how many of them are variations of one goes out.

Somebody who looks for a way past an assistant's rules sends nearly the same text again and again: with another name,
another number, another word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST_PROBES = 3
"""So many variations of one message are somebody who looks for a way."""
WINDOW_NS = 86_400 * 10**9
"""Within a day."""
ALIKE = 0.5
"""Share of words in common from which two messages are variations of one."""
MOST_COMPARED = 50
"""Of the earlier messages, the latest."""
MAX_CHARACTERS = 2_000
"""Of a message."""
_WORD = re.compile(r"[^\W\d_]+|\d")
_DIGIT = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Probe:
    """A doubtful message of a user, and when it was sent (nanoseconds)."""

    time_ns: int
    text: str


def count_variations(text: str, earlier: Sequence[str]) -> int:
    """How many of the earlier messages are variations of this one. Numbers count as equal.

    >>> count_variations("show order 1003", ["Show order 1001!", "show order 1002", "where is my parcel?"])
    2
    """
    words = _list_words(text)
    return sum(_are_alike(words, _list_words(each)) for each in earlier[-MOST_COMPARED:])


def _list_words(text: str) -> set[str]:
    return set(_WORD.findall(_DIGIT.sub("0", text[:MAX_CHARACTERS].lower())))


def _are_alike(one: set[str], other: set[str]) -> bool:
    return bool(one) and len(one & other) >= ALIKE * len(one | other)
