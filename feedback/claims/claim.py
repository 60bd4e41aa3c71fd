"""A claim: one number, date, name, link or quotation of an answer, looked up in what the model was given."""

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["number", "date", "name", "identifier", "link", "quotation"]


@dataclass(frozen=True, slots=True)
class Claim:
    """`start` and `end` are offsets in characters into the answer."""

    kind: ClaimKind
    start: int
    end: int
    doubt: float
    """0 where it stands in the sources or follows from them, 1 where it does not; between where it may be no claim at
    all (a small count in words, a lone word that opens a sentence), or follow in a way that is not seen (a total)."""
