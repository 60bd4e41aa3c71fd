"""A project and a window of days come in; conversations, users and cost by failure mode, and of all, go out.

Figures are of conversations that people led: those that have an estimate. One query counts everything, for it has to
read all conversations of the window anyway: days, and whatever moments somebody wants to know before and after.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tracing.kept_queries import query_kept
from tracing.store import Store
from tracing.times import EPOCH

NO_MODE = 0
NOT_FAILING = -1
RECENT_DAYS = 7
BEFORE_DAYS = 28
"""The trend holds the latest so many days against so many before them."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """Conversations, users and cost of the window that is shown, and conversations by period: from the moment that
    stands here (nanoseconds) to the next one."""

    conversations: int = 0
    users: int = 0
    cost_usd: float | None = None
    periods: Mapping[int, int] = field(default_factory=dict)

    def count(self, since: datetime, until: datetime | None = None) -> int:
        """Conversations that began since a moment and before another; both are among those that were asked for."""
        first_ns = to_ns(since)
        return sum(
            number for at, number in self.periods.items() if at >= first_ns and (until is None or at < to_ns(until))
        )


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Window:
    """Days in UTC that are shown, today the last of them."""

    today: datetime
    days: int

    @property
    def since(self) -> datetime:
        return self.today - (self.days - 1) * DAY

    @property
    def read_since(self) -> datetime:
        """The trend needs more days than are shown."""
        return self.today - (max(self.days, RECENT_DAYS + BEFORE_DAYS) - 1) * DAY

    def list_shown(self) -> list[datetime]:
        return [self.since + place * DAY for place in range(self.days)]

    def list_read(self) -> list[datetime]:
        return [self.read_since + place * DAY for place in range((self.today - self.read_since).days + 1)]


@dataclass(frozen=True, slots=True)
class Figures:
    window: Window
    all: Tally
    modes: Mapping[int, Tally]
    """By number; `NO_MODE` has those that failed and are in none."""

    def find(self, number: int) -> Tally:
        return self.modes.get(number, NOTHING)

    def list_days(self, tally: Tally) -> tuple[int, ...]:
        """Conversations by day that is shown, the oldest first."""
        shown = self.window.list_shown()
        return tuple(tally.count(day, day + DAY) for day in shown)

    @property
    def failing(self) -> int:
        return sum(tally.conversations for tally in self.modes.values())

    @property
    def in_modes(self) -> int:
        return self.failing - self.find(NO_MODE).conversations


def open_window(now: datetime, days: int) -> Window:
    return Window(now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0), days)


def load_figures(
    store: Store, project_id: int, now: datetime, days: int, moments: Collection[datetime] = (), *, is_kept: bool = True
) -> Figures:
    """What there is in the window; `moments` are further ones to count before and after. What pages show may be that
    of a moment ago."""
    window = open_window(now, days)
    bounds = sorted({to_ns(each) for each in (*window.list_read(), *moments)})
    ask = partial(query_kept, store, now_ns=to_ns(now), moving=("until_ns",)) if is_kept else store.query
    rows = ask(
        "feedback/sql/failure_mode_figures.sql",
        project_id=project_id,
        moments_ns=bounds,
        shown_ns=to_ns(window.since),
        until_ns=to_ns(now),
    )
    tallies = {row["mode"]: read_tally(row) for row in rows if not row["is_sum"]}
    tallies.pop(NOT_FAILING, None)
    return Figures(window, next((read_tally(row) for row in rows if row["is_sum"]), NOTHING), tallies)


def read_tally(row: Mapping[str, Any]) -> Tally:
    periods = dict(zip(*row["periods"], strict=True))
    return Tally(row["conversations"], row["users"], row["cost_usd"], periods)


def load_counts(store: Store, project_id: int) -> dict[int, int]:
    """How many conversations each mode has, since it began, and how many are in none (`NO_MODE`)."""
    rows = store.query("feedback/sql/failure_mode_counts.sql", project_id=project_id)
    return {row["mode"]: row["conversations"] for row in rows}


def to_ns(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


def read_time(time_ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=time_ns // 1_000)
