"""Text comes in, the quotations of four words or more in it go out; and how much of one stands in other texts."""

import re
from collections.abc import Iterator, Set

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
    return set(zip(words, words[1:], strict=False))


def measure_overlap(quotation: str, pairs: Set[tuple[str, str]]) -> float:
    """The share of the quotation's neighbouring words that are neighbours in the sources too, 0 to 1."""
    own = list_pairs(quotation)
    return len(own & pairs) / len(own) if own else 1.0
