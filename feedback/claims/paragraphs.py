"""A paragraph of a source comes in, what can be looked up in it goes out: words, links, dates, numbers.

The same documents come with many answers, so the latest that were read are kept.
"""

from dataclasses import dataclass
from functools import lru_cache

from feedback.claims.dates import Date, Time, find_dates, find_times
from feedback.claims.links import Link, find_links, find_phones
from feedback.claims.numbers import SPELLED, Number, find_numbers, find_spelled, merge_durations
from feedback.claims.texts import WORD, blank_spans, strip_accents

KEPT = 2_000
LONGEST_KEPT = 4_000
"""Characters of a paragraph that is kept: all of them together take some 20 MB, and at most 100."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What a paragraph tells. Lists are in the order of the text."""

    lowered: str
    plain: str
    """The text, blank where a link, a phone number, a day or a time stands."""
    words: frozenset[str]
    """In lower case, with and without accents."""
    links: tuple[Link, ...]
    phones: tuple[Link, ...]
    dates: tuple[Date, ...]
    times: tuple[Time, ...]
    numbers: tuple[Number, ...]


def read_paragraph(text: str) -> Paragraph:
    return _read_kept(text) if len(text) <= LONGEST_KEPT else _read(text)


@lru_cache(KEPT)
def _read_kept(text: str) -> Paragraph:
    return _read(text)


def _read(text: str) -> Paragraph:
    lowered = text.lower()
    words = set(WORD.findall(lowered))
    if not text.isascii():
        words |= set(map(strip_accents, words))
    links, phones = tuple(find_links(text)), tuple(find_phones(text))
    dates, times = tuple(find_dates(text, words, surely=False)), tuple(find_times(text))
    spans = [(each.start, each.end) for each in (*links, *phones)]
    spans += [(each.start, each.end) for each in dates if each.month] + [(each.start, each.end) for each in times]
    plain = blank_spans(text, spans)
    return Paragraph(lowered, plain, frozenset(words), links, phones, dates, times, tuple(list_numbers(plain, words)))


def list_numbers(text: str, words: set[str]) -> list[Number]:
    """The numbers of a text, in digits and in words, and durations of several units as one."""
    numbers = find_numbers(text)
    if not SPELLED.keys().isdisjoint(words):
        numbers += find_spelled(text, words)
    merged = merge_durations(numbers)
    return numbers if len(merged) == len(numbers) else sorted({*numbers, *merged})
