"""What a file format has to give: every format is one file with one of these at its end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from feedback.datasets.labels.selection import Selection
from feedback.datasets.messages import Row
from feedback.datasets.record import Reason, Record
from feedback.datasets.weighing.outline import Outline

SplitName = Literal["train", "validation"]
SPLITS: tuple[SplitName, ...] = ("train", "validation")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind. Most formats have one; a Hugging Face folder has one a configuration."""

    name: str
    """Of its configuration; empty where the format has one part alone."""
    selection: Selection
    write_row: Callable[[Record, bool], Row]
    """The record as a row. Whether any row of the part has tools: then all of them name theirs, where the consumer
    wants rows alike."""
    check_row: Callable[[Row], Reason | None]
    """Judges the row as it was read back."""
    advise: Callable[[Sequence[Outline]], Mapping[str, Any]]
    """Options for the trainer that suit these rows; of the training rows alone."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one consumer takes; 0 where it takes any number."""

    consumer: str
    least_rows: int = 0
    most_rows: int = 0
    most_bytes: int = 0
    """Of one file."""

    def warn(self, rows: int, file_bytes: int) -> str:
        """Say what the consumer would refuse in so many rows to train on and so long a file; empty: nothing."""
        if rows < self.least_rows:
            return f"{self.consumer} takes {self.least_rows:,} rows or more; there are {rows:,}."
        if self.most_rows and rows > self.most_rows:
            return f"{self.consumer} takes {self.most_rows:,} rows at most; there are {rows:,}."
        if self.most_bytes and file_bytes > self.most_bytes:
            return f"{self.consumer} takes {self.most_bytes:,} bytes a file at most; there are {file_bytes:,}."
        return ""


@dataclass(frozen=True, slots=True)
class About:
    """What a card says of a dataset beside its rows."""

    name: str = ""
    licence: str = ""
    """As in the definition: an SPDX identifier or words; empty: none is granted."""
    languages: tuple[str, ...] = ()
    """ISO 639-1, the most frequent first."""
    biases: tuple[str, ...] = ()
    steps: tuple[tuple[str, int, int], ...] = ()
    """Of the funnel, over all parts: name, rows in, rows out."""
    reviewed: tuple[str, ...] = ()
    """How right labels by behaviour are by reviews of the project, a sentence a kind."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write records for one consumer."""

    name: str
    """As on the command line."""
    title: str
    purpose: str
    """What it is for, a sentence for people."""
    parts: tuple[Part, ...]
    write: Callable[[Path, Mapping[tuple[SplitName, str], Iterable[Row]], About], list[Path]]
    """Writes the rows, by split and part, into the directory; returns the files. Holds few rows at a time."""
    read: Callable[[Path, SplitName, str], Iterator[Row]]
    """The rows of a split and part of that directory, as the consumer reads them."""
    limits: tuple[Limit, ...] = ()
