"""Passports and driving licences: text in, findings out. Their numbers have no form, so words must call them so."""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding, Kind
from tracing.personal_data.scan import Recogniser, Scan, has_any

_SAID = (
    r"\W{0,3}(?:(?:number|d\.?l\.?|no|num|nr|id|is|was|reads|es|est|ist|nummer|numéro|número|номер|号码|番号|#|n°"
    r"|nº)\W{1,3}|(?:号码|番号|号|是|は)\W{0,3}){0,4}"
)
_PASSPORT = re.compile(
    rf"(?:passport|passeport|pasaporte|passaporte|passaporto|reisepass|paspoort|\bpass(?:nummer|nr)|паспорт\w*|护照"
    rf"|護照|パスポート|여권){_SAID}"
    r"(?P<value>[A-Z]{0,3} ?\d{6,9}[A-Z]?|\d\d[A-Z]{2}\d{5}|[A-Z]\d[A-Z0-9]{7})(?!\w)",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"(?:driv(?:er|ing)(?:['’]?s)?['’]? licen[cs]e|\bdl(?= ?(?:#|no|num|is|:))|permis de conduire"
    r"|f[uü]hrerschein(?:nummer)?"
    rf"|(?:licencia|carnet) de conduc\w+|patente(?: di guida)?|rijbewijs(?:nummer)?|carteira de motorista|\bcnh\b"
    rf"|k[oö]rkort|驾驶证|運転免許証){_SAID}"
    r"(?P<value>[A-Z0-9](?:[ -]?[A-Z0-9]){4,19})(?!\w)",
    re.IGNORECASE,
)
_PASSPORT_HINTS = ("pass", "pasa", "paspo", "пасп", "护照", "護照", "パスポート", "여권")
_LICENCE_HINTS = (
    "licen",
    "dl",
    "permis",
    "hrerschein",
    "conduc",
    "patente",
    "rijbewijs",
    "motorista",
    "cnh",
    "rkort",
    "驾驶证",
    "運転",
)
_FEWEST_DIGITS = 4
_SAMPLES_TEXT = "123456789 012345678 a1234567 ab123456 x1234567 c01x00t47 d1234567 12345678 1234567"
_SAMPLES = frozenset(_SAMPLES_TEXT.split())


def find_passports(scan: Scan) -> Iterator[Finding]:
    if scan.digits >= _FEWEST_DIGITS and has_any(scan, _PASSPORT_HINTS):
        yield from _find(scan, _PASSPORT, "passport", "a passport number")


def find_licences(scan: Scan) -> Iterator[Finding]:
    if scan.digits >= _FEWEST_DIGITS and has_any(scan, _LICENCE_HINTS):
        yield from _find(scan, _LICENCE, "driving_licence", "a driving licence number")


def _find(scan: Scan, pattern: re.Pattern[str], kind: Kind, name: str) -> Iterator[Finding]:
    for match in pattern.finditer(scan.text):
        value = match["value"].replace(" ", "").replace("-", "").lower()
        if sum(map(str.isdigit, value)) >= _FEWEST_DIGITS:
            yield Finding(kind, match.start("value"), match.end("value"), 0.85, name, sample=value in _SAMPLES)


RECOGNISERS = (Recogniser(("passport",), find_passports), Recogniser(("driving_licence",), find_licences))
