"""From rows that stay to the files of a version: rows come from the spool and go into the format's files, are read back
as their consumer reads them, compared, hashed and told of in the manifest. All files appear at once or not at all."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from feedback.datasets.building.collecting import list_steps, load_counts
from feedback.datasets.building.files import flush, flush_files, list_files
from feedback.datasets.building.manifest import (
    MANIFEST,
    PROVENANCE,
    Account,
    Seen,
    describe_dataset,
    describe_files,
    summarise,
)
from feedback.datasets.building.provenance import digest_row, tell_origin
from feedback.datasets.building.source import Source
from feedback.datasets.building.spool import Spool
from feedback.datasets.format import SPLITS, Format, Part, SplitName
from feedback.datasets.formats import find_format
from feedback.datasets.lines import write_file
from feedback.datasets.messages import Row
from feedback.datasets.record import Record
from feedback.datasets.steps import Context
from feedback.datasets.weighing.settling import Placed, Settled

Told = Callable[[int, int, str], None]
"""Hears how many of how many rows are done, and what is being done with them."""

TOLD_EVERY: Final = 500


def say_nothing(_done: int, _total: int, _words: str) -> None:
    pass


class RowChanged(ValueError):  # noqa: N818 - the name says it
    """A row does not read back as it was written."""


@dataclass(frozen=True, slots=True)
class Lot:
    """The rows of one split of one part, in the order in which they are written."""

    split: SplitName
    part: Part
    placed: tuple[Placed, ...]
    with_tools: bool
    """Whether any row of the part has tools, of whichever split."""

    def read(self, spool: Spool) -> Iterator[tuple[Placed, Record, Row]]:
        for each in self.placed:
            record = spool.read(each.outline.place)
            yield each, record, self.part.write_row(record, self.with_tools)


def write_version(
    work: Path, settled: Settled, context: Context, source: Source, out: Path, told: Told = say_nothing
) -> dict[str, Any]:
    """Write the rows that stay, their provenance and the manifest into the directory `out`; return the manifest.

    An older directory of that name is replaced. Raises OSError, and RowChanged for a row that does not read back equal.
    """
    aside = out.with_name(f".{out.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with Spool(work) as spool:
        manifest = _fill(aside, spool, settled, context, source, told)
    flush_files(aside)
    shutil.rmtree(out, ignore_errors=True)
    aside.rename(out)
    flush(out.parent)
    return manifest


def _fill(
    directory: Path, spool: Spool, settled: Settled, context: Context, source: Source, told: Told
) -> dict[str, Any]:
    counts, chosen = load_counts(spool.directory, context), find_format(context.definition.format)
    account = Account(chosen, context, source, counts.gate, list_steps(counts, settled), settled)
    lots = _list_lots(chosen, settled)
    _write_lots(directory, spool, chosen, lots, account, told)
    seen = {part.name: Seen() for part in chosen.parts}
    write_file(directory / PROVENANCE, _check_lots(directory, spool, chosen, lots, seen, told))
    files = describe_files(list_files(directory), {(lot.split, lot.part.name): len(lot.placed) for lot in lots})
    manifest = describe_dataset(account, seen, files)
    written = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
    (directory / MANIFEST).write_bytes(written)
    return manifest


def _list_lots(chosen: Format, settled: Settled) -> list[Lot]:
    return [
        Lot(split, part, tuple(sorted(getattr(settled.parts[part.name], split), key=_order)), with_tools)
        for part in chosen.parts
        for with_tools in (_have_tools(settled, part),)
        for split in SPLITS
    ]


def _have_tools(settled: Settled, part: Part) -> bool:
    own = settled.parts[part.name]
    return any(each.outline.has_tools for each in (*own.train, *own.validation))


def _order(placed: Placed) -> tuple[Any, ...]:
    return placed.outline.order, placed.outline.subject, placed.outline.claim


def _write_lots(directory: Path, spool: Spool, chosen: Format, lots: list[Lot], account: Account, told: Told) -> None:
    total, done = sum(len(lot.placed) for lot in lots), 0

    def list_rows(lot: Lot) -> Iterator[Row]:
        nonlocal done
        for _, _, row in lot.read(spool):
            done += 1
            if done % TOLD_EVERY == 0:
                told(done, total, "writing rows")
            yield row

    chosen.write(directory, {(lot.split, lot.part.name): list_rows(lot) for lot in lots}, summarise(account))


def _check_lots(
    directory: Path, spool: Spool, chosen: Format, lots: list[Lot], seen: dict[str, Seen], told: Told
) -> Iterator[Row]:
    """Compare each row with what the consumer reads; give its line of provenance."""
    total, done = sum(len(lot.placed) for lot in lots), 0
    for lot in lots:
        read = chosen.read(directory, lot.split, lot.part.name)
        for number, (written, found) in enumerate(zip_longest(lot.read(spool), read)):
            digest = digest_row(found) if found is not None else ""
            if written is None or digest != digest_row(written[2]):
                raise RowChanged(_tell_change(lot, number))
            placed, record, _ = written
            seen[lot.part.name].take(record)
            done += 1
            if done % TOLD_EVERY == 0:
                told(done, total, "reading rows back")
            yield tell_origin(lot.split, lot.part.name, number, placed, record, digest)


def _tell_change(lot: Lot, number: int) -> str:
    where = f"row {number} of {lot.split}" + (f" of {lot.part.name}" if lot.part.name else "")
    if number >= len(lot.placed):
        return f"there is a {where} that was not written"
    span_id = lot.placed[number].outline.span_id
    return f"{where} (span {span_id}) does not read back as it was written: this is a fault of Tacit, please report it"
