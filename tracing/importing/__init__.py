"""Old logs: a file of one of `SOURCES` comes in, spans with the log's own times go out, and what could not be read.

A source is one file with `NAME`, `UNIT` (what its records are called) and `read(row, origin)`, which gives the entries
of a record or raises UnreadableError. To add one, copy `jsonl.py` and list it in `SOURCES`.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from tracing.importing import jsonl, langfuse, openai_jsonl, phoenix
from tracing.importing.entries import Entry, Origin, Problem, Row, UnreadableError

__all__ = ["SOURCES", "Entry", "Origin", "Problem", "Row", "Source", "UnreadableError", "read_entries"]


class Source(Protocol):
    """What the module of a source offers."""

    NAME: str
    UNIT: str

    def read(self, row: Row, origin: Origin) -> list[Entry]: ...


SOURCES: dict[str, Source] = {source.NAME: source for source in (jsonl, openai_jsonl, langfuse, phoenix)}


def read_entries(source: Source, rows: Iterable[Row | Problem], origin: Origin) -> Iterator[Entry | Problem]:
    """The entries of every row that can be read, and a problem for each that cannot."""
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        try:
            yield from source.read(row, origin)
        except (UnreadableError, RecursionError) as error:
            yield Problem(row.line, str(error))
