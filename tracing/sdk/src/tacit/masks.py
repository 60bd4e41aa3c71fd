"""Texts in, the same texts out with a word in brackets for each e-mail address, phone, card and IBAN, key and token.

The masks are careful in both directions: what can be checked is (Luhn, IBAN's remainder, countries), and numbers
that only might be phones (orders, times, versions) stay. Text that is JSON stays JSON: its strings are masked one by
one, everything else in it is kept to the letter.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Final

EMAIL: Final = "[EMAIL]"
PHONE: Final = "[PHONE]"
CARD: Final = "[CARD]"
IBAN: Final = "[IBAN]"
KEY: Final = "[KEY]"
"""API keys, tokens, passwords in addresses, private keys."""

_JSON_STARTS: Final = ("{", "[", '"', " ", "\n")
_DEPTH_LIMIT: Final = 5
"""JSON in a string of JSON is opened so many times."""
_PASS_LIMIT: Final = 5
"""A mask may uncover what stood too close to be told; masks are put on again until nothing changes."""

_IBAN_LENGTHS: Final = {
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
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "33": "RU",
    }.items()
    for country in countries.split()
}
_CALLING_CODES: Final = frozenset(
    (  # noqa: SIM905 - a table to read
        "7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 "
        "86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 "
        "236 237 238 239 240 241 242 243 244 245 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 "
        "266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 "
        "378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 "
        "595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 "
        "850 852 853 855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 "
        "995 996 998"
    ).split()
)
_PHONE_NAMES: Final = ("phone", "mobile", "cell", "tel", "telephone", "telefon", "handy", "whatsapp", "fax", "msisdn")
_PHONE_WORDS: Final = "|".join(_PHONE_NAMES)

# A match begins where a word does. In a piece of JSON, `\n` and its kin are no part of the word after them.
_START: Final = r"(?:(?<![\w\\.+%-])|(?<=\\[nrt]))"
_NAME_START: Final = r"(?:(?<![^\W_])(?<!\\)|(?<=\\[nrt]))"
_EMAIL: Final = (
    r"(?:(?<![\w\\.+%&'~/=-])|(?<=\\[nrt])|(?<=[/=&']))"
    r"\.*[\w%+&'~-][\w.%+&'~-]{0,255}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})"
)
_NUMBER_START: Final = r"(?:(?<![\w\\.+/,:#=&-].)|(?<=\\[nrt].)|(?<=[a-z][:=&].))"
_NUMBER_END: Final = r"(?![\w%]|[.,:/-]\d)"
_CARD: Final = (
    rf"[2-6]{_NUMBER_START}(?:\d{{3}}(?P<card_gap>[ -])\d{{4}}(?P=card_gap)\d{{4}}(?P=card_gap)\d{{4}}"
    rf"|\d{{3}}[ -]\d{{6}}[ -]\d{{4,5}}|\d{{13,18}}){_NUMBER_END}"
)
_INTERNATIONAL: Final = (
    rf"[+]{_NUMBER_START}\d(?:(?:[ /-]|[.](?=\d\d))?\d|[ ]?[(]0?\d{{0,4}}[)][ -]?\d){{7,14}}{_NUMBER_END}"
    rf"|0{_NUMBER_START}0[ ]?[1-9](?:[ ./-]?\d){{8,13}}{_NUMBER_END}"
)
_NORTH_AMERICAN: Final = (
    rf"(?:[(]{_NUMBER_START}[2-9]\d\d[)][ -]?|[2-9]{_NUMBER_START}\d\d[-.]|1{_NUMBER_START}[-. ][(]?[2-9]\d\d[)]?[-. ])"
    rf"\d{{3}}[-. ]\d{{4}}{_NUMBER_END}"
)
_NATIONAL: Final = (
    rf"(?:0{_NUMBER_START}|[(]{_NUMBER_START}0)[1-9]\d{{0,4}}[)]?(?:[ /-]{{1,2}}|[.](?=\d\d[.]\d\d[.])|[ ][/-][ ])"
    rf"\d{{2,8}}(?:[ .-]\d{{2,8}}){{0,4}}{_NUMBER_END}"
)
_SEVEN_DIGITS: Final = r"\d(?:[ ()./\\-]{0,3}\d){6}"
_NAMED: Final = (
    rf"{_NAME_START}(?:{_PHONE_WORDS}|(?:call|text|ring|reach)[ ](?:me|us)|my[ ]number)\b"
    r"(?:[ ](?:no|nr|number|is|nummer|back|at|on|under)\b[.]?){0,3}"
    r"[\"']?[ ]?[:=]?[ ]?[\"']?"
    rf"(?P<named>[+(]?\d(?:[ ()./-]{{0,2}}\d){{6,14}}){_NUMBER_END}"
)
_KEYS: Final = (
    r"sk-[A-Za-z0-9_-]{12,256}"
    r"|(?:gsk_|xai-|pplx-|r8_|nvapi-|hf_|npm_|glpat-|dop_v1_|pypi-|tvly-|rk_live_|rk_test_|sk_live_|sk_test_|lsv2_)"
    r"[A-Za-z0-9_-]{16,256}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|xox[abeoprs]-[A-Za-z0-9-]{10,255}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])|AIza[A-Za-z0-9_-]{35}|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}"
    r"|eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,2048}"
)
_KEY_HINTS: Final = (
    "sk-", "gsk_", "xai-", "pplx-", "r8_", "nvapi-", "hf_", "npm_", "glpat-", "dop_v1_", "pypi-", "tvly-", "_live_",
    "_test_", "lsv2_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "AKIA", "ASIA", "AIza", "SG.",
    "eyJ",
)  # fmt: skip
_SECRET_LENGTH: Final = 16
_NAMED_SECRET: Final = (
    rf"{_NAME_START}(?:(?:bearer|basic|token)\s{{1,4}}"
    r"|(?P<header>authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token)\s{1,4})"
    r"|(?:api|secret|access|auth|private|account|session)[_-]?(?:key|token|secret)(?:[_-]?(?:id|key))?"
    r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
    r"|(?:password|passwd|client[_-]secret|authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)"
    r"(?P<secret>[A-Za-z0-9._~+/=-]{6,8192})"
)
_CERTAIN_PREFIXES: Final = ("AKIA", "ASIA", "AIza", "eyJ", "gh", "xox", "SG.")
"""Nothing else looks like these; other keys need digits among their letters."""
_SECRET_HINTS: Final = ("key", "token", "secret", "passw", "bearer ", "basic ", "authorization")
_HIDDEN_NAMES: Final = (
    r"(?:.*[_-])?(?:api_?key|passw(?:or)?d|secret|(?:access|refresh|id)_?token|authorization"
    r"|private_?key|secret_?access_?key)"
)
_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_TOKEN: Final = (
    rf'(?P<name>{_STRING})\s*:\s*(?P<named>"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)?|(?P<alone>{_STRING}|-?\d[\d.eE+-]*)'
)


def mask_text(text: str) -> str:
    """The same text under all masks; valid JSON stays valid JSON. Never raises, takes time linear in the length.

    >>> mask_text("I am anna@example.com, my card is 4111 1111 1111 1111")
    'I am [EMAIL], my card is [CARD]'
    >>> mask_text('{"to": "anna@example.com", "order": 20261121}')
    '{"to": "[EMAIL]", "order": 20261121}'
    """
    try:
        return _mask_any(text, _DEPTH_LIMIT)
    except RecursionError:  # the app itself stands at the end of its stack
        return ""


def _mask_any(text: str, depth: int) -> str:
    if text[:1] in _JSON_STARTS and depth and text.lstrip()[:1] in ("{", "[", '"'):
        if not _may_hold_any(text):
            return text
        if _is_json(text):
            return _mask_json(text, depth)
    return _mask_words(text)


def _may_hold_any(text: str) -> bool:
    """Whether JSON is worth reading string by string; in escapes anything may hide."""
    return (
        "@" in text
        or "\\u" in text
        or _has_any(text, _KEY_HINTS)
        or _has_any(text.lower(), _SECRET_HINTS)
        or "PRIVATE KEY-----" in text
        or _compile(_SEVEN_DIGITS).search(text) is not None
    )


def _has_any(text: str, hints: tuple[str, ...]) -> bool:
    return any(hint in text for hint in hints)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=float, parse_float=float)
    except (ValueError, RecursionError):
        return False
    return True


def _mask_json(text: str, depth: int) -> str:
    return _compile(_TOKEN).sub(lambda match: _mask_token(match, depth), text)


def _mask_token(match: re.Match[str], depth: int) -> str:
    alone, value = match["alone"], match["named"] or ""
    if alone is not None:
        return _mask_value(alone, depth)
    name = match["name"]
    between = match.group()[len(name) : len(match.group()) - len(value)]
    masked = value and (_mask_named_value(_tell_mask(name), value) or _mask_value(value, depth))
    return _mask_value(name, depth) + between + masked


@functools.lru_cache(maxsize=1_024)
def _tell_mask(name: str) -> str:
    """What values of this name in a JSON object are: `"phone"`, `"api_key"`; mostly nothing special."""
    name = name[1:-1]
    if _compile(rf"(?:\w*_)?(?:{_PHONE_WORDS})(?:_?(?:no|nr|number))?", re.IGNORECASE).fullmatch(name):
        return PHONE
    return KEY if _compile(_HIDDEN_NAMES, re.IGNORECASE).fullmatch(name) else ""


def _mask_named_value(mask: str, value: str) -> str:
    """The mask, quoted, where the value is what its name says; else nothing."""
    if mask == PHONE:
        digits = sum(character.isdigit() for character in value)
        plain = _compile(r'"?[+(]?\d[\d ()./-]*"?').fullmatch(value)
        return f'"{PHONE}"' if plain and 7 <= digits <= 15 else ""
    return f'"{KEY}"' if mask and value[0] == '"' and len(value) > 2 else ""


def _mask_value(token: str, depth: int) -> str:
    if token[0] != '"':
        masked = _mask_words(token)
        return token if masked == token else f'"{masked}"'
    text = json.loads(token, strict=False) if "\\" in token else token[1:-1]
    masked = _mask_any(text, depth - 1)
    return token if masked == text else json.dumps(masked, ensure_ascii="\\u" in token)


def _mask_words(text: str) -> str:
    for _ in range(_PASS_LIMIT):
        masked = text
        for mask in (_mask_keys, _mask_emails, _mask_numbers):
            masked = mask(masked)
        if masked == text:
            break
        text = masked
    return text


def _mask_emails(text: str) -> str:
    if "@" not in text:
        return text
    return _compile(_EMAIL, re.IGNORECASE).sub(EMAIL, text)


def _mask_keys(text: str) -> str:
    if "://" in text and "@" in text:
        text = _compile(r"(?<=://)[^\s/:@\[\]\"'<>]{0,256}:[^\s/@\"'<>]{1,256}(?=@)").sub(KEY, text)
    if "PRIVATE KEY-----" in text:
        text = _mask_private_keys(text)
    if _has_any(text, _KEY_HINTS):
        text = _compile(rf"{_START}(?:{_KEYS})").sub(_mask_key, text)
    lowered = text.lower()
    has_long_word = any(len(word) >= _SECRET_LENGTH for word in text.split())
    if "authorization" in lowered or (has_long_word and _has_any(lowered, _SECRET_HINTS)):
        text = _compile(_NAMED_SECRET, re.IGNORECASE).sub(_mask_named_secret, text)
    return text


def _mask_key(match: re.Match[str]) -> str:
    text = match.group()
    return KEY if text.startswith(_CERTAIN_PREFIXES) or _is_random(text) else text


def _mask_private_keys(text: str) -> str:
    """From the first line to the last one, or to the end of a text that was cut."""
    return _compile(
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,40}KEY-----)?"
    ).sub(KEY, text)


def _mask_named_secret(match: re.Match[str]) -> str:
    secret = match["secret"]
    if match["header"] is None and (len(secret) < _SECRET_LENGTH or not _is_random(secret)):
        return match.group()
    return match.group()[: match.start("secret") - match.start()] + KEY


def _is_random(text: str) -> bool:
    """Whether its longest part looks drawn rather than written: digits among letters, the more the shorter it is."""
    part = max(_compile("[-_]").split(text), key=len)
    digits = sum(character.isdigit() for character in part)
    least = 1 if len(part) >= 40 else 2 if len(part) >= 20 else 4
    return digits >= least and any(character.isalpha() for character in part)


def _mask_ibans(text: str) -> str:
    pattern = _compile(r"[A-Z](?:(?<![\w\\].)|(?<=\\[nrt].))[A-Z]\d\d(?:[ -]?[A-Z0-9]){11,33}", re.IGNORECASE)
    return _mask_if(text, pattern, _mask_iban)


def _mask_iban(match: re.Match[str]) -> str:
    """The mask and what followed: the pattern may have taken words behind the number along."""
    length = _IBAN_LENGTHS.get(match.group()[:2].upper())
    if length is None:
        return ""
    shape = _compile(rf"(?:[A-Z0-9][ -]?){{{length - 1}}}[A-Z0-9](?!\w)", re.IGNORECASE)
    number = shape.match(match.string, match.start(), match.end() + 1)
    if number is None or not _has_iban_remainder(number.group()):
        return ""
    return IBAN + match.string[number.end() : match.end()]


def _has_iban_remainder(number: str) -> bool:
    plain = "".join(character for character in number if character.isalnum())
    try:
        return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1
    except ValueError:  # letters and digits of other scripts
        return False


def _mask_numbers(text: str) -> str:
    if not _compile(_SEVEN_DIGITS).search(text):
        return text
    text = _mask_ibans(text)
    text = _mask_if(text, _compile(_CARD), lambda match: CARD if is_card(match.group()) else "")
    text = _mask_if(text, _compile(_INTERNATIONAL), lambda match: PHONE if _is_international(match.group()) else "")
    text = _compile(_NORTH_AMERICAN).sub(PHONE, text)
    text = _mask_if(text, _compile(_NATIONAL), lambda match: PHONE if _is_national(match.group()) else "")
    if _has_any(text.lower(), (*_PHONE_NAMES, " me ", " us ", "my number")):
        text = _compile(_NAMED, re.IGNORECASE).sub(_mask_named_number, text)
    return text


def _mask_named_number(match: re.Match[str]) -> str:
    return match.group()[: match.start("named") - match.start()] + PHONE


def is_card(text: str) -> bool:
    """Whether digits, in groups or not, are the number of a card: an issuer's range and Luhn's sum."""
    digits = _read_digits(text)
    return _has_issuer(digits) and _has_luhn_sum(digits)


def _has_issuer(digits: str) -> bool:
    length, first_four = len(digits), int(digits[:4])
    if length == 14:
        return digits[:2] in ("36", "38", "39") or 3000 <= first_four <= 3059
    if length == 15:
        return digits[:2] in ("34", "37")
    if length == 16:
        return (
            digits[0] == "4"
            or digits[:2] in ("51", "52", "53", "54", "55", "62", "65")
            or 2221 <= first_four <= 2720
            or 3528 <= first_four <= 3589
            or first_four in (6011, 6304, 6759, 6761, 6762, 6763, 5018, 5020, 5038)
            or 6440 <= first_four <= 6499
        )
    return length == 19 and (digits[:2] in ("62", "65") or first_four == 6011)


def _has_luhn_sum(digits: str) -> bool:
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(sum(divmod(number, 10)) for number in doubled)) % 10 == 0


def _is_international(text: str) -> bool:
    """Whether the country exists and the number is as long as numbers there are."""
    digits = _read_digits(text.replace("(0)", ""))
    if text[0] == "0":
        digits = digits[2:]
    if digits.startswith("1"):
        return len(digits) == 11 and digits[1] in "23456789"
    return 9 <= len(digits) <= 15 and any(digits[:length] in _CALLING_CODES for length in (1, 2, 3))


def _is_national(text: str) -> bool:
    """Whether groups of digits after a leading zero are a phone, and no date: `09-11-2026 1030`."""
    groups = [len(group) for group in _compile(r"\d+").findall(text)]
    is_date = groups[:2] == [2, 2] and groups[2:3] != [2]
    return 9 <= sum(groups) <= 12 and not is_date and (groups[0] > 2 or sum(groups) >= 10)


def _read_digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _mask_if(text: str, pattern: re.Pattern[str], choose: Callable[[re.Match[str]], str]) -> str:
    """What `choose` gives for each match; where that is nothing, the search goes on at the next character."""
    return "".join(_split_at_matches(text, pattern, choose))


def _split_at_matches(text: str, pattern: re.Pattern[str], choose: Callable[[re.Match[str]], str]) -> Iterator[str]:
    written = position = 0
    while (match := pattern.search(text, position)) is not None:
        chosen = choose(match)
        position = match.end() if chosen else match.start() + 1
        if chosen:
            yield text[written : match.start()]
            yield chosen
            written = position
    yield text[written:]


@functools.cache
def _compile(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compiled at the first text, not with the app's start."""
    return re.compile(pattern, flags)
