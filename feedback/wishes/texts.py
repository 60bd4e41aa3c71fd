"""A message comes in, its parts in which wishes stand and its sentences go out; shared by all that reads wishes."""

import re

FIRST_CHARACTERS, LAST_CHARACTERS = 500, 300
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]|\n")
MAX_SENTENCE = 300
_QUOTED = re.compile(r"```.*?(?:```|\Z)|\"[^\"\n]*\"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|「[^「」]*」", re.DOTALL)


def cut_ends(text: str) -> list[tuple[int, str]]:
    """The first and the last part of a long text, each with its place: wishes stand before or after what is pasted.

    >>> cut_ends("short")
    [(0, 'short')]
    """
    if len(text) <= FIRST_CHARACTERS + LAST_CHARACTERS:
        return [(0, text)]
    return [(0, text[:FIRST_CHARACTERS]), (len(text) - LAST_CHARACTERS, text[-LAST_CHARACTERS:])]


def find_sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends that holds what stands between `start` and `end`.

    >>> find_sentence("Hi! Be brief. Bye.", 4, 6)
    (4, 12)
    """
    earliest = max(0, start - MAX_SENTENCE)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, earliest, start)]
    first = ends[-1] if ends else earliest
    first += len(text[first:start]) - len(text[first:start].lstrip())
    last = _SENTENCE_END.search(text, end)
    return first, last.start() if last else len(text)


def is_quoted(text: str, at: int) -> bool:
    """Whether what stands there is quoted, or code: a text to work on, not a wish.

    >>> is_quoted('Translate "keep it short" to German', 12), is_quoted("keep it short", 3)
    (True, False)
    """
    return any(match.start() < at < match.end() for match in _QUOTED.finditer(text))
