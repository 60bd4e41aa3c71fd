"""A message or instructions come in, the limits that they set for the answer's length go out.

"In at most 50 words", "two sentences, please" and "五十字以内" are limits; "the 500 words below" and "a password of at
least 8 characters" are about something else. What says so in each language is data beside this module.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from feedback.wishes.texts import cut_ends, find_sentence

LIMITS = Path(__file__).parent / "limits.json"
Unit = Literal["words", "characters", "sentences", "paragraphs", "lines", "items"]

LARGEST = 5_000
ABOUT = 0.1
"""What a bound may be missed by where it is about so many."""
FEW = 10
"""Fewer words are meant as they are said."""
LOOSE_LEAST = 0.6
""""In 50 words" is kept by fewer, down to this share."""
MOST_UNITS = 100
"""So many "words", "lines" and the like of a text are looked at."""
SHORT_MESSAGE_WORDS = 8
"""In a sentence of no more words a limit needs no verb."""

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN_BEFORE = re.compile(r"([\w'’]+)\W*$")
_OF_A = re.compile(r"\b(?:for|of|on|about|from|to)(?: an?| my| the| this)?$")
_CODE = re.compile(
    r"\b(?:password|passwort|username|regex|string|varchar|column|field|input|function|script|validate|validation"
    r"|code"
    r"|variable|file|csv|array|limit is|api|sql|query|token|database|textarea|form|column)\b|```",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"^\W*(?:i (?:count|counted|see|got|have|had|wrote)|that(?:'s| is| was)|there (?:are|is|were)|it (?:is|has"
    r"|was)|how many"
    r"|why|what|both|you (?!need|must|can|should|have to|may)\w+|je compte|ich zähle|cuento|conto"
    r"|(?:two|three|four|five|six|seven|eight|nine|ten|\d+) (?!words?\b|sentences?\b|lines?\b|bullets?\b"
    r"|paragraphs?\b|char)\w+"
    r"(?: \w+)? in )"
)
"""How sentences begin that tell of a number and ask for none."""
_UNSPACED_NUMBER = {
    "一": 1,
    "两": 2,
    "兩": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_UNSPACED = re.compile(
    r"(?P<most>不超过|不要超过|最多|控制在|不多于)?(?P<about>大约|大概|约)?(?P<number>\d{1,4}|[一两兩二三四五六七八九十]|[一二三四五六七八九]十)"
    r"(?P<unit>个字|個字|字|文字|句话|句|文|段|点|點|条|個|个要点)(?P<after>以内|以內|之内|以下|左右|程度|まで|以上|で)?"
)
_UNSPACED_UNITS: Mapping[str, Unit] = {
    "个字": "characters", "個字": "characters", "字": "characters", "文字": "characters", "句话": "sentences",
    "句": "sentences", "文": "sentences", "段": "paragraphs",
}  # fmt: skip
_WITHIN = ("以内", "以內", "之内", "以下", "まで")


@dataclass(frozen=True, slots=True)
class Limit:
    """Between how many of what the answer is to have, and where the message says so."""

    unit: Unit
    least: float
    most: float
    start: int
    end: int
    is_exact: bool = False
    """Whether just so many were asked for."""


def find_limits(text: str) -> list[Limit]:
    """Return every limit for the answer as a whole, in order.

    >>> [(limit.unit, limit.most) for limit in find_limits("Summarise this in at most 50 words: …")]
    [('words', 50)]
    >>> find_limits("Summarise the 500 words below.")
    []
    """
    found = []
    for start, part in cut_ends(text):
        found += [_move(limit, start) for limit in _drop_parts(list_limits(part))]
    return found


@lru_cache(maxsize=64)
def find_standing_limits(instructions: str) -> tuple[Limit, ...]:
    """The limits that instructions set for every answer."""
    return tuple(_drop_parts(list_limits(instructions)))


def _drop_parts(limits: Iterator[Limit]) -> list[Limit]:
    """Of "three bullet points" the points, not the bullets too."""
    return list({limit.start: limit for limit in limits}.values())


def _move(limit: Limit, start: int) -> Limit:
    return Limit(limit.unit, limit.least, limit.most, limit.start + start, limit.end + start, limit.is_exact)


def list_limits(text: str) -> Iterator[Limit]:
    lower = text.lower()
    units = load_units()
    if not units.keys().isdisjoint(_WORD.findall(lower)):
        found = (match for match in _WORD.finditer(lower) if match.group() in units)
        for match in islice(found, MOST_UNITS):
            for language, unit in units[match.group()]:
                if limit := load_grammars()[language].read(lower, match, unit):
                    yield limit
                    break
    if not text.isascii():
        yield from _list_unspaced(text)


class Grammar:
    """How one language says limits."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._numbers: Mapping[str, int] = told["numbers"]
        number = rf"\d{{1,4}}(?:[.,]\d{{3}})?|{'|'.join(sorted(self._numbers, key=len, reverse=True))}"
        how = "|".join(rf"(?P<{name}>{told[name]})" for name in ("most", "least", "exactly", "about", "in"))
        self._before = re.compile(
            rf"(?:(?<!\w)(?:{how})[\s:]*)?(?<![\w.,])(?P<low>{number})(?:(?P<open>\+)|\s*(?:-|–|to|or|bis|à|a|o"
            rf"|ou|of|tot|до|или|oder|and)\s*"
            rf"(?P<high>{number}))?[\s\-]+(?:(?:{told['adjectives']})[\s\-]+){{0,2}}$"
        )
        self._after_most = re.compile(rf"\s*\(?(?:{told['after_most']})\b")
        self._after_least = re.compile(rf"\s*\(?(?:{told['after_least']})\b")
        self._verb = re.compile(rf"(?<!\w)(?:{told['verbs']})(?!\w)")
        self._not_after = re.compile(rf"\s*(?:{told['not_after']})\b")
        self._not_before = re.compile(rf"(?:^|[^\w])(?:{told['not_before']})$")

    def read(self, text: str, unit_word: re.Match[str], unit: Unit) -> Limit | None:
        """The limit whose unit stands there; None where it is none."""
        found = self._before.search(text, max(0, unit_word.start() - 70), unit_word.start())
        if not found or not self._is_about_answer(text, found, unit_word, unit):
            return None
        low = self._read_number(found["low"])
        high = self._read_number(found["high"]) if found["high"] else low
        if not 0 < low <= high <= LARGEST:
            return None
        after = text[unit_word.end() : unit_word.end() + 30]
        least, most, is_exact = self._read_bounds(found, after, low, high, unit)
        return Limit(unit, least, most, found.start(), unit_word.end(), is_exact)

    def _read_number(self, told: str) -> int:
        return self._numbers.get(told) or int(re.sub(r"\D", "", told) or 0)

    def _read_bounds(
        self, found: re.Match[str], after: str, low: int, high: int, unit: Unit
    ) -> tuple[float, float, bool]:
        if found["high"]:
            slack = ABOUT if unit in ("words", "characters") else 0.0
            return math.floor(low * (1 - slack)), math.ceil(high * (1 + slack)), False
        if found["most"] or self._after_most.match(after):
            return 0, high, False
        if found["least"] or found["open"] or self._after_least.match(after):
            return low, math.inf, False
        if found["exactly"]:
            return low, high, True
        if unit in ("words", "characters"):
            least = low * (1 - ABOUT if found["about"] else LOOSE_LEAST)
            return math.floor(least), high if high < FEW else math.ceil(high * (1 + ABOUT)), False
        if found["about"]:
            return low - 1, high + 1, False
        return low, high, True

    def _is_about_answer(self, text: str, found: re.Match[str], unit_word: re.Match[str], unit: Unit) -> bool:
        start, end = find_sentence(text, found.start(), unit_word.end())
        before = text[start : found.start()].rstrip()
        has_sign = bool(found["high"]) or any(found[name] for name in ("most", "least", "exactly", "about", "in"))
        if (not has_sign and self._not_before.search(before)) or _TOLD.search(text[start:end]):
            return False
        if self._not_after.match(text, unit_word.end()):
            return False
        if unit in ("words", "characters", "lines") and _CODE.search(text, start, end):
            return False
        if _is_compound(text, unit_word):
            return bool(self._verb.search(before)) and not _OF_A.search(before)
        if self._verb.search(before):
            return True
        rest = text[unit_word.end() : end]
        is_whole = not before and (not rest.strip(" ,;:()!?") or rest[0] in ",;:)(")
        is_short = len(text[start : unit_word.end()].split()) <= SHORT_MESSAGE_WORDS
        return is_short and (
            is_whole or (has_sign and unit != "items") or (unit == "items" and has_sign and not before)
        )


