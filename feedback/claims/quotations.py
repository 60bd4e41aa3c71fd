"""Text comes in, the quotations of four words or more in it go out."""

import re
from collections.abc import Iterator
from itertools import pairwise

LEAST_WORDS = 4
_QUOTED = re.compile(
    r"\"([^\"\n]{12,600})\"|“([^”\n]{12,600})”|«([^»\n]{12,600})»|„([^“”\n]{12,600})[“”]|「([^」\n]{8,300})」"
)
WORD = re.compile(r"\w+")


def find_quotations(text: str) -> Iterator[tuple[int, int]]:
    """Give the offsets of what stands between quotation marks, without the marks.

    >>> [text for text in find_quotations('He said "we will not sell it" and left "at once".')]
    [(9, 28)]
    """
    for match in _QUOTED.finditer(text):
        start, end = match.span(match.lastindex or 0)
        if len(WORD.findall(text, start, end)) >= LEAST_WORDS:
            yield start, end


def list_pairs(text: str) -> set[tuple[str, str]]:
    """Every two words that stand beside each other, in lower case."""
    words = WORD.findall(text.lower())
    return set(pairwise(words))
