"""`tacit detect`: a log of any size comes in, all cores read it piece by piece, signals go out in the log's order.

Nothing but the log is read: no store, no Django, no network.
"""

import gzip
import io
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from pydantic import ValidationError

from config.env import Environment
from feedback.detecting import Findings, detect_rows
from feedback.reactions.classifier import ClassifierError
from feedback.reactions.reader import load_reader
from tracing.importing.entries import Problem, Row, UnreadableError
from tracing.importing.files import BROKEN_ARCHIVE, GZIP_MAGIC, LARGEST_RECORD, decode, skip_line

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MESSAGES_PER_PIECE = 64
MESSAGES_PER_FAST_PIECE = 1024
BYTES_PER_PIECE = 1024 * 1024
PIECES_AHEAD = 2
"""For each core: enough that none waits, few enough that memory does not grow with the log."""

SECONDS_BETWEEN_PROGRESS = 0.2

Line = tuple[int, bytes] | Problem
"""Number, from 1, and the line; or why there is none."""


class CannotDetectError(Exception):
    """The log was not read to its end; the message says what to do."""


@dataclass(slots=True)
class Tally:
    """What was read so far."""

    chats: int = 0
    messages: int = 0
    """Of users."""
    problems: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, findings: Findings) -> None:
        self.chats += findings.chats
        self.messages += findings.messages
        self.problems += len(findings.problems)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / max(time.monotonic() - self.started, 1e-3)


class Progress:
    """One line on a terminal that is written over; nothing elsewhere."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._last = 0.0

    def tell(self, tally: Tally, *, ended: bool = False) -> None:
        now = time.monotonic()
        if self._shows and (ended or now - self._last >= SECONDS_BETWEEN_PROGRESS):
            self._last = now
            told = f"{tally.messages:,} messages of {tally.chats:,} conversations, {tally.rate:,.0f} a second"
            sys.stderr.write(f"\r\033[K{told}" + ("\n" if ended else " …"))
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shows:
            sys.stderr.write("\r\033[K")


def detect_log(log: IO[bytes], output: IO[bytes], *, fast: bool, tell_problem: Callable[[Problem], None]) -> Tally:
    """Write the signals of every conversation that can be read; what was read. Raises CannotDetectError."""
    tally, progress = Tally(), Progress()
    with closing(detect_pieces(split_log(log, fast=fast), fast=fast)) as found:
        try:
            for findings in found:
                output.write(findings.output)
                output.flush()
                tally.add(findings)
                if findings.problems:
                    progress.clear()
                for problem in findings.problems:
                    tell_problem(problem)
                progress.tell(tally)
        except BrokenProcessPool as error:
            raise CannotDetectError("A process that read a part of the log was ended, for want of memory?") from error
    progress.tell(tally, ended=True)
    return tally


def split_log(log: IO[bytes], *, fast: bool) -> Iterator[list[Line]]:
    """Lines in pieces of about so many user messages."""
    most = MESSAGES_PER_FAST_PIECE if fast else MESSAGES_PER_PIECE
    piece: list[Line] = []
    messages = size = 0
    for line in read_lines(log):
        piece.append(line)
        if not isinstance(line, Problem):
            messages += line[1].count(b'"user"')
            size += len(line[1])
        if messages >= most or size >= BYTES_PER_PIECE:
            yield piece
            piece, messages, size = [], 0, 0
    if piece:
        yield piece


def read_lines(log: IO[bytes]) -> Iterator[Line]:
    """The lines of a log, gzipped or not, that are not empty."""
    file = log if isinstance(log, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, log))
    number = 0
    try:
        packed = file.peek(2).startswith(GZIP_MAGIC)
        plain = cast(IO[bytes], gzip.GzipFile(fileobj=file) if packed else file)
        while data := plain.readline(LARGEST_RECORD + 1):
            number += 1
            if len(data) > LARGEST_RECORD:
                skip_line(plain, data)
                yield Problem(number, f"the line has over {LARGEST_RECORD:,} bytes")
            elif data.strip():
                yield number, data.removeprefix(BYTE_ORDER_MARK) if number == 1 else data
    except BROKEN_ARCHIVE as error:
        yield Problem(number + 1, f"the gzipped file is broken here ({error}); nothing after it was read")
    except OSError as error:
        raise CannotDetectError(f"The log cannot be read after line {number} ({error.strerror or error}).") from error


def detect_pieces(pieces: Iterator[list[Line]], *, fast: bool) -> Generator[Findings]:
    """What is found in each piece, in order; a log of one piece is not worth further processes."""
    first = list(islice(pieces, 2))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(first) < 2 or cores == 1:
        yield from (detect_piece(piece, fast=fast) for piece in chain(first, pieces))
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, context, leave_interrupts_to_the_parent)
    try:
        yield from detect_with(pool, chain(first, pieces), fast=fast, ahead=cores * PIECES_AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def detect_with(
    pool: ProcessPoolExecutor, pieces: Iterable[list[Line]], *, fast: bool, ahead: int
) -> Iterator[Findings]:
    waiting: deque[Future[Findings]] = deque()
    for piece in pieces:
        waiting.append(pool.submit(detect_piece, piece, fast=fast))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def detect_piece(piece: list[Line], *, fast: bool) -> Findings:
    share = 0.0 if fast else 1.0
    try:
        model = "" if fast else Environment().transformer
        reader = load_reader(Path(model) if model else None)
    except (ClassifierError, ValidationError) as error:
        raise CannotDetectError(str(error)) from error
    return detect_rows(map(decode_line, piece), lambda exchanges: reader.read(exchanges, share=share))


def decode_line(line: Line) -> Row | Problem:
    if isinstance(line, Problem):
        return line
    try:
        return Row(line[0], decode(line[1]))
    except UnreadableError as error:
        return Problem(line[0], str(error))


@contextmanager
def open_output(path: Path | None) -> Iterator[IO[bytes]]:
    """Where signals go: the file has all of them or is not there. Raises CannotDetectError."""
    if path is None:
        yield sys.stdout.buffer
        return
    if path.exists() and not path.is_file():
        raise CannotDetectError(f"{path} is no file; give another with --out, or none for standard output.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise CannotDetectError(f"Cannot write {path} ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)
