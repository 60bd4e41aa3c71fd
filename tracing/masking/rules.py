"""What a project has masked before it is stored: kinds of values, patterns of its own, attributes to leave out.

Rules are checked here before anybody keeps them: a pattern must be one, match something, and take no longer than texts
are long.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

import regex

from tracing.personal_data import Kind

MOST_PATTERNS: Final = 20
MOST_DROPPED: Final = 100
LONGEST_EXPRESSION: Final = 500
LONGEST_NAME: Final = 40
LONGEST_KEY: Final = 200
TRIAL_SECONDS: Final = 0.25
"""That a pattern may take for a trial, a few thousand characters."""
ALL_TRIALS_SECONDS: Final = 2.0
_TRIALS: Final = ("a", "A", "0", " ", "a ", "0-", "ab", "a@", "a.", "/", '"', "\n", "é", "x=1&")
_TRIAL_CHARACTERS: Final = 3_000
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")

SECRETS: Final[frozenset[Kind]] = frozenset(("key", "password"))
"""Masked where a project says nothing else."""
GATED: Final[frozenset[Kind]] = SECRETS | {"email"}
"""Kinds that a quick look tells to be absent, and that are no bare numbers."""
KINDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "key": ("Keys and tokens", "sk-proj-…, AKIA…, Authorization: Bearer …, private keys"),
    "password": ("Passwords", "password: k8Fz!wq2, postgres://anna:k8Fz!wq2@db"),
    "email": ("E-mail addresses", "anna@mailbox.dk"),
    "phone": ("Phone numbers", "+45 32 12 34 57"),
    "card": ("Payment cards", "4539 1488 0343 6467"),
    "iban": ("Bank accounts (IBAN)", "DE89 3704 0044 0532 0130 00"),
    "ip_address": ("IP addresses", "81.2.69.160"),
    "mac_address": ("MAC addresses", "3c:22:fb:1a:2b:3c"),
    "ssn": ("US social security numbers", "536-22-8176"),
    "national_id": ("National identity numbers", "54362315K (Spain), 85 07 30 033 28 (Belgium), and others"),
    "passport": ("Passport numbers", "passport no. C01X00T47"),
    "driving_licence": ("Driving licence numbers", "driver's license D7315042"),
    "date_of_birth": ("Dates of birth", "date of birth: 14 March 1984"),
    "street_address": ("Street addresses", "I live at 221 Baker Street, London NW1 6XE"),
    "crypto_address": ("Addresses of crypto money", "bc1q…, 0x…"),
}
"""What can be masked by its form: its title, and what it looks like. The kinds that say who somebody is stand last."""


class InvalidRuleError(ValueError):
    """A rule that cannot be kept; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of the project's own; what it matches becomes its name in brackets."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Masking:
    """The rules of a project."""

    kinds: frozenset[Kind] = SECRETS
    patterns: tuple[Pattern, ...] = ()
    dropped: tuple[str, ...] = ()
    """Names of attributes that are not kept; `*` stands for anything."""
    hides_users: bool = False
    """Whether ids of users become pseudonyms, all of them."""

    @property
    def changes_nothing(self) -> bool:
        return not (self.kinds or self.patterns or self.dropped or self.hides_users)

    @property
    def hides_numbers(self) -> bool:
        """Whether a bare number may be what is masked."""
        return bool(self.patterns or self.kinds - GATED)

    @property
    def is_gated(self) -> bool:
        """Whether nothing is masked but what can be told to be absent by a quick look at a text."""
        return not self.patterns and self.kinds <= GATED


def write_stand_in(name: str) -> str:
    """What stands where a value was.

    >>> write_stand_in("ip_address"), write_stand_in("customer number")
    ('[IP ADDRESS]', '[CUSTOMER NUMBER]')
    """
    return f"[{name.replace('_', ' ').upper()}]"


