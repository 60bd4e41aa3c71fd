"""A text comes in as it was sent; whether anything in it is worth a closer look goes out: in most there is nothing.

Here most of the time of masking goes by, since every text passes, so all of it is asked in one search. RE2 takes the
same time for a hundred words as for one. A gate may open for nothing, and never stays shut before what the
recognisers find: its forms are theirs, but looser, and as JSON may write them, in JSON within JSON, too.
"""

import re
from functools import cache
from typing import Any, Final

from tracing.masking.rules import Masking
from tracing.personal_data import keys
from tracing.personal_data.passwords import FOREIGN_HINTS

SHORTEST: Final = 4
"""Characters of a text that can hold a value that is told by its form."""
_ESCAPE: Final = r"\\+u[0-9a-fA-F]{4}"
_BREAK: Final = r"\\+[bfnrt]"
_BETWEEN: Final = rf"(?:[\s\"'`*\])\x80-\xff\\]|{_ESCAPE}|{_BREAK})*"
"""What may stand between a word for a secret and what tells that it follows."""
_BEFORE: Final = rf"(?:\b|{_BREAK}|{_ESCAPE})"
"""What a key begins after."""
_TELLS: Final = (
    rf"(?:[:=\x80-\xff]|{_ESCAPE}|(?:\b|\\[bfnrt])(?:is(?: now| set to)?|was|ist|lautet|est|es|to)\b"
    r"|(?:\s|\\[bfnrt])[\"'`\\]*[a-z0-9_-]{20})"
)
_OPENS: Final = rf"(?:[\s\"'`*>=\[\x80-\xff\\]|{_ESCAPE}|{_BREAK})*"
_REST: Final = r"[a-z0-9_-]*(?: (?:for|of) [\w.@\x80-\xff\\-]+)?"
_KEY_NAMES: Final = (
    "secret|token|credential|(?:api|access|private|auth|account|signing|encryption)[_ -]?key"  # as in `passwords`
)
_NAMES_IN_JSON: Final = (
    "passw(?:or)?d|api[_-]?key|secret|(?:access|refresh|id)[_-]?token|authorization|(?:private|access)[_-]?key|cookie"
)
"""Names of members whose values are secrets whatever they look like; as in `names`."""
_AS_IT_IS: Final = "<>&'\""
"""What some write as an escape that need not be, and no word is made of."""
_ADDRESSES: Final = (
    rf"(?i)@|{chr(0xFF20)}|\\uff20|(?:[\[({{\x80-\xff]|u[0-9a-f]{{4}}) ?at(?: ?[\])}}\x80-\xff]| ?\\)"  # jane (at) host
)


def may_change(masking: Masking, text: str) -> bool:
    """Whether the rules may find something in a text, or in the strings of its JSON, names of users' ids aside.

    >>> rules = Masking()
    >>> [may_change(rules, text) for text in ("Which key is it in?", "password: k8Fz!wq2x", '{"password": "short"}')]
    [False, True, True]
    """
    if not masking.is_gated:
        return bool(masking.kinds or masking.patterns)
    if not masking.kinds or len(text) < SHORTEST:
        return False
    return compile_gate("email" in masking.kinds).search(text.encode("utf-8", "surrogatepass")) is not None


@cache
def compile_gate(with_addresses: bool) -> Any:
    """One expression for all that secrets, and addresses of mail, are told by."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes; what is not ASCII is two bytes and more of UTF-8
    parts = [*write_keys(), *write_named(), write_escapes(), *([_ADDRESSES] if with_addresses else [])]
    return re2.compile("|".join(f"(?:{part})" for part in parts).encode(), options)


def write_keys() -> list[str]:
    """The forms of keys, each as long as it may be; those with a slash, which JSON may escape, by their beginning."""
    forms = []
    for form in keys.FORMS:
        if "/" in form.pattern.pattern:
            forms += [re.escape(hint) for hint in form.hints]
        else:
            forms.append(_BEFORE + "(?:" + loosen(form.pattern.pattern) + ")")
    return [*forms, "-----BEGIN"]


def loosen(pattern: str) -> str:
    r"""Without what looks around, and with repetitions of any length, but for a few at least: RE2 counts badly.

    >>> loosen(r"(?<![A-Za-z0-9_])(?:sk-(?!ant-|or-)[a-z]{20,120}\.[0-9]{2})(?![A-Za-z0-9_])")
    '(?:sk-[a-z]{8,}\\.[0-9]{2,})'
    """
    pattern = re.sub(r"\(\?<?!.*?\)", "", pattern)
    return re.sub(r"\{(\d+)(?:,\d*)?\}", lambda match: f"{{{min(int(match[1]), 8)},}}", pattern)


def write_named() -> list[str]:
    """Words for secrets with something behind them, and passwords in addresses."""
    words = "|".join(("pass", "pwd", "senha", "kennwort", "wachtwoord", *map(write_word, FOREIGN_HINTS)))
    value, long_value = r"[^\s\"'`<>,;]*[0-9\x80-\xff]", r"[^\s\"'`<>,;]{16}"
    return [
        rf"(?i)(?:{words}){_REST}{_BETWEEN}{_TELLS}{_OPENS}{value}",
        rf"(?i)(?:{words})\\*\"\s*:\s*\[",
        rf"(?i)(?:{_KEY_NAMES}){_REST}{_BETWEEN}{_TELLS}{_OPENS}{long_value}",
        rf"(?i)(?:{_KEY_NAMES})\\*\"\s*:\s*\[",
        rf"(?i)(?:bearer|basic)(?:[\s\x80-\xff]|{_BREAK}|{_ESCAPE})+[a-z0-9._~+/=\\-]{{16}}",
        rf"(?i)(?:{_NAMES_IN_JSON})\\*\"(?:\s|{_BREAK})*:",
        r":(?:\\*/){2}[^\s:@\"'<>]*:[^\s@\"'<>]+@",
    ]


def write_word(word: str) -> str:
    """A word in other letters as UTF-8 and as escapes of JSON, in small letters and capitals."""
    return "".join(
        "(?:" + "|".join(dict.fromkeys(each for case in (sign, sign.upper()) for each in write_sign(case))) + ")"
        for sign in word
    )


def write_sign(sign: str) -> tuple[str, ...]:
    return (sign,) if sign.isascii() else (sign, rf"\\+u{ord(sign):04x}")


def write_escapes() -> str:
    """Signs of ASCII that JSON writes as an escape without need: a word may be hidden so."""
    signs = "|".join(f"{code:02x}" for code in range(0x20, 0x7F) if chr(code) not in _AS_IT_IS)
    return rf"(?i)\\u00(?:{signs})"