def _is_compound(text: str, unit_word: re.Match[str]) -> bool:
    """Whether it is "a 50-word summary"."""
    return text[unit_word.start() - 1 : unit_word.start()] == "-" and text[unit_word.end() : unit_word.end() + 1] == " "


def _list_unspaced(text: str) -> Iterator[Limit]:
    for match in _UNSPACED.finditer(text):
        unit = _UNSPACED_UNITS.get(match["unit"])
        told = match["number"]
        number = int(told) if told.isdigit() else _read_unspaced(told)
        if unit is None or not (
            match["most"] or match["after"] or text[max(0, match.start() - 1) : match.start()] == "用"
        ):
            continue
        if match["after"] == "以上":
            yield Limit(unit, number, math.inf, *match.span())
        elif match["most"] or match["after"] in _WITHIN:
            yield Limit(unit, 0, number, *match.span())
        elif unit == "characters":
            yield Limit(unit, number * 0.8, math.ceil(number * 1.2), *match.span())
        else:
            yield Limit(unit, number, number, *match.span(), is_exact=True)


def _read_unspaced(told: str) -> int:
    return _UNSPACED_NUMBER[told[0]] * (10 if len(told) == 2 else 1)


@cache
def load_grammars() -> Mapping[str, Grammar]:
    return {language: Grammar(told) for language, told in json.loads(LIMITS.read_text(encoding="utf-8")).items()}


@cache
def load_units() -> Mapping[str, list[tuple[str, Unit]]]:
    """By word, the languages and units that it stands for."""
    units: dict[str, list[tuple[str, Unit]]] = {}
    for language, told in json.loads(LIMITS.read_text(encoding="utf-8")).items():
        for unit, words in told["units"].items():
            for word in words.split():
                units.setdefault(word, []).append((language, unit))
    return units