def is_dropped(masking: Masking, key: str) -> bool:
    """Whether attributes of this name are not kept."""
    return any(fnmatchcase(key, name.replace("[", "[[]")) for name in masking.dropped)


def check_masking(masking: Masking) -> Masking:
    """The rules as they are kept. Raises InvalidRuleError."""
    if unknown := sorted(set(masking.kinds) - set(KINDS)):
        raise InvalidRuleError(f"There is no kind {unknown[0]!r}; there are {', '.join(KINDS)}.")
    if len(masking.patterns) > MOST_PATTERNS:
        raise InvalidRuleError(f"There are {len(masking.patterns)} patterns; keep at most {MOST_PATTERNS}.")
    if len(masking.dropped) > MOST_DROPPED:
        raise InvalidRuleError(f"There are {len(masking.dropped)} attributes to drop; keep at most {MOST_DROPPED}.")
    for number, pattern in enumerate(masking.patterns, 1):
        check_pattern(pattern, f"Pattern {number}")
    if len({write_stand_in(each.name) for each in masking.patterns}) < len(masking.patterns):
        raise InvalidRuleError("Two patterns have the same name; what they mask could not be told apart.")
    for key in masking.dropped:
        check_dropped(key)
    return masking


def check_pattern(pattern: Pattern, what: str) -> None:
    """Raises InvalidRuleError where it is none, matches nothing at all, or takes too long on a text made for that."""
    if not _NAME.fullmatch(pattern.name) or len(pattern.name) > LONGEST_NAME:
        raise InvalidRuleError(
            f"{what} is called {pattern.name!r}; a name has letters, digits, spaces and hyphens, begins with a letter"
            f" and has at most {LONGEST_NAME} characters. It stands in texts as {write_stand_in('name')}."
        )
    if pattern.name.lower().replace(" ", "_") in KINDS:
        raise InvalidRuleError(f"{what} is called {pattern.name!r} like a kind that is built in; give it another name.")
    if not 0 < len(pattern.expression) <= LONGEST_EXPRESSION:
        raise InvalidRuleError(
            f"{what} ({pattern.name}) has {len(pattern.expression)} characters; write 1 to {LONGEST_EXPRESSION}."
        )
    try:
        compiled = regex.compile(pattern.expression)
        if compiled.search("", timeout=TRIAL_SECONDS):
            raise InvalidRuleError(
                f"{what} ({pattern.name}) matches where there is nothing; it would match everywhere."
            )
        try_pattern(compiled)
    except TimeoutError:
        raise InvalidRuleError(
            f"{what} ({pattern.name}) takes too long: more than {TRIAL_SECONDS} seconds for {_TRIAL_CHARACTERS:,}"
            " characters. Repetitions inside repetitions, such as (a+)+, do that; write it with one."
        ) from None
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise InvalidRuleError(f"{what} ({pattern.name}) is no regular expression: {error}.") from None


def try_pattern(compiled: "regex.Pattern[str]") -> None:
    """Raises TimeoutError where it takes too long on texts that repeat themselves, and on none that it matches."""
    seeds = dict.fromkeys((*_TRIALS, *compiled.pattern))
    until = time.monotonic() + ALL_TRIALS_SECONDS
    for seed in seeds:
        text = (seed * _TRIAL_CHARACTERS)[:_TRIAL_CHARACTERS]
        for trial in (text, f"{text}\u2603"):
            left = max(1e-6, until - time.monotonic())
            for _ in compiled.finditer(trial, timeout=min(TRIAL_SECONDS, left)):
                pass


def check_dropped(key: str) -> None:
    """Raises InvalidRuleError where it is no name of an attribute, or would drop all of them."""
    if not key.strip("*") or len(key) > LONGEST_KEY or "\x00" in key:
        raise InvalidRuleError(
            f"{key[:LONGEST_KEY]!r} is no name of an attribute to drop; write one such as `http.request.header.cookie`,"
            f" or its beginning and `*`, of at most {LONGEST_KEY} characters."
        )
