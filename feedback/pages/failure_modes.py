"""Failure modes with their figures come in; what the list of them shows of each goes out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from feedback.failures.life import ShownState
from feedback.failures.listing import ListedMode, ModeList
from feedback.pages.observations import State
from feedback.satisfaction import Interval

OPEN: tuple[ShownState, ...] = ("new", "ongoing", "regressed")
TABS: Mapping[str, tuple[ShownState, ...]] = {
    "open": OPEN,
    "resolved": ("resolved",),
    "ignored": ("ignored",),
    "all": (*OPEN, "resolved", "ignored"),
}
SORT_WORDS = {
    "severity": "most severe",
    "conversations": "most frequent",
    "trend": "fastest growing",
    "newest": "newest",
}
WINDOWS = (7, 30, 90)
BARS = 30
"""A sparkline has at most so many; of a longer time each stands for several days."""
BOX = 100.0, 24.0
LEVELS = {"critical": 4, "high": 3, "medium": 2, "low": 1}
SLICES_SHOWN = 2
RISING_SHOWN = 3
Tone = Literal["bad", "good", ""]


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in words; without a shape it is nothing to look after."""

    words: str
    shape: State | None = None


@dataclass(frozen=True, slots=True)
class ShownTrend:
    words: str
    tone: Tone
    arrow: str
    spoken: str
    """The same for who hears it, with its interval."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Bars in a box of 100 by 24, as one path."""

    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the bars that say how severe a mode is, in a box of 15 by 12."""

    left: int
    top: int
    height: int
    is_filled: bool


@dataclass(frozen=True, slots=True)
class ListedRow:
    mode: ListedMode
    state: Chip
    trend: ShownTrend | None
    sparkline: Sparkline
    slices: tuple[str, ...]
    """Where it stands out most."""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The four bars of the severity, the lowest first."""
        return show_bars(self.mode.severity.level)

    @property
    def ends(self) -> str:
        """Of the interval of the share."""
        return f"{100 * self.mode.share.low:.1f} to {100 * self.mode.share.high:.1f} %"


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Rising:
    """What the overview shows: the most severe open modes, and how many need a look."""

    rows: tuple[ListedRow, ...]
    open: int
    news: tuple[str, ...]
    """What is new, surging or back, in words: "2 new"."""


def list_rows(modes: Sequence[ListedMode], now: datetime, tab: str = "open", sort: str = "severity") -> list[ListedRow]:
    """The modes of a tab, in an order of `SORT_WORDS`."""
    shown = [mode for mode in modes if mode.state in TABS[tab]]
    return [show_mode(mode, now) for mode in sort_modes(shown, sort)]


def sort_modes(modes: Sequence[ListedMode], sort: str) -> list[ListedMode]:
    """Those that come are the most severe first, which decides between equal ones."""
    keys = {
        "conversations": lambda mode: -mode.conversations,
        "trend": lambda mode: -(mode.trend.low if mode.trend else 0.0),
        "newest": lambda mode: -mode.found_at.timestamp(),
    }
    return sorted(modes, key=keys[sort]) if sort in keys else list(modes)


def count_tabs(modes: Sequence[ListedMode]) -> list[Tab]:
    counts = Counter(mode.state for mode in modes)
    return [Tab(name, sum(counts[state] for state in states)) for name, states in TABS.items()]


def show_mode(mode: ListedMode, now: datetime) -> ListedRow:
    slices = name_slices(mode.description.get("slices") or ())
    return ListedRow(mode, show_state(mode, now), show_trend(mode.trend), draw_sparkline(mode.days), slices)


