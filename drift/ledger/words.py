"""A text comes in, its words go out, with what changes with the clock or with each call masked: dates, times, ids."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from tracing.own_words.templates import TOKEN

STOP = "\x1f"
"""White space, so that no word holds it."""
LONGEST_TEXT = 100_000
"""Characters that are read; what stands behind them is not watched."""
_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch|zo|s)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|"
    r"aug(?:ust)?|sep(?:t|tember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|enero|febrero|abril|mayo|junio|julio|"
    r"agosto|septiembre|octubre|noviembre|diciembre|février|avril|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
_DAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"samstag|sonntag|lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
)
_CLOCK = (
    r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?m\.?)?(?:\s?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|[+-]\d{2}:?\d{2})\b)?"
)
_DATE = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?{_MONTH}\b\.?(?:,?\s(?:de\s)?\d{{4}})?"
    rf"|\b(?-i:(?!may\b|march\b)){_MONTH}\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?"
)
_START, _END = r"(?<![^\W_\u3040-\uffef])", r"(?![^\W_\u3040-\uffef])"
"""Where no letter or number stands before or behind, unless of a script without spaces."""
FORMS = re.compile(
    rf"(?P<date>{_START}(?:{_DAY},?\s(?:the\s|den\s|el\s|le\s)?)?(?:{_DATE})(?:(?=T\d)|{_END})(?:\s?\(?{_DAY}\b\)?)?"
    rf"|(?<=today is )\b{_DAY}\b|(?<=heute ist ){_DAY}\b|(?<=hoy es ){_DAY}\b|(?<=nous sommes ){_DAY}\b"
    rf"|\b{_DAY}(?=,? (?:at )?\d{{1,2}}:\d\d))"
    rf"(?:,?(?:T|\s(?:at\s|um\s|à\s)?){_CLOCK})?"
    rf"|(?P<time>(?<!:){_START}{_CLOCK}{_END})"
    r"|(?P<id>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?=[0-9a-z]*[0-9])(?=[0-9a-z]*[a-f])[0-9a-f]{16,64}\b|\b[a-z]{2,8}[_-](?=[a-z]*\d[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,}\b)",
    re.IGNORECASE,
)
CLOCKED = re.compile(r"\d|today is|heute ist|hoy es|nous sommes", re.IGNORECASE)
"""Without which no form is in a text."""
MASKED = re.compile(r"«(?:date|time|id)»")
_TOKENS = re.compile(rf"{MASKED.pattern}|{TOKEN.pattern}")
_TRAILING = re.compile(r"[ \t\r\f\v]+(?=\n|$)")
_BLANK = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words with their places; marks and ends of lines are words, spaces are none."""

    text: str
    keys: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    joined: str
    """Each word with `STOP` behind it."""

    def cut(self, first: int, last: int) -> str:
        """The text of the words from `first` to before `last`."""
        return self.text[self.starts[first] : self.ends[last - 1]] if last > first else ""


def mask_forms(text: str) -> str:
    """The text with dates, times and ids as «date», «time», «id», without empty lines and spaces at ends.

    >>> mask_forms("Today is Monday, 3 March 2025, 14:05. Session 5c1f0a9e-0d7b-4a64-9d0e-1f2a3b4c5d6e.")
    'Today is «date». Session «id».'
    """
    cut = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\x00", "")
    masked = FORMS.sub(lambda found: f"«{found.lastgroup}»", cut) if CLOCKED.search(cut) else cut
    return _BLANK.sub("\n", _TRAILING.sub("", masked)).strip()


def read_words(masked: str) -> Words:
    found = list(_TOKENS.finditer(masked))
    return Words(
        masked,
        tuple(each.group() for each in found),
        tuple(each.start() for each in found),
        tuple(each.end() for each in found),
        "".join(f"{each.group()}{STOP}" for each in found),
    )


def digest_text(*parts: str) -> str:
    """Sixteen letters that stand for these texts."""
    return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def count_words(keys: Sequence[str]) -> int:
    """Words proper, without marks."""
    return sum(key[0].isalnum() for key in keys)
