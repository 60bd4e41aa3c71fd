"""The texts of an evaluation set: the lines of a file come in, every text that a model may be asked or that it is
judged by goes out. Files are JSON lines or JSON (any shape: messages as OpenAI writes them, Promptfoo's `vars`), CSV,
or plain text with one text a line."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

LONGEST_LINE: Final = 2_000_000
"""Characters."""
CSV_LINES: Final = 20
"""If so many first rows of a file have as many cells as its first one, it is CSV."""
INSTRUCTIONS: Final = frozenset({"system", "developer"})
"""Roles whose messages are the app's own, in rows as in evaluation sets."""


class UnreadableTexts(ValueError):  # noqa: N818 - the name says it
    """What is wrong, and in which line, in a sentence for people."""


def read_texts(lines: Iterable[str]) -> Iterator[str]:
    """Every text that is not blank. Raises UnreadableTexts."""
    held = [_check(number, line) for number, line in enumerate(lines, start=1)]
    if held:
        held[0] = held[0].removeprefix("\ufeff")
    first = next((line.strip() for line in held if line.strip()), "")
    texts = _read_json(held) if first.startswith(("{", "[")) else None
    if texts is None:
        texts = _read_cells(held) if _is_csv(held) else iter(held)
    yield from (text for text in texts if text.strip())


def list_strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value; of messages what they say, without instructions.

    >>> list(list_strings({"messages": [{"role": "user", "content": "one"}], "ideal": ["two"], "weight": 1}))
    ['one', 'two']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        role = value.get("role") if "content" in value else None
        if role not in INSTRUCTIONS:
            for name, each in value.items():
                yield from list_strings(each) if role is None or name != "role" else ()
    elif isinstance(value, Sequence):
        for each in value:
            yield from list_strings(each)


def _check(number: int, line: str) -> str:
    if len(line) > LONGEST_LINE:
        raise UnreadableTexts(f"Line {number} has more than {LONGEST_LINE:,} characters.")
    return line


def _read_json(lines: Sequence[str]) -> Iterator[str] | None:
    """Of JSON lines or of one JSON document; None where the file only begins like one."""
    number, first = next((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    if _parse(first) is not None:
        return _read_json_lines(lines)
    if (whole := _parse("\n".join(lines))) is not None:
        return iter(whole)
    if first.lstrip().startswith("{"):
        raise UnreadableTexts(f"Line {number} begins like JSON and is none.")
    return None


def _read_json_lines(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            texts = _parse(line)
            if texts is None:
                raise UnreadableTexts(f"Line {number} is no JSON, as the lines before it are.")
            yield from texts


def _parse(text: str) -> list[str] | None:
    """The texts of a JSON value; None where it is none."""
    try:
        return list(list_strings(json.loads(text)))
    except (ValueError, RecursionError):
        return None


def _is_csv(lines: Sequence[str]) -> bool:
    try:
        rows = [row for row, _ in zip(csv.reader(lines), range(CSV_LINES), strict=False) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows)


def _read_cells(lines: Iterable[str]) -> Iterator[str]:
    reader = csv.reader(lines)
    try:
        for row in reader:
            yield from row
    except csv.Error as error:
        raise UnreadableTexts(f"Line {reader.line_num} is no CSV: {error}.") from error
