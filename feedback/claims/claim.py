"""A claim: one number, date, name, link or quotation in an answer that can be looked up in what the model was given."""

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["number", "date", "name", "identifier", "link", "quotation"]


@dataclass(frozen=True, slots=True)
class Claim:
    """`start` and `end` are offsets in characters into the answer."""

    kind: ClaimKind
    start: int
    end: int
    trust: float = 1.0
    """0 to 1; less where it may be no claim at all (a small count in words, a lone word that opens a sentence), or may
    follow from others in a way that is not seen (a total)."""
