"""Numbers that states give people: text in, findings out. US social security numbers are a kind of their own."""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding
from tracing.personal_data.national_id_forms import BEGINS, FORMS, Form
from tracing.personal_data.scan import Recogniser, Scan, has_any, keep_digits, stands_after, stands_before

FEWEST_DIGITS = 4
WITH_WORDS = 0.95
IF_WRONG = 0.55
"""Called by its name right before it, and written so, but its check digit is wrong: made up, or mistyped."""
_WORDS_REACH = 56
"""How far from its words a number may stand."""

_ALONE = tuple(form for form in FORMS if form.alone)
_ALONE_START = re.compile(
    rf"{BEGINS}(?=[A-Z]{{0,6}}[ -]?\d)(?={'|'.join(form.body for form in _ALONE)})",
    re.ASCII | re.IGNORECASE,
)
"""Where a number that needs no words may begin."""
_HEXADECIMAL = re.compile(r"\d+[a-f]")
"""The beginning of a hash may end in a letter as a Spanish number does."""
_LATIN = re.compile(r"[a-z]+")


def _group_hints() -> dict[str, list[tuple[str, Form]]]:
    """What numbers are called, and their forms, by the first Latin word of it; "" where it is in another script."""
    grouped: dict[str, list[tuple[str, Form]]] = {}
    for form in FORMS:
        for hint in form.hints:
            word = _LATIN.match(hint) if hint.isascii() else None
            grouped.setdefault(word[0] if word else "", []).append((hint, form))
    return grouped


_HINTS = _group_hints()
_SEPARATORS = str.maketrans("", "", " .-/+()|")

_SSN = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w])(?![-.]\d)", re.ASCII)
_SSN_LOOSE = re.compile(r"(?<![\w.-])\d{3}([- ]?)\d\d\1\d{4}(?![\w-])(?!\.\d)", re.ASCII)
_SSN_NEVER_GIVEN = re.compile(r"000|666|9|\d{3}00|\d{5}0000")
_SSN_WORDS = re.compile(
    r"\bssn\b|social[ -]security|\bss ?#|\bsoc(?:ial)?\b(?: number)?|\btax(?:payer)? id", re.IGNORECASE
)
_SSN_AFTER = re.compile(r"\W{0,3}(?:\w{1,4} ){0,2}(?:ssn|social)\b", re.IGNORECASE)
_SSN_HINTS = ("ssn", "social", "soc", "ss #", "ss#", "tax")
_SSN_NOT = re.compile(
    r"(?:order|invoice|part|model|item|ref|sku|serial|tracking|ticket|case)\W{0,3}(?:no|number|id|#)?\W{0,3}$",
    re.IGNORECASE,
)
_SSN_SAMPLES_TEXT = (
    "123456789 078051120 219099999 111223333 123121234 111111111 222222222 333333333 444444444 555555555"
    " 777777777 888888888 457555462 987654321 001010001"
)
_SSN_SAMPLES = frozenset(_SSN_SAMPLES_TEXT.split())


def find_social_security_numbers(scan: Scan) -> Iterator[Finding]:
    if scan.digits < 9:
        return
    for match in _SSN.finditer(scan.text):
        said = stands_before(_SSN_WORDS, scan.text, match.start())
        if (match[1] == " " and not said) or stands_before(_SSN_NOT, scan.text, match.start()):
            continue
        yield _tell_ssn(match, 0.97 if said else 0.8)
    if has_any(scan, _SSN_HINTS) and _SSN_WORDS.search(scan.text):
        for match in _SSN_LOOSE.finditer(scan.text):
            if stands_before(_SSN_WORDS, scan.text, match.start(), 32) or stands_after(
                _SSN_AFTER, scan.text, match.end()
            ):
                yield _tell_ssn(match, 0.6 if _SSN_NEVER_GIVEN.match(keep_digits(match[0])) else 0.9)


def _tell_ssn(match: re.Match[str], confidence: float) -> Finding:
    sample = keep_digits(match[0]) in _SSN_SAMPLES
    return Finding("ssn", match.start(), match.end(), confidence, "a US social security number", sample=sample)


def find_national_ids(scan: Scan) -> Iterator[Finding]:
    if scan.digits < FEWEST_DIGITS:
        return
    for start in _ALONE_START.finditer(scan.text):
        yield from _find_alone(scan.text, start.start())
    for form in _list_called(scan.lower):
        yield from _find_beside_words(scan.text, form)


def _list_called(text: str) -> list[Form]:
    """The forms whose numbers a text calls by name. A set of its words is asked: there are many names."""
    words = {""}.union(_LATIN.findall(text)) if not text.isascii() else set(_LATIN.findall(text))
    hints = [pair for word in words & _HINTS.keys() for pair in _HINTS[word]]
    called = {id(form) for hint, form in hints if hint in text}
    return [form for form in FORMS if id(form) in called] if called else []


def _find_alone(text: str, start: int) -> Iterator[Finding]:
    for form in _ALONE:
        match = form.pattern.match(text, start)
        if match and not _HEXADECIMAL.fullmatch(match[0]) and (found := _tell(form, match, form.alone)):
            yield found


def _find_beside_words(text: str, form: Form) -> Iterator[Finding]:
    for words in form.words.finditer(text):
        for match in form.pattern.finditer(text, max(0, words.start() - _WORDS_REACH // 2), words.end() + _WORDS_REACH):
            called = stands_before(form.called, text, match.start())
            if found := _tell(form, match, WITH_WORDS, IF_WRONG if called else 0.0):
                yield found


def _tell(form: Form, match: re.Match[str], confidence: float, if_wrong: float = 0.0) -> Finding | None:
    value = match[0].upper().translate(_SEPARATORS)
    if not form.passes(value):
        confidence = if_wrong
    if not confidence:
        return None
    return Finding("national_id", match.start(), match.end(), confidence, form.name, sample=value in form.samples)


RECOGNISERS = (Recogniser(("ssn",), find_social_security_numbers), Recogniser(("national_id",), find_national_ids))
