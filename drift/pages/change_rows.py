"""What the ledger saw, as a row of the list of changes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChangeRow:
    number: int
    time: datetime
    sentence: str
    where: str
    spread: float | None = None
    """How much of the latest traffic has it; None where that is not known."""
