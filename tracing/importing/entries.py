"""What a source makes of a file: spans with their own times, and problems that name a line. No span is sent here."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NS = 1_000_000_000
LATEST_NS = 2**63 - 1
UNITS_NS = ((1e11, NS), (1e14, 1_000_000), (1e17, 1_000))
"""Numbers below the first are seconds since the epoch, below the second milliseconds, then microseconds."""


class UnreadableError(ValueError):
    """A record that is not what the source expects; the message says what was wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: a decoded JSON value, or a row of a table as a mapping."""

    line: int
    """From 1; of a table in columns (parquet) or of a JSON array the number of the record."""
    value: Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that was left out, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """What a span noted at a moment (nanoseconds since the epoch)."""

    name: str
    time_ns: int
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedSpan:
    """A span as it will be sent; ids are lower-case hexadecimal, times nanoseconds since the epoch."""

    trace_id: str
    span_id: str
    name: str
    start_time_ns: int
    end_time_ns: int
    attributes: Mapping[str, Any]
    parent_span_id: str = ""
    error: str | None = None
    """Message of the error that the span ended with; None where it ended well."""
    events: tuple[ImportedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """The spans of one record, made as they are asked for: a conversation of any length fits."""

    line: int
    spans: Iterable[ImportedSpan]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from, which every id follows from, and the time of those that tell none."""

    source: str
    project: str
    time_ns: int
    seen: dict[int, int] = field(default_factory=dict)
    """Line on which a conversation was first, by a number made of its id."""

    def make_trace_id(self, *names: object) -> str:
        return self._digest(32, names)

    def make_span_id(self, *names: object) -> str:
        return self._digest(16, names)

    def _digest(self, length: int, names: Iterable[object]) -> str:
        text = "\0".join(map(str, (self.source, self.project, *names)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def read_time(value: Any, name: str = "time") -> int | None:
    """Nanoseconds since the epoch of ISO 8601 text (UTC where it names no zone) or a number; None where it is empty.

    Raises UnreadableError.

    >>> read_time("2026-03-01T12:00:00Z")
    1772366400000000000
    >>> read_time(1772366400), read_time(1772366400000)
    (1772366400000000000, 1772366400000000000)
    """
    if value in (None, ""):
        return None
    moment = read_moment(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not math.isfinite(moment):
        raise UnreadableError(f"{name} is {shorten(value)}; ISO 8601 or seconds since the epoch was expected")
    unit = next((unit for limit, unit in UNITS_NS if abs(moment) < limit), 1)
    time_ns = moment * unit if isinstance(moment, int) else round(moment * 1e6) * unit // 1_000_000
    if not 0 < time_ns < LATEST_NS:
        raise UnreadableError(f"{name} is {shorten(value)}, which lies outside of the years 1970 to 2262")
    return time_ns


def read_moment(text: str) -> datetime | float | None:
    """A moment from ISO 8601, or a number that was written as text; None where it is neither."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def shorten(value: Any) -> str:
    """`value` as it is shown in a message."""
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
