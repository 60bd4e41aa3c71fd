"""A finding: somebody's data, or a secret, at a place in a text. Every recogniser gives these."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "email",
    "phone",
    "card",
    "iban",
    "ip_address",
    "mac_address",
    "ssn",
    "national_id",
    "passport",
    "driving_licence",
    "date_of_birth",
    "street_address",
    "crypto_address",
    "key",
    "password",
    "name",
    "user",
    "other",
]
"""The last three are found where datasets are cleaned alone: a name, a user's id, and what another recogniser names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One value. `start` and `end` are offsets in characters into the text, `end` not included."""

    kind: Kind
    start: int
    end: int
    confidence: float
    """How sure it is that the value is of this kind, 0 to 1."""
    name: str
    """What it is, for people, with its article: `an e-mail address`, `a Spanish DNI`."""
    sample: bool = False
    """Whether it is a value that documentation uses: example.com, 555-0100, a private network's address."""
    public: bool = False
    """Whether it is how to reach an organisation, not a person: support@, a toll-free number."""


def mask_value(value: str) -> str:
    """Return the value with its first and last character alone, so that it can be told without being repeated.

    >>> mask_value("jane@mail.dk"), mask_value("ab")
    ('j…k', '…')
    """
    return f"{value[0]}…{value[-1]}" if len(value) > 4 else "…"
