"""Rows that the store refuses for their content: found by halving the batch, kept with the reason, inserted again.

A store that is away or has no room is no reason to bury a row: then the sender hears 503 and keeps it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from clickhouse_connect.driver.exceptions import ClickHouseError, DataError, Error

from tracing import figures
from tracing.paging import Place
from tracing.store import Columns, Store, StoreUnavailableError

TABLE = "dead_letters"
RETRY_BATCH = 1_000
MAX_FAILURES = 100

CONTENT_CODES = {
    6: "CANNOT_PARSE_TEXT",
    26: "CANNOT_PARSE_QUOTED_STRING",
    27: "CANNOT_PARSE_INPUT_ASSERTION_FAILED",
    38: "CANNOT_PARSE_DATE",
    41: "CANNOT_PARSE_DATETIME",
    53: "TYPE_MISMATCH",
    69: "ARGUMENT_OUT_OF_BOUND",
    70: "CANNOT_CONVERT_TYPE",
    72: "CANNOT_PARSE_NUMBER",
    117: "INCORRECT_DATA",
    128: "TOO_LARGE_ARRAY_SIZE",
    131: "TOO_LARGE_STRING_SIZE",
    190: "SIZES_OF_ARRAYS_DONT_MATCH",
    321: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    349: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN",
    395: "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO",
    407: "DECIMAL_OVERFLOW",
    469: "VIOLATED_CONSTRAINT",
}
"""ClickHouse's errors that are about what a row holds. Every other one is about the store, and the row is fine."""


Protect = Callable[[str, Columns], Columns]
"""A table and columns for it in, the columns as they may be stored out."""


class Inserter(Protocol):
    """What a store has to have to be written to."""

    def insert(self, table: str, columns: Columns) -> None: ...


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of dead letters that were inserted again."""

    stored: int
    refused: int


def is_about_content(error: Exception) -> bool:
    """Whether a row is refused for what it holds, so that to send it again would change nothing."""
    if isinstance(error, DataError):
        return True
    if isinstance(error, Error) and error.code is not None:
        return error.code in CONTENT_CODES
    # What the driver trips over while it writes a value down is no error of ClickHouse's.
    return isinstance(error, (ValueError, TypeError, AttributeError)) and not isinstance(
        error, (ClickHouseError, StoreUnavailableError)
    )


def insert_rows(store: Inserter, table: str, columns: Columns) -> int:
    """Insert what the store takes and keep the rest as dead letters; how many those are.

    When it returns every row is kept in one of the two places. Raises the store's error where it failed for another
    reason than content; then some of the rows may be in, which inserting them again does not change.
    """
    sieve = Sieve(store, table)
    sieve.insert(columns)
    if sieve.refused:
        keep_letters(store, table, sieve.refused)
    return len(sieve.refused)


class Sieve:
    """Inserts rows; where content is refused, each half by itself, down to the single row.

    After `MAX_FAILURES` refusals what is refused is kept whole, so that nobody can keep the store busy with bad rows;
    the good ones among them go in when the letters are inserted again.
    """

    def __init__(self, store: Inserter, table: str) -> None:
        self.store = store
        self.table = table
        self.failures = 0
        self.refused: list[tuple[dict[str, Any], str]] = []

    def insert(self, columns: Columns) -> None:
        try:
            self.store.insert(self.table, columns)
        except Exception as error:
            if not is_about_content(error):
                raise
            self._split(columns, describe_reason(error))

    def _split(self, columns: Columns, reason: str) -> None:
        self.failures += 1
        count = len(next(iter(columns.values())))
        if count == 1 or self.failures > MAX_FAILURES:
            self.refused += [({name: values[row] for name, values in columns.items()}, reason) for row in range(count)]
            return
        for part in (slice(count // 2), slice(count // 2, None)):
            self.insert({name: values[part] for name, values in columns.items()})


def describe_reason(error: Exception) -> str:
    """The first line of the error, without the engine's version."""
    lines = str(error).strip().splitlines()
    reason = lines[0] if lines else ""
    return f"{type(error).__name__}: {reason.partition(' (version ')[0][:1_000]}".encode(errors="replace").decode()


def keep_letters(store: Inserter, table: str, refused: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    rows = [json.dumps(row, sort_keys=True) for row, _ in refused]
    store.insert(
        TABLE,
        {
            "project_id": [row["project_id"] for row, _ in refused],
            "letter_id": [identify_letter(table, row) for row in rows],
            "table_name": [table] * len(rows),
            "row": rows,
            "reason": [reason for _, reason in refused],
        },
    )
    figures.DEAD_LETTERED.labels(table).inc(len(rows))


def identify_letter(table: str, row: str) -> str:
    """The same for the same row, so that one which is sent again is one letter."""
    return hashlib.sha256(f"{table}\n{row}".encode()).hexdigest()[:32]


def retry_letters(store: Store, project_id: int, protect: Protect = lambda _table, columns: columns) -> Retried:
    """Insert every dead letter of a project again; those that went in are letters no more.

    `protect` gives the rows as they may be stored by now: what the project has masked may have changed.
    """
    stored = refused = 0
    after = ""
    while letters := store.query(
        "tracing/sql/dead_letter_rows.sql", project_id=project_id, after_id=after, limit=RETRY_BATCH
    ):
        after = letters[-1]["letter_id"]
        done = [letter["letter_id"] for letter in letters if insert_letter(store, letter, protect)]
        if done:
            store.change("tracing/sql/dead_letter_deletion.sql", project_id=project_id, letter_ids=done)
        stored += len(done)
        refused += len(letters) - len(done)
    return Retried(stored, refused)


def insert_letter(store: Inserter, letter: Mapping[str, Any], protect: Protect) -> bool:
    """Whether the row of a letter is in its table now. Raises where the store fails."""
    table, columns = letter["table_name"], {name: [value] for name, value in json.loads(letter["row"]).items()}
    try:
        store.insert(table, protect(table, columns))
    except Exception as error:
        if not is_about_content(error):
            raise
        return False
    return True


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that the store refused, without the row itself."""

    letter_id: str
    table_name: str
    reason: str
    row_bytes: int
    time_ns: int


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Dead letters, latest first, and where the next page begins."""

    letters: Sequence[DeadLetter]
    next: Place | None


def load_letters(store: Store, project_id: int, place: Place, limit: int) -> LetterPage:
    """A page of a project's dead letters."""
    rows = store.query(
        "tracing/sql/dead_letters.sql",
        project_id=project_id,
        before_ns=place.time_ns,
        before_id=place.id,
        limit=limit + 1,
    )
    letters = [DeadLetter(**row) for row in rows[:limit]]
    return LetterPage(letters, Place(letters[-1].time_ns, letters[-1].letter_id) if len(rows) > limit else None)


def count_letters(store: Store, project_id: int) -> int:
    """How many dead letters a project has."""
    return int(store.query("tracing/sql/dead_letter_count.sql", project_id=project_id)[0]["letters"])
