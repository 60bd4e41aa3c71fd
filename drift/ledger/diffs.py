"""Two versions of a text come in, what differs goes out as pages show it: hunks of lines, and in lines words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["equal", "removed", "added"]
CONTEXT = 2
"""Lines around a change that are shown."""
MOST_LINES = 400
LONGEST_LINE = 2_000
MOST_COMPARED = 4_000
"""Lines, beyond which a text is not compared."""
MOST_PAIRS = 200_000
"""Words times words that are compared within lines."""
ALIKE = 0.3
"""How alike two lines must be for their words to be compared."""
_WORDS = re.compile(r"«[^«»\n]{1,60}»|\s+|[^\W_]+|.", re.DOTALL)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or what stands for it; a line with few changes holds both the old and the new words."""

    parts: tuple[Part, ...]
    old_number: int | None
    new_number: int | None
    """Counted from one; None where the text has no such line."""

    @property
    def kind(self) -> Literal["equal", "removed", "added", "changed"]:
        kinds = {part.kind for part in self.parts}
        return next(iter(kinds)) if len(kinds) == 1 else "changed"


@dataclass(frozen=True, slots=True)
class Diff:
    """Hunks: changed lines with those around them."""

    hunks: tuple[tuple[Line, ...], ...]
    is_cut: bool
    """Whether there is more than is shown."""


def compare_texts(old: str, new: str) -> Diff:
    """What changed from `old` to `new`."""
    rows = [_LINE_ENDS.split(text) if text else [] for text in (old, new)]
    is_cut = any(len(row) > MOST_COMPARED for row in rows)
    one, other = (row[:MOST_COMPARED] for row in rows)
    groups = SequenceMatcher(None, one, other, autojunk=False).get_grouped_opcodes(CONTEXT)
    hunks: list[tuple[Line, ...]] = []
    room = MOST_LINES
    for group in groups if one != other else ():
        lines = [line for opcode in group for line in compare_lines(one, other, *opcode)]
        hunks += [tuple(lines[:room])] if room else []
        is_cut = is_cut or len(lines) > room
        room = max(room - len(lines), 0)
    return Diff(tuple(hunks), is_cut)


def compare_lines(
    old: Sequence[str], new: Sequence[str], kind: str, old_at: int, old_to: int, new_at: int, new_to: int
) -> Iterator[Line]:
    paired = min(old_to - old_at, new_to - new_at) if kind in ("equal", "replace") else 0
    for step in range(paired):
        yield from pair_lines(old[old_at + step], new[new_at + step], old_at + step + 1, new_at + step + 1)
    for at in range(old_at + paired, old_to):
        yield Line((Part("removed", shorten(old[at])),), at + 1, None)
    for at in range(new_at + paired, new_to):
        yield Line((Part("added", shorten(new[at])),), None, at + 1)


def pair_lines(old: str, new: str, old_number: int, new_number: int) -> Iterator[Line]:
    """One line with old and new words where the two are alike, else one line each."""
    if old == new:
        yield Line((Part("equal", shorten(old)),), old_number, new_number)
        return
    parts = compare_words(old, new)
    if parts is None:
        yield Line((Part("removed", shorten(old)),), old_number, None)
        yield Line((Part("added", shorten(new)),), None, new_number)
        return
    yield Line(parts, old_number, new_number)


def compare_words(old: str, new: str) -> tuple[Part, ...] | None:
    """The parts of a line that was changed; None where hardly anything of it stayed."""
    one, other = (_WORDS.findall(text) for text in (shorten(old), shorten(new)))
    if len(one) * len(other) > MOST_PAIRS:
        return None
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    stayed = sum(count_shown(one[block.a : block.a + block.size]) for block in matcher.get_matching_blocks())
    if stayed < ALIKE * max(count_shown(one), count_shown(other)):
        return None
    parts: list[Part] = []
    for kind, old_at, old_to, new_at, new_to in matcher.get_opcodes():
        if kind == "equal":
            parts.append(Part("equal", "".join(one[old_at:old_to])))
            continue
        removed, added = "".join(one[old_at:old_to]), "".join(other[new_at:new_to])
        parts += [Part("removed", removed)] if removed else []
        parts += [Part("added", added)] if added else []
    return tuple(parts)


def count_shown(words: Sequence[str]) -> int:
    return sum(not word.isspace() for word in words)


def shorten(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key of an object whose value changed; an absent one is None."""

    path: str
    old: str | None
    new: str | None


def compare_objects(old: Any, new: Any, path: str = "") -> Iterator[KeyChange]:
    """Key by key, in objects within objects; lists of named things (tools) by their names."""
    one, other = key_by_name(old), key_by_name(new)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            inner = f"{path}.{key}" if path else str(key)
            if key in one and key in other:
                yield from compare_objects(one[key], other[key], inner)
            else:
                yield KeyChange(inner, write(one.get(key)), write(other.get(key)))
    elif old != new:
        yield KeyChange(path, write(old), write(new))


def key_by_name(value: Any) -> Any:
    """A list of named things as an object; any other value as it is, with its keys as texts."""
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    if not isinstance(value, list) or not value:
        return value
    names = [each.get("name") if isinstance(each, Mapping) else None for each in value]
    is_named = all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names)
    return dict(zip(names, value, strict=True)) if is_named else value


def write(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
