"""Secrets that are called so, by name or by their place in an address: text in, findings out.

`password=`, `api_key:`, `Authorization: Bearer`, `https://user:secret@host`. What a program does with a secret, and the
words that stand for one, are none.
"""

import re
from collections.abc import Iterator

from tracing.personal_data.finding import Finding, Kind
from tracing.personal_data.keys import is_placeholder, measure_entropy
from tracing.personal_data.scan import Recogniser, Scan, find_beginning, has_any

SHORTEST_PASSWORD = 6
SHORTEST_KEY = 16
KEY_BITS = 3.0
"""Entropy of a character of a key that was drawn at random, at least."""

_PASSWORD_HINTS = ("pass", "pwd", "senha", "kennwort", "wachtwoord")
FOREIGN_HINTS = (
    "пароль", "密码", "密碼", "パスワード", "contraseñ", "lösenord", "hasło", "şifre", "비밀번호", "पासवर्ड", "كلمة",
)  # fmt: skip
"""In texts that are not of plain letters alone."""
_KEY_HINTS = ("secret", "token", "key", "bearer", "basic ", "credential")
_WORDS_FOR_IT = (
    r"pass(?:word|wd|phrase|code|wort)s?|pwd|mot de passe|contraseña|senha|kennwort|wachtwoord|lösenord|hasło|şifre"
    r"|пароль|密码|密碼|パスワード|비밀번호|पासवर्ड|كلمة (?:المرور|السر)"
)
_NAMED = re.compile(
    rf"(?:(?P<password>{_WORDS_FOR_IT})|(?P<key>secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key"
    rf"|auth[_ -]?key|account[_ -]?key"
    r"|signing[_ -]?key|encryption[_ -]?key|credentials?|secret[_ -]?key))"
    r"(?P<rest>[A-Za-z0-9_\-]{0,24}(?: (?:for|of) (?!\d)[\w.@-]{1,30})?)[\"'`*\])]{0,3}\s{0,3}(?:=>|:=|[:=：]"
    r"|\b(?:is(?: now| set to)?|was|ist|lautet|est|es|è|é|to)\b|是|は|는|है"
    r"|(?=\s[\"'`]{0,3}[A-Za-z0-9_\-]{20,}))"
    r"[*]{0,2}[\s]{0,3}(?P<quote>[\"'`]{0,3})(?P<value>[^\s\"'`<>,;，。]{6,300})",
    re.IGNORECASE,
)
_NAMES = (
    "pass", "pwd", "mot de passe", "contraseña", "senha", "kennwort", "wachtwoord", "lösenord", "hasło", "şifre",
    "пароль", "密码", "密碼", "パスワード", "비밀번호", "पासवर्ड", "كلمة", "secret", "token", "api", "access", "private",
    "auth", "account", "signing", "encryption", "credential",
)  # fmt: skip
"""With one of these every match of `_NAMED` begins."""
_BEARER = re.compile(
    r"\b(?:bearer|basic)\s{1,3}(?P<value>[A-Za-z0-9._~+/=-]{16,4000})(?![A-Za-z0-9._~+/=-])", re.IGNORECASE
)
_IN_URL = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<user>[^\s:@/\"'<>]{0,64}):(?P<value>[^\s@/\"'<>]{3,128})@(?P<host>[\w.-]{1,128})"
)
_CODE = re.compile(
    r"^(?:\$|%|\{|<|@|&|os\.|env\b|process\.|self\.|this\.|config\.|settings\.|getenv|input\b|request\.|req\."
    r"|args\.|secrets?\.|vault\b|ENC\[|sha\d+:|\$2[aby]\$|https?:)|[(){}\[\]|]|::|->|\w\.\w+\.\w|=="
)
_STAND_IN = re.compile(
    r"example|sample|placeholder|dummy|fake|redacted|change[_-]?me|replace|insert|your|my[_-]?(?:pass|secret|token"
    r"|key)|x{4}|\*{3}|\.{3}|…|•|(.)\1{5}"
    r"|pass(?:word|wd)?[0-9@!#$]{0,5}$|^(?:test|secret|admin|root|user|guest|demo|foo|bar|postgres|mysql|redis"
    r"|qwerty|letmein|welcome|abc|hunter)[\w!@#$]{0,6}$"
    r"|^(?:supersecret|super-secret|s3cret|p[a@4][s$5]{2}w[o0]rd|12345|correcthorse)|^(?:none|null|true|false"
    r"|undefined|string|str|required|optional|missing|invalid|wrong)$",
    re.IGNORECASE,
)
_WEAK_HOST = re.compile(
    r"localhost|127\.|0\.0\.0\.0|(?:.*\.)?example\.|host$|db$|postgres$|redis$|mongo$|mysql$|rabbitmq$", re.IGNORECASE
)


