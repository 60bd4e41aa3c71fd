"""What a file format has to give: every format is one file with one of these at its end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.datasets.messages import Row
from feedback.datasets.record import Reason, Record
from feedback.datasets.selection import Selection


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write records for one consumer."""

    name: str
    """As on the command line."""
    title: str
    selection: Selection
    write_row: Callable[[Record], Row]
    """Everything but `tools`, which all rows get as soon as one of them has any."""
    check_row: Callable[[Row], Reason | None]
    """Judges the row as it was read back."""
    advise: Callable[[Sequence[Record]], Mapping[str, Any]]
    """Options for the trainer that suit these records."""
