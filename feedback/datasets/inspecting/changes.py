"""How much of a text was changed, and where: two versions of it come in. Words count, and characters where a script has
no spaces; white space does not.
"""

import re
from collections.abc import Sequence
from typing import Final

from feedback.datasets.messages import normalise_text

MOST_WORDS: Final = 20_000
"""Of longer texts their beginnings are compared."""
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+|[^\w\s]|_")
_WORD = re.compile(r"[^\W_]+")

Span = tuple[int, int]


def measure_change(before: str, after: str) -> float:
    """Share of the words and marks that do not stand in both in the same order: 0 for equal texts, 1 for unlike ones.

    >>> measure_change("one two three four", "one  two\\nthree five"), measure_change("a b", "c")
    (0.25, 1.0)
    """
    old, new = _TOKEN.findall(before)[:MOST_WORDS], _TOKEN.findall(after)[:MOST_WORDS]
    if old == new:
        return 0.0
    return 1 - 2 * count_common(old, new) / (len(old) + len(new))


def count_common(old: Sequence[str], new: Sequence[str]) -> int:
    """Length of their longest common subsequence, by bits of whole numbers (Hyyrö 2004), however alike they are.

    >>> count_common("abcab", "acb")
    3
    """
    places: dict[str, int] = {}
    for place, word in enumerate(old):
        places[word] = places.get(word, 0) | 1 << place
    full = (1 << len(old)) - 1
    row = full
    for word in new:
        common = row & places.get(word, 0)
        row = ((row + common) | (row - common)) & full
    return len(old) - row.bit_count()


def carry_over(shown: str, edited: str, written: str) -> str | None:
    """The text that the model wrote, edited as somebody edited what a page showed of it, without its markup; None where
    the change cannot be found in it, or runs over markup.

    >>> carry_over("Pay in euros today.", "Pay in dollars today.", "**Pay** in euros _today_.")
    '**Pay** in dollars _today_.'
    """
    if normalise_text(shown) == normalise_text(written):
        return edited
    places = _find_words(shown, written)
    if places is None:
        return None
    (own_first, own_last), (first, last) = _find_region(shown, edited, places, len(written))
    if normalise_text(written[first:last]) != normalise_text(shown[own_first:own_last]):
        return None
    return written[:first] + edited[own_first : len(edited) - (len(shown) - own_last)] + written[last:]


def _find_region(shown: str, edited: str, places: Sequence[tuple[Span, Span]], length: int) -> tuple[Span, Span]:
    """What changed, in whole words, in the text that was shown and in the one that was written; where no word did, what
    lies between two."""
    start, end = find_changed(shown, edited)
    before = [both for both in places if both[0][1] <= start]
    after = [both for both in places[len(before) :] if both[0][0] >= len(shown) - end]
    changed = places[len(before) : len(places) - len(after)]
    if changed:
        return (changed[0][0][0], changed[-1][0][1]), (changed[0][1][0], changed[-1][1][1])
    (_, own_first), (_, first) = before[-1] if before else ((0, 0), (0, 0))
    (own_last, _), (last, _) = after[0] if after else ((len(shown), 0), (length, 0))
    return (own_first, own_last), (first, last)


def find_changed(before: str, after: str) -> tuple[int, int]:
    """How many characters are the same at their beginning and at their end.

    >>> find_changed("one two three", "one 2 three")
    (4, 6)
    """
    most = min(len(before), len(after))
    start = next((place for place in range(most) if before[place] != after[place]), most)
    left = most - start
    end = next((place for place in range(left) if before[-1 - place] != after[-1 - place]), left)
    return start, end


def _find_words(shown: str, written: str) -> list[tuple[Span, Span]] | None:
    """Where each word that is shown stands in both texts, in order; None where one is missing."""
    found: list[tuple[Span, Span]] = []
    there = _WORD.finditer(written)
    for word in _WORD.finditer(shown):
        same = next((each for each in there if each.group() == word.group()), None)
        if same is None:
            return None
        found.append((word.span(), same.span()))
    return found
