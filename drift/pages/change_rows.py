"""What the ledger saw comes in; a row of the list of changes goes out."""

from dataclasses import dataclass
from datetime import datetime

from drift.ledger.fields import TITLES


@dataclass(frozen=True, slots=True)
class ChangeRow:
    number: int
    time: datetime
    title: str
    sentence: str
    where: str
    spread: float | None = None
    """How much of the latest traffic has it; None where that is not known."""


def show_change_row(
    number: int, time: datetime, sentence: str, field: str, name: str, where: str, spread: float | None = None
) -> ChangeRow:
    return ChangeRow(number, time, name_field(field, name), sentence, where, spread)


def name_field(field: str, name: str) -> str:
    """
    >>> name_field("parameters", "temperature"), name_field("request_model", "")
    ('Parameters: temperature', 'Model asked for')
    """
    title = TITLES.get(field, field.replace("_", " ").capitalize())
    return f"{title}: {name}" if name else title
