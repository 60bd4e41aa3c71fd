"""`tacit group`: texts of a file come in, the group of each goes out in the file's order.

Nothing but the file is read: no store, no Django, no network.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from config.detecting import decode_line, read_lines
from feedback.embedding import load_encoder
from feedback.failure_modes.grouping import Group, group_texts
from tracing.importing.entries import Problem, UnreadableError, shorten

encode_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a file."""

    texts: int
    groups: int
    nowhere: int
    problems: int


@dataclass(frozen=True, slots=True)
class Text:
    id: str | int
    text: str


def group_file(file: IO[bytes], output: IO[bytes], *, tell_problem: Callable[[Problem], None]) -> Tally:
    """Write the group of every text that can be read. Raises CannotDetectError where the file cannot."""
    texts, problems = read_texts(file)
    for problem in problems:
        tell_problem(problem)
    encoder = load_encoder(count_cores())
    groups = group_texts(
        [each.text for each in texts], lambda read: encoder.embed(read, partial(tell_progress, len(texts)))
    )
    clear_progress()
    output.writelines(
        write_line(text, *told) for text, told in zip(texts, tell_groups(groups, len(texts)), strict=True)
    )
    output.flush()
    grouped = sum(len(group.members) for group in groups)
    return Tally(len(texts), len(groups), len(texts) - grouped, len(problems))


def tell_progress(count: int, done: int) -> None:
    """One line on a terminal that is written over; nothing elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{done:,} different texts of {count:,} read …")
        sys.stderr.flush()


def clear_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")


def count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_texts(file: IO[bytes]) -> tuple[list[Text], list[Problem]]:
    """The texts of a file, and why other lines are none."""
    texts: list[Text] = []
    problems: list[Problem] = []
    lines: dict[str | int, int] = {}
    for line in read_lines(file):
        row = decode_line(line)
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            text = read_text(row.value)
            if text.id in lines:
                raise UnreadableError(f"the id {shorten(text.id)} stands on line {lines[text.id]} already")
        except UnreadableError as error:
            problems.append(Problem(row.line, str(error)))
        else:
            lines[text.id] = row.line
            texts.append(text)
    return texts, problems


def read_text(value: Any) -> Text:
    """A text from `{"id", "text"}`. Raises UnreadableError."""
    if not isinstance(value, Mapping):
        raise UnreadableError(f'the line is {shorten(value)}; {{"id", "text"}} was expected')
    name, text = value.get("id"), value.get("text")
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise UnreadableError(f"id is {shorten(name)}; text was expected")
    if not isinstance(text, str):
        raise UnreadableError(f"text is {shorten(text)}; text was expected")
    return Text(name, text)


def tell_groups(groups: list[Group], count: int) -> list[tuple[str, str]]:
    """By place of a text, the number of its group, from 1, and its label; both empty for one that belongs nowhere."""
    told = [("", "")] * count
    for number, group in enumerate(groups, start=1):
        for place in group.members:
            told[place] = str(number), group.name.title
    return told


def write_line(text: Text, group: str, label: str) -> bytes:
    line = encode_json({"id": text.id, "group": group, "label": label}) + "\n"
    return line.encode("utf-8", "replace")  # half of a surrogate pair is no letter
