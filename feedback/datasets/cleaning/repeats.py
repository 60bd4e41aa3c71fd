"""Where else a value stands that was found once: kinds and values come in, one regular expression goes out.

A recogniser may know a phone number by the words before it; in the answer it stands alone, and is the same number.
"""

import re
from collections.abc import Mapping
from typing import Final

from feedback.datasets.cleaning.placeholders import AS_WRITTEN, PHONE_TAIL, make_plain
from feedback.languages.identification import load_model

MOST_VALUES: Final = 200
"""Of one conversation: a table of addresses is found by its form."""
SHORTEST_NUMBER: Final = 6
"""Letters and digits of a value that is looked for in any grouping."""
SHORTEST_NAME: Final = 3
_SEPARATORS: Final = r"[\s().\-/]{0,3}"
_GREETED: Final = (
    r"(?:(?<=\b[Hh]i )|(?<=\b[Dd]ear )|(?<=\b[Hh]ey )|(?<=\b[Hh]ello )|(?<=\b[Tt]hanks, )|(?<=\b[Tt]hank you, ))"
)


class Repeats:
    """Finds values again."""

    def __init__(self, found: Mapping[tuple[str, str], int], said: str) -> None:
        """How often each value was found, by kind, in all that is said in the conversation."""
        told = Told(said)
        again = [each for each, count in found.items() if told.count(*each) > count]
        patterns = [(kind, each) for kind, value in again[:MOST_VALUES] for each in write_patterns(kind, value, said)]
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


def write_patterns(kind: str, value: str, said: str) -> list[str]:
    """Regular expressions without groups; none for a value that may as well be something else."""
    if kind == "name":
        return [_write_name(value, said), *(_write_name(part, said) for part in _list_parts(value))]
    if kind in AS_WRITTEN:
        return [rf"(?<![\w.@+-])(?i:{re.escape(value)})(?![\w@-])"]
    plain = [each for each in value if each.isalnum()]
    if len(plain) < SHORTEST_NUMBER:
        return []
    if kind == "phone" and len(plain) >= PHONE_TAIL:
        return [rf"(?<![\w.])\+?(?:\d{_SEPARATORS}){{0,7}}" + _SEPARATORS.join(plain[-PHONE_TAIL:]) + r"(?!\w)"]
    return [r"(?<![\w.])(?i:" + _SEPARATORS.join(map(re.escape, plain)) + r")(?!\w)"]


def _list_parts(name: str) -> list[str]:
    parts = name.split()
    return [part for part in parts if part[0].isupper() and len(part) >= SHORTEST_NAME] if len(parts) > 1 else []


def _write_name(name: str, said: str) -> str:
    """Alone where it is a name only; a name that is a word as well only where somebody is greeted by it."""
    words = r"\s+".join(map(re.escape, name.split()))
    before = _GREETED if is_ordinary(name, said) else r"(?<![\w@.<_-])"
    return rf"{before}{words}(?![\w@_])"


def is_ordinary(name: str, said: str) -> bool:
    """Whether a name is also a word: of a language, or one that stands in small letters in what is said.

    >>> is_ordinary("Will", ""), is_ordinary("Rose", "it rose again"), is_ordinary("Pettigrew", "")
    (True, True, False)
    """
    if " " in name:
        return False
    small = name.lower()
    return small in load_model().words or re.search(rf"(?<![\w.@]){re.escape(small)}(?![\w.@])", said) is not None
