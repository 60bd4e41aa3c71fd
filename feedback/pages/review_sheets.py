"""What reviewers said comes in, a table for people goes out: a line for each word of each reviewer."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tracing.formulas import guard_cell

COLUMNS: Final = (
    "place",
    "conversation",
    "turn",
    "state",
    "reason",
    "propensity",
    "settled",
    "said_by",
    "adjudicates",
    "choices",
    "better_answer",
    "note",
    "informed",
    "time",
)
MARK = "\ufeff"
"""By it spreadsheets know that a file is UTF-8."""


def write_sheet(items: Mapping[tuple[str, int], Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Lines of a file; `items` are what is known of each by conversation and turn, `rows` what was said. Texts that a
    spreadsheet would take for formulas get an apostrophe in front."""
    yield MARK + write_line(COLUMNS)
    for row in rows:
        item = items.get((row["conversation_id"], row["turn_index"]))
        if item is not None:
            yield write_line(tell_row(item, row))


def tell_row(item: Mapping[str, Any], row: Mapping[str, Any]) -> Sequence[str]:
    said_at = datetime.fromtimestamp(row["version"] / 10**6, UTC)
    return (
        str(item["place"]),
        row["conversation_id"],
        str(row["turn_index"] + 1),
        item["state"],
        item["reason"],
        f"{item['propensity']:.6g}",
        " ".join(item["settled"]),
        row["said_by"],
        "yes" if row["is_adjudication"] else "no",
        " ".join(row["choices"]),
        row["better_answer"],
        row["note"],
        "yes" if row["is_informed"] else "no",
        said_at.strftime("%Y-%m-%d %H:%M:%S"),
    )


def write_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(guard_cell, cells))
    return line.getvalue()
