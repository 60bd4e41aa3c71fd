"""International bank account numbers (IBAN, ISO 13616): text in, findings out, by country's length and check digits."""

import re
from collections.abc import Iterator

from tracing.personal_data.check_digits import passes_mod_97
from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, stands_before

_START = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z]{2})\d{2}(?=[ -]?[A-Za-z0-9]{2})")
_IBAN_WORDS = re.compile(r"\biban\b\W{0,4}(?:(?:number|no|nr|is|was)\W{0,3}){0,2}$", re.IGNORECASE)
_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FO GL NL SD",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HU LB NI PL SV",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for country in countries.split()
}
_SAMPLES_TEXT = (
    "GB82WEST12345698765432 GB29NWBK60161331926819 GB33BUKB20201555555555 DE89370400440532013000"
    " FR1420041010050500013M02606 FR7630006000011234567890189 ES9121000418450200051332"
    " ES7921000813610123456789 IT60X0542811101000000123456 NL91ABNA0417164300 NL02ABNA0123456789"
    " BE68539007547034 BE71096123456769 CH9300762011623852957 CH5604835012345678009 AT611904300234573201"
    " AT483200000012345864 PT50000201231234567890154 PT50002700000001234567833 PL61109010140000071219812874"
    " PL10105000997603123456789123 SE4550000000058398257466 SE7280000810340009783242 NO9386011117947"
    " NO8330001234567 DK5000400440116243 DK9520000123456789 FI2112345600000785 FI1410093000123458"
    " IE29AIBK93115212345678 IE64IRCE92050112345678 LU280019400644750000 LU120010001234567891"
    " CZ6508000000192000145399 DE75512108001245126199 DE02120300000000202051"
)
_SAMPLES = frozenset(_SAMPLES_TEXT.split())
"""Of the registry and of its tutorials."""


def find_ibans(scan: Scan) -> Iterator[Finding]:
    if scan.digits < 10:
        return
    for match in _START.finditer(scan.text):
        if (length := _LENGTHS.get(match[1].upper())) and (end := _walk(scan.text, match.start(), length)):
            value = re.sub("[ -]", "", scan.text[match.start() : end]).upper()
            confidence = _trust(value, scan.text, match.start())
            if confidence:
                yield Finding("iban", match.start(), end, confidence, "an IBAN", sample=value in _SAMPLES)


def _walk(text: str, start: int, length: int) -> int:
    """Return where so many letters and digits end, single spaces and hyphens between them left out; 0 if not."""
    at, left = start, length
    while left and at < len(text):
        if text[at].isascii() and text[at].isalnum():
            left -= 1
        elif text[at] not in " -" or text[at - 1] in " -":
            return 0
        at += 1
    return 0 if left or (at < len(text) and text[at].isascii() and text[at].isalnum()) else at


def _trust(value: str, text: str, start: int) -> float:
    if passes_mod_97(value):
        return 0.98
    return 0.6 if stands_before(_IBAN_WORDS, text, start) else 0.0


RECOGNISER = Recogniser(("iban",), find_ibans)
