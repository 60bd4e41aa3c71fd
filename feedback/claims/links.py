"""Text comes in, the links, e-mail addresses and telephone numbers in it go out, in the form in which they compare."""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Link(NamedTuple):
    """`key` is what must be the same: host and path, the address, the digits."""

    start: int
    end: int
    key: str
    is_phone: bool = False


_URL = re.compile(
    r"(?:[hH][tT][tT][pP][sS]?://|[wW][wW][wW]\.)[^\s<>\"'`|\\{}\[\]()（）*\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
    r"|[dD][oO][iI]:\s?10\.[0-9]{4,}/[^\s<>\"'`|]+"
)
_AT = re.compile(r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_USER = re.compile(r"[A-Za-z0-9_.+-]+\Z")
_DOMAIN = re.compile(
    r"\.(?:com|org|net|io|dev|app|example|gov|edu|de|fr|es|it|nl|uk|eu|ch|at|pl|se|ru|cn|jp|br|pt|ai|info)"
    r"(?:/[^\s<>\"'`|()\[\]*\u3000-\u9fff\uac00-\ud7af]*|(?![A-Za-z0-9_]|\.[A-Za-z0-9]))"
)
_HOST = re.compile(r"(?<![A-Za-z0-9_./@-])(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+\Z")
_LONGEST_HOST = 80
_PHONE = re.compile(
    r"(?<![0-9A-Za-z_.,#/-])(?:\+|00)?\(?[0-9]{1,5}\)?(?:[ \u00a0./()-]{1,2}[0-9]{1,7}){2,6}"
    r"(?![0-9A-Za-z_%€$£]|[.,][0-9]|\s?[€$£%])"
)
_PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?|^doi:\s?")
_TAIL = ".,;:!?)’”\"'"
_LEAST_PHONE_DIGITS = 8
_MOST_PHONE_DIGITS = 16


def find_links(text: str) -> Iterator[Link]:
    """Give links and e-mail addresses, without scheme, `www.` and closing punctuation.

    >>> [link.key for link in find_links("See https://www.a.example/b. Or mail X@a.example!")]
    ['a.example/b', 'x@a.example']
    """
    taken: list[tuple[int, int]] = []
    for start, end in sorted(_list_spans(text)):
        if not any(start < last and first < end for first, last in taken):
            taken.append((start, end))
            shown = text[start:end].rstrip(_TAIL)
            key = _PREFIX.sub("", shown.lower()).rstrip("/")
            yield Link(start, start + len(shown), key)


def _list_spans(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _URL.finditer(text))
    if "@" in text:
        yield from _list_around(text, _AT, _USER)
    if "." in text:
        yield from _list_around(text, _DOMAIN, _HOST)


def _list_around(text: str, mark: re.Pattern[str], before: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in mark.finditer(text):
        beginning = before.search(text, max(0, match.start() - _LONGEST_HOST), match.start())
        if beginning:
            yield beginning.start(), match.end()


def find_phones(text: str) -> Iterator[Link]:
    """Give telephone numbers that are written in groups, by their digits.

    >>> [link.key for link in find_phones("Call +44 (0)1423 555 0192, not 2 x 4.")]
    ['44014235550192']
    """
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if _is_phone(match.group(), digits):
            yield Link(match.start(), match.start() + len(match.group().rstrip()), digits, is_phone=True)


def _is_phone(shown: str, digits: str) -> bool:
    """Whether groups of digits are a telephone number, not times, results or a date."""
    least = _LEAST_PHONE_DIGITS if shown[0] in "+0(" else _LEAST_PHONE_DIGITS + 1
    lone = sum(len(group) == 1 for group in re.findall(r"[0-9]+", shown))
    return (
        least <= len(digits) <= _MOST_PHONE_DIGITS and lone <= 1 + (shown[0] in "+0(") and not _is_grouped_number(shown)
    )


def _is_grouped_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}(?:([ \u00a0.,])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]{1,2})?", text) is not None or (
        re.match(r"[12][0-9]{3}[-/.][01]?[0-9][-/.][0-3]?[0-9]|[0-3]?[0-9][./-][0-3]?[0-9][./-][12][0-9]{3}", text)
        is not None
    )
