"""The door to files of old logs: a path comes in, `Row`s and `Problem`s go out, one at a time, from any kind of file.

JSON lines, JSON (a list, or objects one after another), CSV and Parquet; any of them but Parquet may be gzipped.
"""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from tracing.conventions.messages import DEEPEST_NESTING, tidy
from tracing.importing.entries import Problem, Row, UnreadableError

LARGEST_RECORD = 32 * 1024 * 1024
CHUNK = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"
PARQUET_ROWS = 256
BROKEN_ARCHIVE = (EOFError, gzip.BadGzipFile, zlib.error)


def read_rows(path: Path) -> Iterator[Row | Problem]:
    """Every record of the file, in its order. Raises OSError where it cannot be opened."""
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic == PARQUET_MAGIC:
            yield from read_parquet(path)
        elif magic.startswith(GZIP_MAGIC):
            with gzip.GzipFile(fileobj=raw) as plain:
                yield from read_plain(
                    cast(io.BufferedReader, plain), path.with_suffix("") if path.suffix == ".gz" else path
                )
        else:
            yield from read_plain(raw, path)


def read_plain(file: io.BufferedReader, path: Path) -> Iterator[Row | Problem]:
    """The records of a file that is not packed any more; a broken archive ends it with a problem."""
    line = 0
    try:
        for row in choose_reader(file, path.suffix.lower()):
            line = row.line
            yield row
    except BROKEN_ARCHIVE as error:
        yield Problem(line + 1, f"the gzipped file is broken here ({error}); nothing after it was read")


def choose_reader(file: io.BufferedReader, suffix: str) -> Iterator[Row | Problem]:
    if suffix == ".csv":
        return read_csv(file)
    start = file.peek(CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip()
    return read_values(file) if suffix == ".json" or start.startswith(b"[") else read_lines(file)


def decode(data: bytes | str) -> Any:
    """A JSON value as every later stage can store it. Raises UnreadableError."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        return tidy(json.loads(text, parse_constant=str), DEEPEST_NESTING)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"the line is no UTF-8 ({error.reason} at byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"the line is no JSON ({error.msg} at character {error.pos + 1})") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the line is JSON that cannot be kept ({error})") from error


def read_lines(file: IO[bytes]) -> Iterator[Row | Problem]:
    line = 0
    while data := file.readline(LARGEST_RECORD + 1):
        line += 1
        if len(data) > LARGEST_RECORD:
            skip_line(file, data)
            yield Problem(line, f"the line has over {LARGEST_RECORD:,} bytes")
            continue
        if line == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        if not data.strip():
            continue
        try:
            yield Row(line, decode(data))
        except UnreadableError as error:
            yield Problem(line, str(error))


def skip_line(file: IO[bytes], data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = file.readline(CHUNK)


def read_values(file: IO[bytes]) -> Iterator[Row | Problem]:
    """The items of a JSON list, or JSON values one after another; what cannot be read ends the file."""
    with io.TextIOWrapper(file, "utf-8-sig", errors="replace") as text:
        for number, value in enumerate(decode_values(text), start=1):
            if isinstance(value, UnreadableError):
                yield Problem(number, f"the record is no JSON, or too long ({value}); nothing after it was read")
                continue
            try:
                yield Row(number, tidy(value, DEEPEST_NESTING))
            except ValueError as error:
                yield Problem(number, f"the record is JSON that cannot be kept ({error})")


def decode_values(text: IO[str]) -> Iterator[Any]:
    """JSON values as they come in; last an UnreadableError where the text does not go on as JSON."""
    decoder = json.JSONDecoder(parse_constant=str)
    buffer = text.read(CHUNK).lstrip()
    in_list = buffer.startswith("[")
    buffer = buffer[1:] if in_list else buffer
    between = " \t\r\n,]" if in_list else " \t\r\n"
    while True:
        buffer, value, reason = buffer.lstrip(between), None, "it ends in the middle"
        end = 0
        try:
            value, end = decoder.raw_decode(buffer) if buffer else (None, 0)
        except (ValueError, RecursionError) as error:
            reason = str(error)
        if end == len(buffer) or not end:  # a number may go on, and what is cut off may be whole with more
            more = text.read(max(CHUNK, len(buffer))) if len(buffer) <= LARGEST_RECORD else ""
            if more:
                buffer += more
                continue
        if not end:
            if buffer:
                yield UnreadableError(reason)
            return
        yield value
        buffer = buffer[end:]


def read_csv(file: IO[bytes]) -> Iterator[Row | Problem]:
    """Rows by the names in the first line; `line` is where a row ends."""
    csv.field_size_limit(LARGEST_RECORD)
    with io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="") as text:
        rows = csv.DictReader(text)
        try:
            for row in rows:
                yield Row(rows.line_num, {name: value for name, value in row.items() if isinstance(name, str)})
        except csv.Error as error:
            yield Problem(rows.line_num, f"the row is no CSV ({error}); nothing after it was read")


def read_parquet(path: Path) -> Iterator[Row | Problem]:
    import pyarrow
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for value in batch.to_pylist():
                    number += 1
                    yield Row(number, value)
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        yield Problem(number + 1, f"the Parquet file cannot be read ({reason}); nothing after it was read")
