"""Texts as they are compared: plain digits, small codes, no accents, escapes and tables with commas undone."""

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

from feedback.claims.names import is_common
from feedback.claims.numbers import DIGITS, Number
from feedback.claims.units import UNITS

WORD = re.compile(r"[^\W\d_]+")
NUMBERING = re.compile(
    r"^[ \t]*(?:[#>*-]+[ \t]*)?\**\(?[0-9]{1,2}[.)](?=[ \t*])|\[\^?[0-9]{1,3}(?:[,–-] ?[0-9]{1,3})*\]|【[^】]{0,20}】",
    re.MULTILINE,
)
"""Numbers that only count what they stand before."""
SMALL_WORDS = """
    and are but each every for from had has have how including into less monthly more once only per plus than
    that the their then there these they this those through until was were what when where which will with
    yearly you your daily weekly excluding exclusive inclusive max maximum min minimum now just before after
    both each all any not also its und der die das pro bis für von mit sind oder aus bei zum zur einmalig les
    des par pour avec est sont une dans los las por para con del son una que och för per med til med eller
    voor het een van met zijn dla oraz jest
"""
FUNCTION_WORDS = frozenset(SMALL_WORDS.split())
WINDOW_CHARACTERS = 32
LEAST_STEM = 4
LONGEST_STEM = 5
LEAST_COMMAS = 3
_CLOSED = re.compile(r"[.!?;](?:\s|$)|\n|[|]")
_ROW = re.compile(r"^[^\s,]*(?:,[^\s,]*){2,}$", re.MULTILINE)
"""Of a table with commas, whose numbers are not thousands."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TIMES_SIGN = re.compile(r"(?<=[0-9])[xX](?=[0-9])")
_NOT_CODE = re.compile(r"[\s_./#-]+")


def prepare_source(text: str) -> str:
    """A text of any origin as it is read: escapes of JSON, bold type and the numbers of lists are undone.

    >>> prepare_source("1. Caf\\\\u00e9 **7**")
    '  Café 7'
    """
    if "\\u" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    text = text.replace("\\n", "\n").replace("**", "")
    if text.count(",") > text.count(", ") + LEAST_COMMAS:
        text = _ROW.sub(lambda match: match.group().replace(",", " , "), text)
    return NUMBERING.sub(" ", normalise(text))


def normalise(text: str) -> str:
    """The text with plain digits, as long as before, so that offsets stay.

    >>> normalise("٣ x ４x5")
    '3 x 4×5'
    """
    if not text.isascii():
        text = text.translate(DIGITS)
    return _TIMES_SIGN.sub("×", text)


def blank_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces in these places.

    >>> blank_spans("at 10:30 and 7", [(3, 8)])
    'at       and 7'
    """
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def compact(text: str) -> str:
    """The text as codes compare: small, without spaces and hyphens.

    >>> compact("LX-1067")
    'lx1067'
    """
    return _NOT_CODE.sub("", text.lower())


def strip_accents(text: str) -> str:
    """Zürich is Zurich elsewhere.

    >>> strip_accents("Zürich")
    'Zurich'
    """
    if text.isascii():
        return text
    return "".join(each for each in normalize("NFKD", text) if not combining(each))


def counts_something(number: Number) -> bool:
    """Whether a thing is named behind the number, which then is no price and no duration."""
    return len(number.word) > 2 and number.word not in FUNCTION_WORDS and is_common(number.word)


def cut_window(text: str, number: Number) -> str:
    """What stands around a number, in its sentence."""
    before = text[max(0, number.start - WINDOW_CHARACTERS) : number.start]
    behind = text[number.end : number.end + WINDOW_CHARACTERS]
    return f"{_CLOSED.split(before)[-1]} {_CLOSED.split(behind)[0]}"


def list_stems(window: str) -> frozenset[str]:
    """The beginnings of the words that tell something, units left out."""
    words = (word for word in WORD.findall(window.lower()) if len(word) >= LEAST_STEM and word not in FUNCTION_WORDS)
    return frozenset(word[:LONGEST_STEM] for word in words if word not in UNITS)
