"""Times go in, whether a clock made them comes out: the same interval again and again, or the same second of a minute.

People come at all times: intervals between them differ by more than themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

ENOUGH = 8
NEAREST = 12
"""So many times around the one in question are looked at: a timer may have been switched on or off."""
SHARE = 0.8
TOLERANCE = 0.04
MOST_SLACK_S = 20.0
"""A person who comes every morning comes minutes earlier or later."""
SLACK_S = 1.5
"""What an interval may differ by where a program waits between two answers."""
MINUTE_S = 60.0
MINUTE_NS = 60 * 10**9
PHASE_S = 4.0
"""Jobs of a timer begin so close to the same second of a minute."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so many seconds (the middle of the intervals), so often."""

    seconds: float
    count: int


def find_rhythm(starts_ns: Sequence[int], around_ns: int, enough: int = ENOUGH) -> Rhythm | None:
    """The rhythm of these times (in order) near `around_ns`; None where there are fewer than `enough`, or none is."""
    near = sorted(sorted(starts_ns, key=lambda each: abs(each - around_ns))[:NEAREST])
    if len(near) < enough:
        return None
    gaps = [(later - earlier) / 1e9 for earlier, later in pairwise(near)]
    middle = median(gaps)
    if middle < 1:
        return None
    return Rhythm(middle, len(starts_ns)) if is_regular(gaps, middle) or is_by_clock(near, middle) else None


def is_regular(gaps: Sequence[float], middle: float) -> bool:
    """Whether nearly all intervals (seconds) are the same."""
    tolerance = min(MOST_SLACK_S, max(TOLERANCE * middle, min(SLACK_S, 0.1 * middle)))
    return sum(abs(gap - middle) <= tolerance for gap in gaps) >= SHARE * len(gaps)


def is_by_clock(starts_ns: Sequence[int], middle: float) -> bool:
    """Whether nearly all times are at the same seconds of a minute; with intervals under one that says nothing, nor
    where times are told by the minute."""
    if len({start % MINUTE_NS for start in starts_ns}) == 1:
        return False
    if middle < MINUTE_S - PHASE_S:
        return False
    phases = sorted(start / 1e9 % MINUTE_S for start in starts_ns)
    around = [*phases, *(phase + MINUTE_S for phase in phases)]
    needed = -(-len(phases) * 9 // 10)
    return any(around[first + needed - 1] - around[first] <= PHASE_S for first in range(len(phases)))
