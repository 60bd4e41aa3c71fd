"""Which placeholder stands for which value: `<EMAIL_1>` for the first address of a conversation, wherever it is told.

Values come in by kind, as they were written; the same value, in whatever case or grouping, has the same placeholder.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

PLACEHOLDER: Final = re.compile(r"<([A-Z][A-Z_]*)_(\d{1,6})>")
PHONE_TAIL: Final = 7
"""Digits at the end of a phone number that are the same with and without a country's code."""
AS_WRITTEN: Final = frozenset(("email", "user", "other"))
"""Kinds whose signs all count."""


class Placeholders:
    """Those of one conversation, in the order in which its values came; numbers that its texts have are left out."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._numbers: Counter[str] = Counter()
        for label, number in (pair for text in texts for pair in PLACEHOLDER.findall(text)):
            self._numbers[label] = max(self._numbers[label], int(number))
        self._known: dict[tuple[str, str], str] = {}
        self._alike: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def find(self, kind: str, value: str) -> str:
        """The placeholder of a value, a new one where it is new."""
        plain = make_plain(kind, value)
        known = self._known.get((kind, plain)) or self._find_alike(kind, plain) or self._add(kind)
        self._known[kind, plain] = known
        for part in list_parts(kind, plain):
            self._alike.setdefault((kind, part), known)
        return known

    def count(self, texts: Iterable[str]) -> Counter[str]:
        """How many values, by kind, those of these texts stand for."""
        there = {match[0] for text in texts if "<" in text for match in PLACEHOLDER.finditer(text)}
        return Counter(self._kinds[each] for each in there if each in self._kinds)

    def _add(self, kind: str) -> str:
        label = kind.upper()
        self._numbers[label] += 1
        placeholder = f"<{label}_{self._numbers[label]}>"
        self._kinds[placeholder] = kind
        return placeholder

    def _find_alike(self, kind: str, plain: str) -> str | None:
        """Of a phone number with another beginning; of a name that this one is a part of, or that is a part of it."""
        if kind == "name" and " " in plain:
            return next((self._known[kind, part] for part in plain.split() if (kind, part) in self._known), None)
        return next((self._alike[kind, part] for part in list_parts(kind, plain) if (kind, part) in self._alike), None)


def make_plain(kind: str, value: str) -> str:
    """The value as it is the same however it is written.

    >>> make_plain("email", "Jane@Mail.dk"), make_plain("phone", "+45 32-12 34 57"), make_plain("name", "Jane  Roe")
    ('jane@mail.dk', '4532123457', 'jane roe')
    """
    if kind in AS_WRITTEN:
        return value.casefold()
    if kind == "name":
        return " ".join(value.casefold().split())
    return "".join(filter(str.isalnum, value.casefold()))


def list_parts(kind: str, plain: str) -> list[str]:
    """By what a value is known elsewhere: the last digits of a phone number, each word of a name.

    >>> list_parts("phone", "4532123457"), list_parts("name", "jane roe"), list_parts("email", "jane@mail.dk")
    (['2123457'], ['jane', 'roe'], [])
    """
    if kind == "phone":
        return [plain[-PHONE_TAIL:]] if len(plain) >= PHONE_TAIL else []
    return plain.split() if kind == "name" else []
