"""Shares of the traffic by hour and value come in; how a change spread goes out, as bars one above the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from drift.ledger.rollout import Share
from feedback.pages.chart import HEIGHT, WIDTH, Tick

MOST_BARS = 84
BUCKETS = (1, 2, 4, 6, 12, 24)
"""Hours that a bar may stand for."""
LATEST_HOURS = 24
HOUR_S = 3600
TICKS = 5


@dataclass(frozen=True, slots=True)
class RolloutBar:
    """`left` and `width` in percent; of all values the new one stands below, the old one above it, others on top."""

    left: float
    width: float
    new: str
    old: str
    words: str
    label: str
    calls: int
    new_share: float
    old_share: float


@dataclass(frozen=True, slots=True)
class Rollout:
    bars: tuple[RolloutBar, ...]
    ticks: tuple[Tick, ...]
    now: float | None
    """The share that the new value has of the latest traffic; None where there is none."""


def draw_rollout(shares: Sequence[Share], new: str, old: str) -> Rollout:
    """`shares` are those of single hours."""
    if not shares:
        return Rollout((), (), None)
    first, last = min(share.hour for share in shares), max(share.hour for share in shares)
    hours = next((each for each in BUCKETS if (last - first + 1) / each <= MOST_BARS), BUCKETS[-1])
    begin, length = first // hours * hours, (last - first // hours * hours) // hours + 1
    sums = add_up(shares, begin, hours, {new: "new", old: "old"})
    bars = tuple(draw_bar(at, length, begin + at * hours, sums[at]) for at in sorted(sums))
    every = max(1, -(-length // TICKS))
    ticks = tuple(
        Tick(round(100 * (at + 0.5) / length, 2), write_hour(begin + at * hours))
        for at in range(every // 2, length, every)
    )
    return Rollout(bars, ticks, bars[-1].new_share)


def add_up(shares: Sequence[Share], begin: int, hours: int, names: dict[str, str]) -> dict[int, dict[str, int]]:
    """Calls by bar and by whether they had the new value, the old one or another."""
    sums: dict[int, dict[str, int]] = {}
    for share in shares:
        bar = sums.setdefault((share.hour - begin) // hours, {"new": 0, "old": 0, "other": 0})
        bar[names.get(share.digest, "other")] += share.calls
    return sums


def draw_bar(at: int, length: int, hour: int, calls: dict[str, int]) -> RolloutBar:
    whole = max(sum(calls.values()), 1)
    new, old = calls["new"] / whole, calls["old"] / whole
    left, width = WIDTH * at / length, WIDTH / length
    gap = min(2.0, width * 0.15)
    label = write_hour(hour)
    words = f"{label}: {100 * new:.0f} % of {whole:,} call{'' if whole == 1 else 's'} had the new value"
    return RolloutBar(
        left=round(left / 10, 3),
        width=round(width / 10, 3),
        new=draw_piece(left + gap, width - 2 * gap, 0.0, new),
        old=draw_piece(left + gap, width - 2 * gap, new, old),
        words=words,
        label=label,
        calls=sum(calls.values()),
        new_share=new,
        old_share=old,
    )


def draw_piece(left: float, width: float, below: float, share: float) -> str:
    """A part of a bar that stands on what is below it."""
    if share <= 0:
        return ""
    return f"M{left:.2f} {HEIGHT * (1 - below):.2f}v{-HEIGHT * share:.2f}h{width:.2f}v{HEIGHT * share:.2f}z"


def write_hour(hour: int) -> str:
    at = datetime.fromtimestamp(hour * HOUR_S, UTC)
    return f"{at.day} {at:%b %H:%M}"


def find_spread(shares: Sequence[Share], new: str, old: str) -> float | None:
    """How much of the latest day's calls with either value had the new one; None where neither was seen, or nothing was
    before."""
    last = max((share.hour for share in shares), default=0)
    latest = [share for share in shares if share.hour > last - LATEST_HOURS]
    counts = {digest: sum(share.calls for share in latest if share.digest == digest) for digest in (new, old)}
    whole = sum(counts.values())
    return counts[new] / whole if whole and old and new != old else None
