"""What changed, as `drift.ledger` tells it, comes in; what `templates/parts/prompt_diff.html` shows goes out: lines of
a text with the words that went and came, values by key, or two plain values. Nothing here is HTML: templates escape it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from drift.ledger.diffs import KeyChange, Kind, Line, compare_objects, compare_texts
from drift.ledger.fields import INSTRUCTIONS
from drift.recording.sentences import Told

LINES_SHOWN = 14
"""The rest is folded."""
LINES_OF_NEW = 200
KEYS_SHOWN = 50
LONGEST_VALUE = 600
SIGNS = {"equal": "", "removed": "−", "added": "+", "changed": "±"}
HOLE = re.compile(r"«([^«»\n]{1,60})»")


@dataclass(frozen=True, slots=True)
class ShownPart:
    kind: Kind
    text: str
    is_hole: bool = False
    """Whether it stands for what the app fills in there, and is what that is called."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    kind: str
    sign: str
    old_number: int | None
    new_number: int | None
    parts: tuple[ShownPart, ...]
    opens_gap: bool = False
    """Whether lines that stayed the same are left out before it."""


@dataclass(frozen=True, slots=True)
class ShownDiff:
    """Of a text lines, of an object keys, of a value `old` and `new`."""

    lines: tuple[ShownLine, ...] = ()
    more: tuple[ShownLine, ...] = ()
    """Folded."""
    keys: tuple[KeyChange, ...] = ()
    old: str = ""
    new: str = ""
    is_cut: bool = False
    is_new: bool = False
    """Whether there was none before: the lines are the whole text."""


def show_diff(event: Told) -> ShownDiff:
    """What an event of the ledger changed."""
    if event.field == INSTRUCTIONS:
        return show_texts(event.old, event.new)
    if event.field == "tools":
        return show_texts(event.old, event.new)
    old, new = (read_object(text) for text in (event.old, event.new))
    if old is not None and new is not None:
        changes = [shorten(change) for change in compare_objects(old, new)]
        return ShownDiff(keys=tuple(changes[:KEYS_SHOWN]), is_cut=len(changes) > KEYS_SHOWN)
    if "\n" in event.old or "\n" in event.new:
        return show_texts(event.old, event.new)
    return ShownDiff(old=cut(event.old), new=cut(event.new))


def show_texts(old: str, new: str) -> ShownDiff:
    diff = compare_texts(old, new)
    lines = list(show_lines(diff.hunks))[: LINES_OF_NEW if not old else None]
    return ShownDiff(tuple(lines[:LINES_SHOWN]), tuple(lines[LINES_SHOWN:]), is_cut=diff.is_cut, is_new=not old)


def show_lines(hunks: Sequence[Sequence[Line]]) -> Iterator[ShownLine]:
    for number, hunk in enumerate(hunks):
        for place, line in enumerate(hunk):
            parts = tuple(shown for part in line.parts for shown in show_part(part.kind, part.text))
            is_start = not number and line.old_number in (None, 1) and line.new_number in (None, 1)
            yield ShownLine(
                line.kind, SIGNS[line.kind], line.old_number, line.new_number, parts, not place and not is_start
            )


def show_part(kind: Kind, text: str) -> Iterator[ShownPart]:
    """The text and the holes in it.

    >>> [part.text for part in show_part("equal", "Dear «name», hello")]
    ['Dear ', 'name', ', hello']
    """
    for place, piece in enumerate(HOLE.split(text)):
        if piece:
            yield ShownPart(kind, piece, is_hole=place % 2 == 1)


def read_object(text: str) -> Any:
    """An object of JSON, such as a tool's definition; None for any other text."""
    if not text.startswith("{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def shorten(change: KeyChange) -> KeyChange:
    old, new = (None if value is None else cut(value) for value in (change.old, change.new))
    return KeyChange(cut(change.path), old, new)


def cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
