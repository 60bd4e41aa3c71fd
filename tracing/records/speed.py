"""How quick, how dear and how often wrong the model calls of a time were, from hours that are counted whole.

Quantiles are right to 1 %, and so is how many calls were answered within a time.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracing.filter_sql import Where
from tracing.kept_queries import query_kept
from tracing.store import Store

MOVING = ("since_ns", "current_ns")
STEP = math.log(1.02)
"""Step k of `answered_by` is up to 1.02 to the power of k milliseconds."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Milliseconds under which half, 95 and 99 of a hundred calls stay."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Of the calls of a time; None where nothing is known of any of them."""

    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    """Calls whose cost is not known."""
    cost_usd: float | None = None
    answers: int = 0
    """Calls that answer in words; times are theirs."""
    duration_ms: Quantiles | None = None
    first_chunk_ms: Quantiles | None = None
    token_ms: Quantiles | None = None
    """For a token after the first."""
    answered_by: tuple[tuple[int, int], ...] = ()
    """Answers that did not fail by the step of the time that they took."""

    def count_within(self, limit_ms: float) -> int:
        """How many were answered, and within so long; of the step in which the limit lies, its part."""
        place = math.log(max(limit_ms, 1.0)) / STEP
        return round(sum(count * min(max(place - (step - 1), 0.0), 1.0) for step, count in self.answered_by))


NOTHING = Speed()


@dataclass(frozen=True, slots=True)
class SpeedPeriods:
    """Of a period, of the one before that is as long, and of the slices of the later by when they begin (seconds)."""

    now: Speed
    before: Speed
    slices: Mapping[int, Speed]


def load_speed(
    store: Store, project_id: int, since_ns: int, current_ns: int, step_s: int, where: Where
) -> SpeedPeriods:
    """Of the calls since `current_ns`, and of those from `since_ns` until then, in whole hours."""
    bound = {"project_id": project_id, "since_ns": since_ns, "current_ns": current_ns, "step_s": step_s}
    rows = query_kept(store, "tracing/sql/speed.sql", where, now_ns=current_ns, moving=MOVING, **bound)
    totals = {bool(row["is_current"]): read_speed(row) for row in rows if not row["is_slice"]}
    slices = {row["slice_s"]: read_speed(row) for row in rows if row["is_slice"]}
    return SpeedPeriods(totals.get(True, NOTHING), totals.get(False, NOTHING), slices)


def read_speed(row: Mapping[str, Any]) -> Speed:
    return Speed(
        calls=row["calls"],
        errors=row["errors"],
        unpriced=row["unpriced"],
        cost_usd=row["cost_usd"],
        answers=row["answers"],
        duration_ms=read_quantiles(row["duration_ms"]),
        first_chunk_ms=read_quantiles(row["first_chunk_ms"]),
        token_ms=read_quantiles(row["token_ms"]),
        answered_by=tuple(sorted(row["answered_by"].items())),
    )


def read_quantiles(values: Sequence[float]) -> Quantiles | None:
    return None if any(math.isnan(value) for value in values) else Quantiles(*values)