def name_slices(slices: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The strongest few in words, with how many times their share elsewhere it is.

    >>> name_slices([{"name": "prompt", "value": "v14", "within": 0.9, "elsewhere": 0.2}])
    ('prompt v14 ×4.5',)
    """
    return tuple(
        f"{' '.join(name_slice(each['name'], each['value']))} {compare_slice(each['within'], each['elsewhere'])}"
        for each in slices[:SLICES_SHOWN]
    )


def compare_slice(within: float, elsewhere: float) -> str:
    return f"×{write_times(within / elsewhere)}" if elsewhere else "alone"


def name_slice(name: str, value: str) -> tuple[str, str]:
    """A slice as `feedback.failures.slices_of` calls it, for people.

    >>> name_slice("tool: search", "yes"), name_slice("tag: beta", "no"), name_slice("metadata: tier", "gold")
    (('tool', 'search'), ('without the tag', 'beta'), ('tier', 'gold'))
    """
    kind, _, rest = name.partition(": ")
    if kind in ("tool", "tag") and rest:
        return (kind if value == "yes" else f"without the {kind}"), rest
    return (rest, value) if kind == "metadata" and rest else (name, value)


def show_state(mode: ListedMode, now: datetime) -> Chip:
    if mode.state == "resolved":
        return show_resolved(mode)
    if mode.state == "ignored":
        return Chip("ignored")
    if mode.state == "ongoing":
        days = max(0, (now - mode.first_time).days)
        return Chip(f"ongoing, {days} day{'' if days == 1 else 's'}", "unsure")
    return Chip(mode.state, "bad")


def show_resolved(mode: ListedMode) -> Chip:
    where = f" in {mode.resolved_in}" if mode.resolved_in else ""
    verdict = mode.verification.verdict if mode.verification else "unknown"
    if verdict == "fixed":
        return Chip(f"verified fixed{where}", "good")
    if verdict == "regressed":
        return Chip(f"back after it was resolved{where}", "bad")
    return Chip(f"resolved{where}, not verified yet", "unsure")


def show_trend(trend: Interval | None) -> ShownTrend | None:
    if trend is None:
        return None
    spoken = (
        f"{write_times(trend.value)} times as common in the latest week as before, "
        f"{write_times(trend.low)} to {write_times(trend.high)} at 95 %"
    )
    if trend.low > 1:
        return ShownTrend(f"{write_times(trend.value)}×", "bad", "▲", f"growing: {spoken}")
    if trend.high < 1:
        return ShownTrend(f"{write_times(trend.value)}×", "good", "▼", f"shrinking: {spoken}")
    return ShownTrend("steady", "", "", f"no clear change: {spoken}")


def write_times(value: float) -> str:
    """A factor as one says it.

    >>> write_times(3.14), write_times(41.7), write_times(0.04), write_times(0.0), write_times(float("inf"))
    ('3.1', '42', '0.04', '0', '∞')
    """
    if value == float("inf"):
        return "∞"
    return f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:.1f}" if value >= 0.1 else f"{value:.2f}"


def draw_sparkline(days: Sequence[int]) -> Sparkline:
    """The counts of days as bars; of more than `BARS` days some are summed."""
    sums = sum_days(days, -(-len(days) // BARS) if days else 1)
    most = max(sums, default=0)
    width = BOX[0] / max(1, len(sums))
    bars = [draw_bar(at * width, width, each / most) for at, each in enumerate(sums) if each]
    last = sum(days[-7:])
    return Sparkline("".join(bars), f"{last:,} in the last 7 days, at most {max(days, default=0):,} on one day")


def draw_bar(left: float, width: float, share: float) -> str:
    height = max(1.5, BOX[1] * share)
    gap = min(1.0, width * 0.2)
    return f"M{left + gap / 2:.2f} {BOX[1]:g}v{-height:.2f}h{width - gap:.2f}v{height:.2f}z"


def sum_days(days: Sequence[int], step: int) -> list[int]:
    """Sums of `step` days each, the last one whole.

    >>> sum_days([1, 2, 3, 4, 5], 2)
    [1, 5, 9]
    """
    first = len(days) % step
    starts = ([0] if first else []) + list(range(first, len(days), step))
    return [sum(days[start : start + (first if at == 0 and first else step)]) for at, start in enumerate(starts)]


def show_bars(level: str) -> tuple[Bar, ...]:
    """
    >>> [bar.is_filled for bar in show_bars("medium")]
    [True, True, False, False]
    """
    return tuple(Bar(4 * at, 9 - 3 * at, 3 + 3 * at, at < LEVELS[level]) for at in range(len(LEVELS)))


def find_rising(found: ModeList, now: datetime) -> Rising | None:
    """None where there is no mode at all."""
    if not found.modes:
        return None
    rows = list_rows(found.modes, now)
    counts = {
        "new": sum(row.mode.state == "new" for row in rows),
        "surging": sum(row.mode.is_surging for row in rows),
        "regressed": sum(row.mode.state == "regressed" for row in rows),
    }
    return Rising(
        tuple(rows[:RISING_SHOWN]), len(rows), tuple(f"{count} {name}" for name, count in counts.items() if count)
    )
