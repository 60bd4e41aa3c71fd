"""Conversations of a list come in, as REST describes them; lines of a file go out: a table for people, or JSON lines.

Spreadsheets take a cell that begins like a formula for one, so such a cell gets an apostrophe in front.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from tracing.formulas import guard_cell

Item = Mapping[str, Any]
COLUMNS: Final[Mapping[str, Callable[[Item], Any]]] = {
    "conversation_id": lambda item: item["conversation_id"],
    "first_time": lambda item: item["first_time"],
    "last_time": lambda item: item["last_time"],
    "first_message": lambda item: item["first_message"],
    "turns": lambda item: item["turn_count"],
    "signals": lambda item: ", ".join(item["signal_kinds"]),
    "dissatisfied": lambda item: item["dissatisfied"] and f"{item['dissatisfied']['probability']:.3f}",
    "failure_mode": lambda item: item["failure_mode"] and item["failure_mode"]["title"],
    "machine": lambda item: item["machine"],
    "user_id": lambda item: item["user_id"],
    "models": lambda item: ", ".join(item["models"]),
    "service_name": lambda item: item["service_name"],
    "environment": lambda item: item["environment"],
    "input_tokens": lambda item: item["input_tokens"],
    "output_tokens": lambda item: item["output_tokens"],
    "cost_usd": lambda item: item["cost_usd"],
    "longest_ms": lambda item: item["longest_ms"],
}
LEFT_OUT = ("first_time_ns", "last_time_ns", "longest_ns")
"""Told in other words."""


def write_table(items: Iterable[Item]) -> Iterator[str]:
    """Lines of a CSV file, the names of its columns first."""
    yield write_line(list(COLUMNS))
    for item in items:
        yield write_line([guard(read(item)) for read in COLUMNS.values()])


def write_json_lines(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        told = {name: value for name, value in item.items() if name not in LEFT_OUT}
        yield json.dumps(told, ensure_ascii=False, default=str) + "\n"


def write_line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def guard(value: Any) -> Any:
    """What no spreadsheet takes for a formula; None as nothing.

    >>> guard("=1+1"), guard(3), guard(None)
    ("'=1+1", 3, '')
    """
    if value is None:
        return ""
    return guard_cell(value) if isinstance(value, str) else value
