"""Numbers of payment cards: text in, findings out, by length, issuer's range (ISO/IEC 7812) and check digit."""

import re
from collections.abc import Iterator

from tracing.personal_data.check_digits import passes_luhn
from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, keep_digits, stands_before

_NUMBER = re.compile(r"(?<![\w.+-])(?<!\d[ ,:/])\d(?:[ -]?\d){11,18}(?![\w-])(?![.,:/]\d)(?! \d{4}\b)", re.ASCII)
_GROUPED = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5}")
_CARD_WORDS = re.compile(
    r"\b(?:cards?|credit|debit|cc|visa|master ?card|maestro|amex|american express|discover|diners|jcb|pan|rupay"
    r"|unionpay)\b"
    r"|(?:kredit|debit|bank|giro|geld)karte|carte (?:bancaire|bleue|de cr[eé]dit)|tarjeta|cart[aã]o|carta di credito"
    r"|kreditkort|kortnummer|creditcard|betaalkaart|karta|kart[ıae]\b|карт[аыуе]|卡|カード|카드|بطاقة|कार्ड|כרטיס|thẻ",
    re.IGNORECASE,
)
_PAYING_WORDS = re.compile(
    r"\b(?:pay(?:ing|ment|ments)?|paid|charg(?:e|ed|es|ing)|billed|billing|declined|atm|purchase[sd]?|transactions?"
    r"|expir\w+|exp"
    r"|cvv|cvc|withdraw\w*|bank|wallet|subscription|checkout|stolen)\b",
    re.IGNORECASE,
)
_GOODS_WORDS = re.compile(
    r"\b(?:ean|isbn|upc|gtin|imei|barcode|tracking|parcel)(?:-?1[34])?(?: number| no)?\W{0,3}$", re.IGNORECASE
)
_NUMBER_WORDS = re.compile(
    r"\b(?:card|cc|credit card|debit card)\s*(?:number|no\.?|num|nr\.?|#)?\W{0,3}(?:(?:is|was|are|ending)\W{0,2})?$",
    re.IGNORECASE,
)
_RANGES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (400000, 499999, (13, 16, 19)),
    (510000, 559999, (16,)),
    (222100, 272099, (16,)),
    (340000, 349999, (15,)),
    (370000, 379999, (15,)),
    (300000, 305999, (14, 16)),
    (309500, 309599, (14, 16)),
    (360000, 369999, (14, 16)),
    (380000, 399999, (14, 16)),
    (601100, 601199, (16, 19)),
    (622126, 622925, (16, 19)),
    (644000, 659999, (16, 19)),
    (352800, 358999, (16, 19)),
    (180000, 180099, (15,)),
    (213100, 213199, (15,)),
    (620000, 629999, (16, 17, 18, 19)),
    (810000, 817199, (16,)),
    (500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (560000, 589999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (630000, 639999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (670000, 679999, (12, 13, 14, 15, 16, 17, 18, 19)),
    (606282, 606282, (16,)),
    (608000, 608999, (16,)),
    (220000, 220499, (16, 17, 18, 19)),
    (979200, 979289, (16,)),
)
"""First and last six digits, and lengths: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, RuPay,
Maestro, Hipercard, Mir, Troy."""
_SAMPLES_TEXT = (
    "4111111111111111 4242424242424242 4000056655665556 4012888888881881 4222222222222 4012000033330026"
    " 4000000000000002 4000000000009995 4000002500003155 4000000000003220 4000002760003184 4917610000000000"
    " 4988438843884305 5555555555554444 5105105105105100 5200828282828210 5454545454545454 2223003122003222"
    " 2223000048400011 378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424"
    " 6011000000000004 30569309025904 38520000023237 36227206271667 3056930009020004 3530111333300000"
    " 3566002020360505 6200000000000005 6759649826438453 4532015112830366 4539578763621486 4716461583322103"
    " 5425233430109903 374245455400126"
)
_SAMPLES = frozenset(_SAMPLES_TEXT.split())
"""Numbers that payment companies publish for tests, and that tutorials repeat."""


def find_cards(scan: Scan) -> Iterator[Finding]:
    if scan.digits < 12:
        return
    for match in _NUMBER.finditer(scan.text):
        digits = keep_digits(match[0])
        if (confidence := _trust(digits, match, scan.text)) > 0:
            sample = digits in _SAMPLES or len(set(digits)) <= 2 or digits.startswith("123456")
            yield Finding("card", match.start(), match.end(), confidence, "a card number", sample=sample)


def _trust(digits: str, match: re.Match[str], text: str) -> float:
    """Fakes that fail the check count only right behind the words "card number" or the like."""
    issued = is_issued(digits)
    if stands_before(_GOODS_WORDS, text, match.start(), 16):
        return 0.0
    around = text[max(0, match.start() - 48) : match.end() + 48]
    named = _CARD_WORDS.search(around) is not None or (issued and _PAYING_WORDS.search(around) is not None)
    if not passes_luhn(digits):
        called = issued and len(digits) >= 13 and stands_before(_NUMBER_WORDS, text, match.start())
        return 0.6 if called else 0.0
    if named:
        return 0.97 if issued else 0.6
    if not issued:
        return 0.0
    if len(digits) not in (15, 16):
        return 0.3
    return 0.9 if _GROUPED.fullmatch(match[0]) else 0.6 if match[0].isdigit() else 0.3


def is_issued(digits: str) -> bool:
    """Whether some company issues cards of this length that begin so.

    >>> is_issued("4539148803436467"), is_issued("9539148803436467"), is_issued("453914880343646")
    (True, False, False)
    """
    beginning = int(digits[:6])
    return any(first <= beginning <= last and len(digits) in lengths for first, last, lengths in _RANGES)


RECOGNISER = Recogniser(("card",), find_cards)
