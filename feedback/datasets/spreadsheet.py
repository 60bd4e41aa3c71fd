"""A table for people, `train.csv` and `validation.csv`: judged answers become rows that read on their own.

A spreadsheet takes a cell that begins like a formula for one, so such a cell gets an apostrophe in front, which reading
takes away again; so does what would be a cell where semicolons separate. A spreadsheet also breaks a cell that is
longer than it can hold, and the rest of it would be a cell of its own.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from feedback.datasets.format import About, Format, Part, SplitName
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.messages import Row, tell_messages
from feedback.datasets.record import Reason, Record
from feedback.datasets.weighing.outline import Outline
from tracing.formulas import guard_cell, unguard_cell

COLUMNS: Final = (
    "time",
    "conversation",
    "turn",
    "model",
    "language",
    "instructions",
    "before",
    "question",
    "steps",
    "answer",
    "verdict",
    "why",
    "tier",
    "sure",
)
LONGEST_CELL: Final = 32_767
"""UTF-16 units, in Excel and LibreOffice."""


def write_row(record: Record, _with_tools: bool) -> Row:
    """All of it as text: what was said before the question, and what tools did between question and answer."""
    source, prompt = record.provenance, record.prompt
    asked = max((place for place, message in enumerate(prompt) if message.role == "user"), default=0)
    before, question, steps = prompt[:asked], prompt[asked : asked + 1], prompt[asked + 1 :]
    return {
        "time": datetime.fromtimestamp(record.time_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "conversation": source.conversation_id,
        "turn": str(source.turn_index),
        "model": record.model,
        "language": record.language,
        "instructions": "\n".join(message.content for message in before if message.role == "system"),
        "before": tell_messages(message for message in before if message.role != "system"),
        "question": "\n".join(message.content for message in question),
        "steps": tell_messages(steps),
        "answer": "\n".join(message.content for message in record.completion),
        "verdict": "good" if record.label else "bad",
        "why": source.label_source,
        "tier": source.tier,
        "sure": f"{source.confidence:.2f}",
    }


def check_row(row: Row) -> Reason | None:
    if not row["question"].strip():
        return Reason.NO_USER_MESSAGE
    if not row["answer"].strip():
        return Reason.EMPTY_MESSAGE
    return Reason.TOO_LONG if any(measure_cell(cell) > LONGEST_CELL for cell in row.values()) else None


def measure_cell(cell: str) -> int:
    return len(guard_cell(cell).encode("utf-16-le", "surrogatepass")) // 2


def advise(_rows: Sequence[Outline]) -> Mapping[str, Any]:
    return {"why": "For people to read. Open it as UTF-8 with commas; an apostrophe before a formula keeps it a text."}


def write_tables(directory: Path, rows: Mapping[tuple[SplitName, str], Iterable[Row]], _about: About) -> list[Path]:
    return [_write_table(directory / f"{split}.csv", given) for (split, _), given in rows.items()]


def _write_table(path: Path, rows: Iterable[Row]) -> Path:
    """As RFC 4180 says; the byte order mark tells a spreadsheet that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        table.writerow(COLUMNS)
        table.writerows([guard_cell(row[column]) for column in COLUMNS] for row in rows)
    return path


def read_tables(directory: Path, split: SplitName, _part: str = "") -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    with (directory / f"{split}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {column: unguard_cell(cell) for column, cell in row.items()}


FORMAT = Format(
    name="csv",
    title="Table for people",
    purpose="Read judged answers in a spreadsheet: what was asked, what was answered, and who found it good or bad.",
    parts=(Part("", RATINGS, write_row, check_row, advise),),
    write=write_tables,
    read=read_tables,
)
