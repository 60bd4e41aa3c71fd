"""Dates of birth: text in, findings out. A record or a person says so; of the famous everybody may know."""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, has_any

FIRST_YEAR = 1910
"""Nobody born before is likely to be a user, or to mind."""
IN_A_RECORD = 0.8
IN_A_STORY = 0.35

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|jän|mär|mai|okt|dez|ene|abr|ago|set|dic|janv|févr|avr"
    r"|juin|juil|août|déc|gen|mag|giu|lug|ott)\w*\.?"
)
_DATE = (
    r"(?P<date>(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2} ?[-./] ?\d{1,2} ?[-./] ?(?:(?:19|20)\d\d|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|º)?(?: of| de| di)? {_MONTH},?(?: de| del)? (?:19|20)\d\d|{_MONTH}"
    rf" \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    r"|(?:19|20)\d\d ?年 ?\d{1,2} ?月 ?\d{1,2} ?日)(?!\d)"
)
_RECORD = re.compile(
    r"(?:date of birth|birth ?date|\bd\.?o\.?b\b|birthday|geburtsdatum|fecha de nacimiento|date de naissance|data"
    r" di nascita|data de nascimento"
    r"|geboortedatum|födelsedatum|data urodzenia|дата рождения|出生日期|生年月日|생년월일|تاريخ الميلاد|जन्म तिथि)"
    rf"[^\d\n]{{0,24}}\n?(?:\bmy |i )?{_DATE}",
    re.IGNORECASE,
)
_STORY = re.compile(
    rf"\b(?:born|né|née|geboren|nacid[oa]|nat[oa]|nascid[oa]|urodzon[ay])\b[^\d\n]{{0,24}}{_DATE}", re.IGNORECASE
)
_PATIENT = re.compile(
    r"\b(?:patient|customer|client|applicant|employee|i was|user|tenant|guest|student|member)\b[^.\n]{0,40}$",
    re.IGNORECASE,
)
_HINTS = (
    "birth",
    "born",
    "dob",
    "d.o.b",
    "geb",
    "naci",
    "naiss",
    "nascim",
    "nascid",
    "nascita",
    "nata",
    "nato",
    "né",
    "födel",
    "urodz",
    "рожд",
    "出生",
    "生年",
    "생년",
    "الميلاد",
    "जन्म",
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SAMPLES = frozenset(
    ("1970-01-01", "1990-01-01", "2000-01-01", "1900-01-01", "01/01/1990", "01/01/1970", "01/01/2000", "1/1/1990")
)


def find_births(scan: Scan) -> Iterator[Finding]:
    if scan.digits < 3 or not has_any(scan, _HINTS):
        return
    for match in _RECORD.finditer(scan.text):
        yield from _tell(match, IN_A_RECORD)
    for match in _STORY.finditer(scan.text):
        told = _PATIENT.search(scan.text[max(0, match.start() - 48) : match.start()])
        yield from _tell(match, IN_A_RECORD if told else IN_A_STORY)


def _tell(match: re.Match[str], confidence: float) -> Iterator[Finding]:
    year = _YEAR.search(match["date"])
    if not year or int(year[0]) >= FIRST_YEAR:
        sample = match["date"] in _SAMPLES
        yield Finding(
            "date_of_birth", match.start("date"), match.end("date"), confidence, "a date of birth", sample=sample
        )


RECOGNISER = Recogniser(("date_of_birth",), find_births)
