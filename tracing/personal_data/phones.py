"""Phone numbers: text in, findings out. International ones by `phonenumbers`, national ones by their form or by words.

A number counts if the plan of its country has it, if it is written as phone numbers are, or if words around it say
that it is one. Dates, times, ranges of years and numbers behind "order" or "ISBN" are none.
"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberType

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan, keep_digits, stands_after, stands_before

FEWEST_DIGITS = 6
MOST_DIGITS = 15
"""By ITU-T E.164."""

_CANDIDATE = re.compile(
    r"(?<![\w@$€£%.])(?<!\d[-,:/])(?:\+ ?\(?|\()?\d(?:[ .\-/)(]{0,2}\d){5,17}"
    r"(?P<extension>,? ?(?:x|ext\.?|extension|#) ?\d{1,6})?(?!\w)(?![-.,:/]\d)(?! ?[%€$£])",
    re.IGNORECASE | re.ASCII,
)
_TIME_OR_RANGE = re.compile(
    r"(?:19|20)\d\d ?([-./]) ?\d{1,2} ?\1 ?\d{1,2}(?:[ -]\d{1,2})?|\d{1,2}([-./])\d{1,2}\2(?:19|20)?\d\d(?: \d{1,2})?"
    r"|(?:1[5-9]|20)\d\d ?[-/] ?(?:1[5-9]|20)\d\d|\d{1,3}(?:\.\d{1,3}){3}|\d{1,2}\.\d+|\d+\.\d{1,2}|\d{5,}\.\d+"
    r"|\d{1,3}(?:([., ])000)(?:\3\d{3})*|\d{8} ?\d{0,6}(?=$)(?<=^20\d{6})"
)
_PAIR_BEFORE = re.compile(r"\b(?:\d[a-f]|[a-f]\d|(?!de)[a-f]{2}|[0-9a-f]{2} [0-9a-f]{2}) $")
_PAIR_AFTER = re.compile(r" (?:\d[a-f]|[a-f]\d|ff)\b")
_NORTH_AMERICAN = re.compile(r"(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}([-. ]))\d{3}(?(1)\1|[-. ])\d{4}")
_BRACKETED = re.compile(r"\(0\d{1,5}\)[ /-]?\d[\d -]{4,9}\d")
_SURELY_SO = re.compile(r"\+.*|\(\d{3}\) ?\d{3}-\d{4}.*|.*\d ?(?:x|ext\.?) ?\d+", re.DOTALL | re.IGNORECASE)
"""Whatever word stands before it."""
_ABROAD = re.compile(r"(?:00|011 )(?=[1-9])(?!\d+$)")
_NATIONAL: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"0\d([ .-])\d\d(?:\1\d\d){3}"), ("FR",)),
    (
        re.compile(r"(?!0\d/\d\d )\(?0\d{1,4}\)?[ /-]{1,2}\d[\d -]{4,9}\d"),
        ("GB", "DE", "AU", "IT", "JP", "NL", "SE", "BE", "CH", "IN"),
    ),
    (re.compile(r"\(\d\d\) ?9?\d{4}-\d{4}"), ("BR",)),
    (re.compile(r"[6-9]\d\d( \d\d){3}"), ("ES",)),
    (re.compile(r"1[3-9]\d([ -])\d{4}\1\d{4}"), ("CN",)),
    (re.compile(r"[6-9]\d{4} \d{5}"), ("IN",)),
    (re.compile(r"8[ -]?\(?9\d\d\)?[ -]\d{3}[ -]\d\d[ -]?\d\d"), ("RU",)),
    (re.compile(r"01\d-\d{3,4}-\d{4}"), ("KR",)),
)
"""How numbers are written inside some countries, and whose plans they are then looked up in."""

_NOUNS = (
    r"phone|\bmobile|\bcell(?:ular)?\b|landline|\bfax\b|telefon|tel[eé]fono|t[eé]l[eé]phone|telefone|telefoon"
    r"|\bcelular"
    r"|\bportable|\bhandy|\bmobil|\bm[oó]vil|rufnummer|puhelin|telef[oó]n|телефон|\bтел\b|\bмоб|whatsapp|viber|\bsms\b"
    r"|hot ?line|help ?line|text line|switchboard|direct line|contact (?:number|no|details)"
    r"|电话|電話|手机|手機|携帯|전화|휴대폰|핸드폰|هاتف|جوال"
    r"|फ़ोन|फोन|मोबाइल|โทร|τηλ|κινητό|טלפון|נייד|điện thoại"
)
_VERBS = (
    r"\b(?:calls?|call(?:ing|ed)|ring(?:ing)?|rang|reach(?:ed|able)?|dial(?:ing|led)?|text(?:ing|ed)?|messag(?:e|ed"
    r"|ing)"
    r"|contact(?:ed)?"
    r"|answer(?:ing)?|appel(?:er|ez|le)|joignable|llám\w*|llam[aeo]\w*|anrufen|ruf\w*|erreich\w*|ligar|ligue"
    r"|chiama\w*|bel(?:len)?|zadzwo\w*|звон\w*|позвон\w*)"
)
_WORDS_BETWEEN = r"(?:\s(?!\d|(?:to|for|about|an?)\b)[\w'’]+){0,4}?"
_NAMED = re.compile(rf"(?:{_NOUNS})\W{{0,3}}(?:(?:number|no|nr|num|nummer|is)\W{{0,3}}){{0,2}}$", re.IGNORECASE)
"""It is called so right before it, whatever else stands there."""
_SAID = re.compile(
    rf"(?:(?:{_NOUNS})[^\d;!]{{0,28}}"
    rf"|{_VERBS}{_WORDS_BETWEEN}\s(?:at|on|via|under|from|au|al|le|unter|para|no|op|på|pod|на|по):?\s*"
    r"|\b(?:tel|telp|ph|hp|wa|cep|tlf|tlph)\b[.#:]{0,3}\s*(?:no\.?:?\s*)?"
    r"|\bregistered (?:mobile |cell |contact )?(?:number |no\.? )?(?:is |on )?"
    r"|(?:\b(?:my|his|her|their|your|new|contact)|\w['’]s) (?:new |old |private |personal |home |work |direct )?number"
    r"(?: is|['’]s|:|\?| on file is)? ?|\bcontact(?: number| no\.?)?(?: is|:) ?"
    r"|\b(?:otp|code|voicemail|message|sms|text)s? (?:to|on|at|from) |\b(?:recharge|top[- ]up|recarga(?:r)?) "
    r"|(?:^|[\n,;|(])\W{0,3}(?:home|work|office|desk|direct|main|cell|private|[tmpfh])\s?[:.)]\s*)$",
    re.IGNORECASE,
)
_SAID_LOOSELY = re.compile(
    rf"(?:{_VERBS}{_WORDS_BETWEEN}:?\s*|(?:^|[.!?:|\n]\s*|\b(?:the|what is|what['’]s|best) )number(?:['’]s| is|:|\?)? ?"
    r"|(?:^|[\n|,;])\s*[tmpfh] )$",
    re.IGNORECASE,
)
"""Enough for a number that is written as phone numbers are; else it may count calls."""
_SAID_RIGHT_BEFORE = re.compile(r"\b(?:call|dial|ring|contact|phone|whatsapp|sms|text) $", re.IGNORECASE)
_WRITTEN_SO = re.compile(r"(?!\d{1,3}(?: \d{3})+$)(?:[0+(].*|\d+[ .\-/].*)", re.DOTALL)
"""With groups that are no thousands, or a zero, plus or bracket before them."""
_SAID_AFTER = re.compile(
    r"[\s\-–,(]{0,3}(?:office|fax|mobile|cell|desk|home|work|direct|mob|phone|whatsapp|landline|voicemail"
    r"|is (?:my|his|her|their|your|the)\s(?:[a-z]{1,9} )?(?:number|cell|phone|mobile|line)|still (?:my|his|her"
    r"|your) )\b",
    re.IGNORECASE,
)
_OTHER_BEFORE = re.compile(
    r"(?:\b(?:order|invoice|ticket|ref(?:erence)?|case|account|acct|tracking|serial|sku|isbn(?:-1[03])?|issn|ean"
    r"|upc|gtin|doi|part|model|item"
    r"|claim|policy|batch|lot|job|id|uid|pid|vat|ein|tin|patent|zip|postcode|postal code|plz|cas|ssn|card|iban"
    r"|section|chapter|page|article"
    r"|version|build|release|port|commit|bug|issue|error|code|codes|line|lines|row|rows|rule|law|act|no|nr|n°|art|§"
    r"|population|coordinates|lat"
    r"|latitude|longitude|score|price|total|sum|amount|balance|budget|revenue|confirmation|booking|reservation"
    r"|e-?ticket|member|membership|customer|employee|student|parcel|shipment"
    r"|registration|vin|flight|room|protocolo|pratica|pedido|commande"
    r"|bestellung|bestellnummer)(?:\s?(?:number|no|nr|num|id))?(?:\s(?:is|was|are))?\W{0,3}|[#$€£=<>~^*/]"
    r"|(?:订单|訂單|注文|заказ\w*|договор\w*|счет\w*|주문|طلب|编号|番号|单号)\W{0,3}(?:号|號|番号|№|번호|رقم)?\W{0,3}|\b(?:VAT|USt|TVA"
    r"|IVA|BTW|GST|ABN|ACN)\b.{0,12}"
    r"|\b[A-Za-z]{1,4}\d+[ -]?)$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"support|help ?(?:line|desk)|hot ?line|customer (?:service|care)|service|switchboard|reception|head ?office"
    r"|information line"
    r"|\bcall us\b|\breach us\b|\bour (?:number|line|office|phone)|emergenc|poison|crisis|lifeline|samaritan|police"
    r"|embassy|\bbranch\b"
    r"|kundenservice|atención al cliente|sac\b",
    re.IGNORECASE,
)
_PUBLIC_TYPES = frozenset(
    (
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    )
)
_FREE = ("0800", "0808", "0900", "(0800", "0300 ", "0845", "0844", "0870")
"""How numbers that organisations pay for, or are paid for, begin in much of Europe."""
_SAMPLE = re.compile(
    r"(?:1?\d{3})?555\d{4}|1?555\d{7}|(?:44|0)7700900\d{3}|(?:44|0)20?(?:7946|5550)\d{4}|\d{0,6}55501\d\d"
    r"|\d{0,6}555019\d|(?:44|0)(?:20|2)?7946\d{4}|(?:44|0)1632960\d{3}|(?:44|0)1\d{2,3}4960\d{3}"
    r"|(?:44|0)8081570\d{3}|(?:33|0)(?:19900|26191|35301|46571|53649|63998)\d{4}|(?:61|0)(?:[2378](?:5550"
    r"|7010)\d{4}|491570\d{3}|49157[01]\d{3})"
    r"|(?:1?123)?4567(?:89)?0?|1?1234567(?:8|89|890|8901)?|0?123456789?0?|(?:49)?0?1?\d{0,2}123456\d?"
    r"|\+?1?9876543(?:2|21|210)?|(\d)\1{5,}"
)


def find_phones(scan: Scan) -> Iterator[Finding]:
    if scan.digits < FEWEST_DIGITS:
        return
    for match in _CANDIDATE.finditer(scan.text):
        value = match[0][: match.start("extension") - match.start()] if match["extension"] else match[0]
        digits = keep_digits(value)
        most = MOST_DIGITS + 2 * digits.startswith("00")
        if (
            not FEWEST_DIGITS <= len(digits) <= most
            or _is_in_a_row(scan.text, match)
            or _TIME_OR_RANGE.fullmatch(value)
        ):
            continue
        yield from _tell(scan.text, match, value, digits)


def _is_in_a_row(text: str, match: re.Match[str]) -> bool:
    """Whether pairs go on before or after, as in a dump of bytes."""
    return _PAIR_BEFORE.search(text[max(0, match.start() - 6) : match.start()]) is not None or stands_after(
        _PAIR_AFTER, text, match.end(), 4
    )


def _tell(text: str, match: re.Match[str], value: str, digits: str) -> Iterator[Finding]:
    if not _SURELY_SO.fullmatch(match[0]) and _is_something_else(text, match.start()):
        return
    planned = look_up_number(value)
    confidence = _trust(text, match, value, digits, planned)
    if confidence > 0:
        yield Finding(
            "phone",
            match.start() + (match[0].startswith("(") and ")" not in match[0]),
            match.end(),
            confidence,
            "a phone number",
            sample=_SAMPLE.fullmatch(digits) is not None,
            public=_is_public(text, match, planned),
        )


def _is_something_else(text: str, start: int) -> bool:
    """Whether the words before it call it an order, a version, a price, and not a phone number as well."""
    return stands_before(_OTHER_BEFORE, text, start, 24) and not stands_before(_NAMED, text, start, 32)


def _trust(text: str, match: re.Match[str], value: str, digits: str, planned: int | None) -> float:
    if len(digits) >= 8 and (value[0] == "+" or _ABROAD.match(value)):
        return _trust_abroad(text, match, planned)
    if is_said_before(text, match.start(), value):
        return 0.9 if len(digits) > FEWEST_DIGITS else 0.7
    long = len(digits) > FEWEST_DIGITS or " " in value or "-" in value
    if (long and stands_after(_SAID_AFTER, text, match.end())) or (match["extension"] and len(digits) >= 10):
        return 0.8
    valid = planned not in (None, PhoneNumberType.UNKNOWN)
    if _NORTH_AMERICAN.fullmatch(value):
        return 0.85 if valid else 0.55
    return 0.65 if valid else 0.55 if _BRACKETED.fullmatch(value) else 0.0


def _trust_abroad(text: str, match: re.Match[str], planned: int | None) -> float:
    if planned not in (None, PhoneNumberType.UNKNOWN):
        return 0.95
    if is_said_before(text, match.start(), match[0]) or stands_after(_SAID_AFTER, text, match.end()):
        return 0.85
    long = sum(map(str.isdigit, match[0])) >= 10 or match[0].count(" ") + match[0].count("-") >= 2
    return 0.6 if planned is not None and long else 0.3


def is_said_before(text: str, start: int, value: str) -> bool:
    """Whether the words before it say that the value is a phone number.

    >>> is_said_before("call stack depth 1000000", 17, "1000000"), is_said_before("call Jo 264-8830", 8, "264-8830")
    (False, True)
    """
    if stands_before(_SAID, text, start):
        return True
    if _WRITTEN_SO.fullmatch(value):
        return stands_before(_SAID_LOOSELY, text, start)
    return 7 <= len(value) <= 12 and stands_before(_SAID_RIGHT_BEFORE, text, start, 12)


def look_up_number(value: str) -> int | None:
    """Return what sort of number (`PhoneNumberType`) the plan of its country has it as; None where nobody can have it.

    UNKNOWN is a number of a possible length that no plan has. Without a country code the countries that write it so
    are asked.

    >>> look_up_number("+45 32 12 34 57") == PhoneNumberType.FIXED_LINE_OR_MOBILE, look_up_number("+45 3")
    (True, None)
    """
    if value[0] == "+":
        return _look_up(value, None)
    if abroad := _ABROAD.match(value):
        return _look_up("+" + value[abroad.end() :], None)
    if _NORTH_AMERICAN.fullmatch(value):
        return _look_up(value, "US")
    regions = next((regions for form, regions in _NATIONAL if form.fullmatch(value)), ())
    planned = (_look_up(value, region) for region in regions)
    return next((each for each in planned if each not in (None, PhoneNumberType.UNKNOWN)), None)


def _look_up(value: str, region: str | None) -> int | None:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    planned = phonenumbers.number_type(number)
    if planned == PhoneNumberType.UNKNOWN and not phonenumbers.is_possible_number(number):
        return None
    return int(planned)


def _is_public(text: str, match: re.Match[str], planned: int | None) -> bool:
    """A number with no country's code may be an organisation's in one country and a person's in another."""
    one_plan = match[0][0] == "+" or _NORTH_AMERICAN.fullmatch(match[0]) is not None
    if (one_plan and planned in _PUBLIC_TYPES) or match[0].startswith(_FREE):
        return True
    return stands_before(_ORGANISATION, text, match.start(), 60)


RECOGNISER = Recogniser(("phone",), find_phones)
