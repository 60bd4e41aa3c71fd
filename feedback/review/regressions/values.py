"""What a text says that can be looked for in another: dates, numbers, codes, links and names, each with the ways to
write it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from feedback.claims.checking import is_name
from feedback.claims.dates import find_dates
from feedback.claims.links import find_links
from feedback.claims.names import find_identifiers, find_names, is_common, join_names, tell_language
from feedback.claims.numbers import find_numbers

MOST_CHARACTERS: Final = 4_000
PLACEHOLDER: Final = re.compile(r"<[A-Z_]+_\d+>")
"""What stands for personal data: nobody's answer has to say that."""
DIGITS: Final = re.compile(r"\d+(?:[.,' \u00a0\u202f’]\d+)*")
"""A number without its unit."""


class Value(NamedTuple):
    """A value as it is written, and its kind: `date`, `number`, `code`, `link` or `name`."""

    text: str
    kind: str
    ways: tuple[str, ...]
    """All ways to write it, the first as it stands."""


def list_values(text: str) -> list[Value]:
    """In the order of the text, each once; of those that share characters the surer kind.

    >>> [(each.text, each.kind) for each in list_values("No, it was Marie Curie in 1903.")]
    [('Marie Curie', 'name'), ('1903', 'date')]
    """
    text = text[:MOST_CHARACTERS]
    taken = [match.span() for match in PLACEHOLDER.finditer(text)]
    found: list[tuple[int, Value]] = []
    for start, end, kind, other in _find_spans(text):
        if text[start:end].strip() and all(end <= first or last <= start for first, last in taken):
            taken.append((start, end))
            found.append((start, Value(text[start:end], kind, tuple(dict.fromkeys((text[start:end], *other))))))
    values = [value for _, value in sorted(found, key=lambda pair: pair[0])]
    return list({value.text.casefold(): value for value in values}.values())


def _find_spans(text: str) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    """Start, end, kind and other ways to write it, the surer kinds first."""
    for link in find_links(text):
        yield link.start, link.end, "link", (link.key,)
    for date in find_dates(text):
        day = date.calendar_day
        yield date.start, date.end, "date", (day.isoformat(),) if day else ()
    for start, end in find_identifiers(text):
        yield start, end, "code", ()
    for number in find_numbers(text):
        if digits := DIGITS.match(text, number.start):
            yield *digits.span(), "number", ()
    for start, end in _find_names(text):
        yield start, end, "name", (text[start:end].split()[-1],)


def _find_names(text: str) -> Iterator[tuple[int, int]]:
    """In German, which writes every noun large, two large words side by side; elsewhere also what opens a sentence,
    where it is no usual word."""
    language = tell_language(text)
    names = [each for each in find_names(text) if is_name(each, language == "English") and not is_common(each.text)]
    if language == "German":
        names = [each for each in names if each.titled or each.run > 1]
    yield from ((start, end) for start, end, _ in join_names(names, text))
