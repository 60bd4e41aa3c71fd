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


_LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"'`|\\{}\[\]()（）*\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
    r"|\bdoi:\s?10\.[0-9]{4,}/[^\s<>\"'`|]+"
    r"|[a-z0-9_.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
    r"|(?<![\w./@-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|example|gov|edu|de|fr|es|it|nl|uk|eu|ch|at|pl|se|ru|cn|jp|br|pt|ai|info)"
    r"(?:/[^\s<>\"'`|()\[\]*\u3000-\u9fff\uac00-\ud7af]*|(?![\w.]))",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z_.,#/-])(?:\+|00)?\(?[0-9]{1,5}\)?(?:[ \u00a0./()-]{1,2}[0-9]{1,7}){2,6}"
    r"(?![0-9A-Za-z_%€$£]|[.,][0-9]|\s?[€$£%])"
)
_MAY_LINK = re.compile(r"@|://|doi:|\.[a-z]{2}", re.IGNORECASE)
_TAIL = ".,;:!?)’”\"'"
_LEAST_PHONE_DIGITS = 8
_MOST_PHONE_DIGITS = 16


def find_links(text: str) -> Iterator[Link]:
    """Give links and e-mail addresses, without scheme, `www.` and closing punctuation.

    >>> [link.key for link in find_links("See https://www.a.example/b. Or mail X@a.example!")]
    ['a.example/b', 'x@a.example']
    """
    if not _MAY_LINK.search(text):
        return
    for match in _LINK.finditer(text):
        shown = match.group().rstrip(_TAIL)
        key = re.sub(r"^(?:https?://)?(?:www\.)?|^doi:\s?", "", shown.lower()).rstrip("/")
        yield Link(match.start(), match.start() + len(shown), key)


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