def find_secrets(scan: Scan) -> Iterator[Finding]:
    if scan.digits and may_name_secret(scan):
        for match in find_beginning(_NAMED, scan, _NAMES):
            yield from _tell_named(match)
        for match in find_beginning(_BEARER, scan, ("bearer", "basic")):
            yield from _tell_key(match, "a bearer token")
    if "@" in scan.text and "://" in scan.text:
        for match in _IN_URL.finditer(scan.text):
            yield from _tell_url(match)


def may_name_secret(scan: Scan) -> bool:
    """Whether a word for a secret stands in the text, with room for what it names."""
    if has_any(scan, _PASSWORD_HINTS) or (not scan.text.isascii() and has_any(scan, FOREIGN_HINTS)):
        return True
    return bool(scan.long_words) and has_any(scan, _KEY_HINTS)


def names_secret(text: str) -> bool:
    """Whether a word for a secret stands in the text, whatever there is besides.

    >>> names_secret("db password"), names_secret("model")
    (True, False)
    """
    return has_any(Scan(text), (*_PASSWORD_HINTS, *FOREIGN_HINTS, *_KEY_HINTS))


def _tell_named(match: re.Match[str]) -> Iterator[Finding]:
    if match["password"]:
        yield from _tell_password(match)
    else:
        yield from _tell_key(match, "a secret")


def _tell_password(match: re.Match[str]) -> Iterator[Finding]:
    value = _trim(match["value"])
    if len(value) < SHORTEST_PASSWORD or _CODE.search(value):
        return
    kinds = (str.islower, str.isupper, str.isdigit, lambda each: not each.isalnum())
    mixed = sum(any(map(kind, value)) for kind in kinds)
    if not any(map(str.isdigit, value)) or mixed < 2 or value.replace("-", "").replace(".", "").isdigit():
        return
    sample = _STAND_IN.search(value) is not None
    yield _found(match, value, "password", 0.85 if mixed > 2 else 0.7, "a password", sample)


def _tell_key(match: re.Match[str], name: str) -> Iterator[Finding]:
    value = _trim(match["value"])
    random = len(value) >= SHORTEST_KEY and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    if not random or _CODE.search(value):
        return
    sample = is_placeholder(value) or _STAND_IN.search(value) is not None
    if sample or measure_entropy(value) >= KEY_BITS:
        yield _found(match, value, "key", 0.85, name, sample)


def _tell_url(match: re.Match[str]) -> Iterator[Finding]:
    value = match["value"]
    if _CODE.search(value) or match["host"].startswith("."):
        return
    sample = (
        _STAND_IN.search(value) is not None or _WEAK_HOST.match(match["host"]) is not None or value == match["user"]
    )
    yield _found(match, value, "password", 0.98, "a password in an address", sample or value.startswith("pass"))


def _trim(value: str) -> str:
    """The value without the punctuation of the sentence or the markup after it."""
    return value.rstrip(".:*\\")


def _found(match: re.Match[str], value: str, kind: Kind, confidence: float, name: str, sample: bool) -> Finding:
    start = match.start("value")
    return Finding(kind, start, start + len(value), confidence, name, sample=sample)


RECOGNISER = Recogniser(("key", "password"), find_secrets)
