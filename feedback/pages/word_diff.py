"""Two answers to the same message come in; each goes out in pieces, those marked that the other does not have."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PAIRS = 250_000
"""Words times words, beyond which whole sentences are compared, and sentences times sentences, beyond which nothing."""
MOST_CHARACTERS = 30_000
LEAST_ALIKE = 0.2
"""Answers with less in common are not worth marking: all of them would be."""
_WORDS = re.compile(r"\w+|[^\w\s]")
_SENTENCES = re.compile(r"[^\s.!?][^.!?\n]*[.!?]*|[.!?]+")

Places = Sequence[tuple[int, int]]
"""From where to where each word, or sentence, goes."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class WordDiff:
    """Both texts whole: their pieces joined are what came in."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    went: int
    """Words of the old one that the new one does not have."""
    came: int
    alike: float
    """Share of the words that stayed, of those that both have."""

    @property
    def is_worth_it(self) -> bool:
        return self.alike >= LEAST_ALIKE


def compare_words(old: str, new: str) -> WordDiff | None:
    """What differs word by word, in white space nothing; None where the texts are too long to be compared.

    >>> [piece.text for piece in compare_words("Take the red one.", "Take the blue one.").new]
    ['Take the ', 'blue', ' one.']
    """
    if len(old) > MOST_CHARACTERS or len(new) > MOST_CHARACTERS:
        return None
    return compare_pieces(old, new, _WORDS) or compare_pieces(old, new, _SENTENCES)


def compare_pieces(old: str, new: str, pattern: re.Pattern[str]) -> WordDiff | None:
    """The same of pieces that a pattern finds; None where there are too many of them."""
    one, other = (find_places(text, pattern) for text in (old, new))
    words, others = ([text[at:to] for at, to in places] for text, places in ((old, one), (new, other)))
    start = count_same(words, others)
    end = count_same(words[start:][::-1], others[start:][::-1])
    if (len(words) - start - end) * (len(others) - start - end) > MOST_PAIRS:
        return None
    matcher = SequenceMatcher(None, words[start : len(words) - end], others[start : len(others) - end], autojunk=False)
    went, came = [False] * len(words), [False] * len(others)
    for kind, old_at, old_to, new_at, new_to in matcher.get_opcodes():
        if kind != "equal":
            went[start + old_at : start + old_to] = [True] * (old_to - old_at)
            came[start + new_at : start + new_to] = [True] * (new_to - new_at)
    same = len(went) - sum(went)
    alike = 2 * same / (len(went) + len(came)) if went or came else 1.0
    return WordDiff(tuple(cut(old, one, went)), tuple(cut(new, other, came)), sum(went), sum(came), alike)


def find_places(text: str, pattern: re.Pattern[str]) -> Places:
    return [found.span() for found in pattern.finditer(text)]


def count_same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many are the same from the beginning on."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def cut(text: str, places: Places, changed: Sequence[bool]) -> Iterator[Piece]:
    """The text in pieces; white space is changed only between two words that are."""
    begin = 0
    for at, is_changed in enumerate(changed):
        if at and is_changed == changed[at - 1]:
            continue
        end = places[at][0] if is_changed else places[at - 1][1] if at else 0
        if end > begin:
            yield Piece(text[begin:end], not is_changed)
        begin = end
    if begin < len(text):
        end = places[-1][1] if changed and changed[-1] else len(text)
        yield Piece(text[begin:end], bool(changed) and changed[-1])
        if end < len(text):
            yield Piece(text[end:], is_changed=False)
