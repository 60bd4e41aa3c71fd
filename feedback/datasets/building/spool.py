"""Rows on a disk while a dataset is built: those of one batch of conversations lie in one file, a chunk, that is
written whole or not at all. A build that was cut off finds what is there and makes the rest.

A chunk is one line for each record, a line with what was counted and with the records' outlines, and a last line that
tells where that one begins. What was cut short has no such end, so it counts as missing.
"""

import json
import os
import re
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from sys import intern
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Final

import numpy

from feedback.datasets.building.archive import decode_record
from feedback.datasets.building.funnel import Step, read_step, write_step
from feedback.datasets.record import Record
from feedback.datasets.weighing.outline import Outline

_OFFSET_BITS: Final = 40
_END: Final = re.compile(rb"(\d{20})\n")
_END_LENGTH: Final = 21
_OPEN_AT_MOST: Final = 64
_OUTLINE: Final = tuple(each.name for each in fields(Outline))


@dataclass(frozen=True, slots=True)
class PartCounts:
    """What became of the candidates of one part of the format."""

    steps: tuple[Step, ...] = ()
    """Selection, then the steps of rows."""
    unjudged: Counter[str] = field(default_factory=Counter)
    """Candidates that nobody judged, by stratum."""
    unsure: Counter[str] = field(default_factory=Counter)
    """Rows whose label was less sure than was asked for, by its confidence with two digits."""


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """What was counted over one batch of conversations, or over several."""

    gate: Step
    """Of whole conversations: consent, licence, erasure."""
    parts: Mapping[str, PartCounts]

    def __add__(self, other: "ChunkCounts") -> "ChunkCounts":
        parts = {name: _add(part, other.parts[name]) for name, part in self.parts.items()}
        return ChunkCounts(self.gate + other.gate, parts)


@dataclass(frozen=True, slots=True)
class Outlined:
    """A row as it goes into a chunk. Its outline has no place yet."""

    line: bytes
    """The record, encoded."""
    outline: Outline


class Spool:
    """The chunks in a directory. To be used by one thread; close it, or use it with `with`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._open: OrderedDict[int, BinaryIO] = OrderedDict()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def holds(self, number: int) -> bool:
        return _read_summary(self._path(number)) is not None

    def write(self, number: int, rows: Sequence[Outlined], counts: ChunkCounts) -> None:
        """Write the chunk, in the place of an older one. Raises OSError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.directory, prefix=".chunk-", delete=False) as file:
            try:
                _write_chunk(file, number, rows, counts)
                Path(file.name).replace(self._path(number))
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

    def read(self, place: int) -> Record:
        """The record that an outline stands for."""
        file = self._find_file(place >> _OFFSET_BITS)
        file.seek(place & ((1 << _OFFSET_BITS) - 1))
        return decode_record(file.readline())

    def load_chunk_counts(self, number: int) -> ChunkCounts | None:
        """What was counted in one chunk; None where it is missing or was cut short."""
        summary = _read_summary(self._path(number))
        return _read_counts(summary) if summary else None

    def load_counts(self) -> Iterator[ChunkCounts]:
        """What was counted in each chunk."""
        return (_read_counts(summary) for summary in self._read_summaries())

    def load_outlines(self) -> Iterator[Outline]:
        """Of all rows, in no order that matters."""
        for summary in self._read_summaries():
            for told in summary["outlines"]:
                yield _read_outline(told)

    def _read_summaries(self) -> Iterator[dict[str, Any]]:
        """Of the chunks that are whole."""
        for path in sorted(self.directory.glob("chunk-*.jsonl")):
            if summary := _read_summary(path):
                yield summary

    def _path(self, number: int) -> Path:
        return self.directory / f"chunk-{number:06d}.jsonl"

    def _find_file(self, number: int) -> BinaryIO:
        if number in self._open:
            self._open.move_to_end(number)
        else:
            self._open[number] = self._path(number).open("rb")
            if len(self._open) > _OPEN_AT_MOST:
                self._open.popitem(last=False)[1].close()
        return self._open[number]


def _write_chunk(file: Any, number: int, rows: Sequence[Outlined], counts: ChunkCounts) -> None:
    outlines = []
    for row in rows:
        place = number << _OFFSET_BITS | file.tell()
        outlines.append(_write_outline(replace(row.outline, place=place)))
        file.write(row.line)
    end = b"%020d\n" % file.tell()
    file.write(json.dumps(_write_counts(counts) | {"outlines": outlines}).encode() + b"\n" + end)
    file.flush()
    os.fsync(file.fileno())


def _read_summary(path: Path) -> dict[str, Any] | None:
    """The chunk's last line but one, or None where the chunk is missing or was cut short."""
    try:
        with path.open("rb") as file:
            file.seek(-_END_LENGTH, os.SEEK_END)
            if not (end := _END.fullmatch(file.read())):
                return None
            file.seek(int(end[1]))
            summary: dict[str, Any] = json.loads(file.readline())
            return summary
    except (OSError, ValueError):
        return None


def _add(one: PartCounts, other: PartCounts) -> PartCounts:
    steps = tuple(mine + theirs for mine, theirs in zip(one.steps, other.steps, strict=True))
    return PartCounts(steps, one.unjudged + other.unjudged, one.unsure + other.unsure)


def _write_counts(counts: ChunkCounts) -> dict[str, Any]:
    parts = {
        name: {
            "steps": [write_step(step) for step in part.steps],
            "unjudged": dict(sorted(part.unjudged.items())),
            "unsure": dict(sorted(part.unsure.items())),
        }
        for name, part in counts.parts.items()
    }
    return {"gate": write_step(counts.gate), "parts": parts}


def _read_counts(told: Mapping[str, Any]) -> ChunkCounts:
    parts = {
        name: PartCounts(
            tuple(read_step(step) for step in part["steps"]), Counter(part["unjudged"]), Counter(part["unsure"])
        )
        for name, part in told["parts"].items()
    }
    return ChunkCounts(read_step(told["gate"]), parts)


def _write_outline(outline: Outline) -> dict[str, Any]:
    told = {name: getattr(outline, name) for name in _OUTLINE}
    signature = numpy.ascontiguousarray(outline.signature, dtype="<u4").tobytes()
    return told | {"signature": b64encode(signature).decode()}


def _read_outline(told: Mapping[str, Any]) -> Outline:
    signature = numpy.frombuffer(b64decode(told["signature"]), dtype="<u4")
    values: dict[str, Any] = {name: intern(each) if isinstance(each, str) else each for name, each in told.items()}
    return Outline(**values | {"signature": signature})
