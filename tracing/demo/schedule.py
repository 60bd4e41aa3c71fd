"""When conversations end: days and nights, a quiet weekend, slow growth, the last one two minutes ago."""

from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import accumulate

from tracing.demo.chance import draw_share

WEEK = timedelta(days=7)
STEP = timedelta(minutes=15)
QUIET_BEFORE_NOW = timedelta(minutes=2)
ROOM_FOR_FIRST = timedelta(hours=3)
"""Conversations take time: the first may end only so long after the week's start."""

HOURLY_WEIGHTS = (2, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 14, 12, 14, 15, 15, 14, 13, 11, 10, 10, 9, 7, 4)
WEEKEND_WEIGHT = 0.55
GROWTH = 0.25
"""The end of the week is this much busier than its beginning."""


def plan_endings(count: int, now: datetime) -> list[datetime]:
    """Ending times in order, the last exactly two minutes before `now`; days are those of the local zone."""
    first, last = now - WEEK + ROOM_FOR_FIRST, now - QUIET_BEFORE_NOW
    steps = [first + STEP * number for number in range((last - first) // STEP + 1)]
    totals = list(accumulate(weigh_time(step, first) for step in steps))
    shares = [(number + draw_share("ending", number)) / count for number in range(count - 1)]
    endings = [find_time(share * totals[-1], steps, totals) for share in shares]
    return [*sorted(min(ending, last) for ending in endings), last]


def weigh_time(time: datetime, first: datetime) -> float:
    local = time.astimezone()
    weekday = WEEKEND_WEIGHT if local.weekday() >= 5 else 1.0
    return HOURLY_WEIGHTS[local.hour] * weekday * (1 + GROWTH * ((time - first) / WEEK))


def find_time(total: float, steps: list[datetime], totals: list[float]) -> datetime:
    """Where the running total is reached, within its step."""
    index = bisect_left(totals, total)
    before = totals[index - 1] if index else 0.0
    return steps[index] + STEP * ((total - before) / (totals[index] - before))
