"""Where else a value stands that was found once: kinds and values come in, one regular expression goes out.

A recogniser may know a phone number by the words before it; in the answer it stands alone, and is the same number.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from feedback.datasets.cleaning.placeholders import AS_WRITTEN, PHONE_TAIL, make_plain
from feedback.languages.identification import load_model

MOST_VALUES: Final = 200
"""The first so many of a conversation: a table of addresses is found by its form."""
SHORTEST_NUMBER: Final = 6
"""Letters and digits of a value that is looked for in any grouping."""
SHORTEST_NAME: Final = 3
_SEPARATORS: Final = r"[\s().\-/]{0,3}"
_SMALL_WORD: Final = re.compile(r"(?<![\w.@])[^\W\d_]+(?![\w.@])")
_GREETED: Final = (
    r"(?:(?<=\b[Hh]i )|(?<=\b[Dd]ear )|(?<=\b[Hh]ey )|(?<=\b[Hh]ello )|(?<=\b[Tt]hanks, )|(?<=\b[Tt]hank you, ))"
)


class Repeats:
    """Finds values again."""

    def __init__(self, found: Mapping[tuple[str, str], int], said: str) -> None:
        """How often each value was found, by kind, in all that is said in the conversation."""
        told = Told(said)
        again = [each for each, count in islice(found.items(), MOST_VALUES) if told.count(*each) > count]
        values = {kind: [value for each, value in again if each == kind] for kind, _ in again}
        patterns = [(kind, each) for kind in values for each in write_patterns(kind, values[kind], said)]
        self._kinds = [kind for kind, _ in patterns]
        self._pattern = re.compile("|".join(f"({pattern})" for _, pattern in patterns)) if patterns else None

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Where one begins and ends, and of what kind it is."""
        if self._pattern is None:
            return []
        return [(*match.span(), self._kinds[(match.lastindex or 1) - 1]) for match in self._pattern.finditer(text)]


class Told:
    """All that is said in a conversation, to be asked quickly how often a value may stand there at all."""

    def __init__(self, said: str) -> None:
        self._said = said
        self._small = said.casefold()
        self._plain = "".join(filter(str.isalnum, self._small))

    def count(self, kind: str, value: str) -> int:
        """At most so often; of a name the word that stands there most."""
        if kind == "name":
            return max(map(self._said.count, _list_parts(value) or [value]))
        plain = make_plain(kind, value)
        if kind in AS_WRITTEN:
            return self._small.count(plain)
        return self._plain.count(plain[-PHONE_TAIL:] if kind == "phone" else plain)


def write_patterns(kind: str, values: Sequence[str], said: str) -> list[str]:
    """Regular expressions without groups, of values of one kind; of those that may as well be something else none."""
    if kind == "name":
        return _write_names(values, said)
    if kind in AS_WRITTEN:
        return [rf"(?<![\w.@+-])(?i:{_join(map(re.escape, values))})(?![\w@-])"]
    plain = {"".join(filter(str.isalnum, value)) for value in values}
    numbers = [each for each in plain if len(each) >= SHORTEST_NUMBER]
    if kind == "phone":
        tails = {each[-PHONE_TAIL:] for each in numbers if len(each) >= PHONE_TAIL}
        before = rf"(?<![\w.])\+?(?:\d{_SEPARATORS}){{0,7}}"
        return [f"{before}(?:{_join(map(_SEPARATORS.join, tails))})(?!\\w)"] if tails else []
    spaced = [_SEPARATORS.join(map(re.escape, each)) for each in numbers]
    return [rf"(?<![\w.])(?i:{_join(spaced)})(?!\w)"] if spaced else []


def _join(alternatives: Iterable[str]) -> str:
    """The longest first, as the first that fits is taken."""
    return "|".join(sorted(alternatives, key=lambda each: (-len(each), each)))


def _write_names(names: Sequence[str], said: str) -> list[str]:
    """Each alone where it is a name only; one that is a word as well only where somebody is greeted by it."""
    small = set(_SMALL_WORD.findall(said))
    parts = sorted({part for name in names for part in (name, *_list_parts(name))})
    ordinary = [part for part in parts if is_ordinary(part, small)]
    plain = [part for part in parts if part not in ordinary]
    sides = ((r"(?<![\w@.<_-])", plain), (_GREETED, ordinary))
    return [f"{before}(?:{_join(map(_as_words, chosen))})(?![\\w@_])" for before, chosen in sides if chosen]


def _as_words(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split()))


def _list_parts(name: str) -> list[str]:
    parts = name.split()
    return [part for part in parts if part[0].isupper() and len(part) >= SHORTEST_NAME] if len(parts) > 1 else []


def is_ordinary(name: str, small: Collection[str]) -> bool:
    """Whether a name is also a word: of a language, or one that stands in small letters in what is said.

    >>> is_ordinary("Will", ()), is_ordinary("Rose", {"it", "rose"}), is_ordinary("Pettigrew", ())
    (True, True, False)
    """
    word = name.lower()
    return word in load_model().words or word in small
