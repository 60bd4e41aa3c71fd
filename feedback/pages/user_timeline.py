"""A user's conversations come in, oldest first, with what was estimated and heard; a drawing of them goes out.

Boxes are 1000 wide and 100 high and are stretched to their places; marks and text stand in percent of them.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedback.pages.observations import State
from feedback.pages.satisfaction import find_state, write_percent
from feedback.satisfaction.intervals import Interval

DAY_NS = 86_400 * 10**9
STEPS_NS = (DAY_NS, 7 * DAY_NS, 28 * DAY_NS, 91 * DAY_NS)
STEP_WORDS = ("day", "week", "four weeks", "quarter")
MOST_BARS = 40
MOST_TICKS = 6
MOST_COUNTED = 20
MOST_CHANGES = 8
SMOOTHED = 5
"""Over so many conversations the line is a mean."""
GAP_NS = 6 * 3600 * 10**9
"""Who begins another conversation so long after the end of one has come back, as the page of returns says."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One conversation of the user; times are nanoseconds since the epoch."""

    conversation_id: str
    first_message: str
    began_ns: int
    ended_ns: int
    dissatisfied: Interval | None
    went_wrong: int
    """Signals of this sort in it."""
    went_well: int
    models: tuple[str, ...] = ()
    prompt_version: str = ""
    is_machine: bool = False
    """Whether no person led it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A conversation; places in percent, `low` below `high` on the page."""

    conversation_id: str
    left: float
    top: float
    low: float
    high: float
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class ChangeMark:
    left: float
    words: str

    @property
    def anchor(self) -> str:
        return "end" if self.left > 60 else "start"


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """What was heard in a stretch of time; heights in percent of half the box."""

    left: float
    width: float
    bad: float
    good: float
    went_wrong: int
    went_well: int
    conversations: int
    start: datetime

    @property
    def middle(self) -> float:
        return round(self.left + self.width / 2, 3)

    @property
    def well_end(self) -> float:
        """Percent of the whole box at which the bar above the line ends."""
        return round(50 - self.good / 2, 2)

    @property
    def wrong_end(self) -> float:
        return round(50 + self.bad / 2, 2)

    @property
    def well_top(self) -> float:
        """Where the bar of what went well begins, as it stands on the line in the middle."""
        return round(99 - self.good, 2)


@dataclass(frozen=True, slots=True)
class TimeTick:
    left: float
    label: str
    at: str = ""
    """In ISO 8601, where the label is a time of the clock."""

    @property
    def anchor(self) -> str:
        return "start" if self.left < 6 else "end" if self.left > 94 else "middle"


@dataclass(frozen=True, slots=True)
class Timeline:
    dots: tuple[Dot, ...]
    line: str
    """Through the mean of the last few; empty where there are too few."""
    changes: tuple[ChangeMark, ...]
    bars: tuple[PeriodBar, ...]
    step_words: str
    ticks: tuple[TimeTick, ...]

    @property
    def counts_bars(self) -> bool:
        """Whether there is room for a number at each bar."""
        return len(self.bars) <= MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Scale:
    first_ns: int
    length_ns: int

    def place(self, time_ns: int) -> float:
        """Percent of the width, with a little room at both ends."""
        return round(2 + 96 * (time_ns - self.first_ns) / self.length_ns, 3)


def draw_timeline(visits: Sequence[Visit]) -> Timeline | None:
    """The drawing of conversations, the oldest first; None of fewer than two."""
    if len(visits) < 2:
        return None
    scale = Scale(visits[0].began_ns, max(visits[-1].began_ns - visits[0].began_ns, 1))
    dots = tuple(draw_dots(visits, scale))
    step = choose_step(scale.length_ns)
    return Timeline(
        dots=dots,
        line=trace_mean(dots),
        changes=tuple(find_changes(visits, scale))[:MOST_CHANGES],
        bars=tuple(draw_bars(visits, scale, STEPS_NS[step])),
        step_words=STEP_WORDS[step],
        ticks=tuple(draw_ticks(scale)),
    )


def draw_dots(visits: Sequence[Visit], scale: Scale) -> Iterator[Dot]:
    for visit in visits:
        told = visit.dissatisfied
        if told is not None:
            yield Dot(
                conversation_id=visit.conversation_id,
                left=scale.place(visit.began_ns),
                top=find_top(told.value),
                low=find_top(told.low),
                high=find_top(told.high),
                state=find_state(told),
                words=tell_estimate(told),
            )


def tell_estimate(told: Interval) -> str:
    return f"{write_percent(told.value)} likely dissatisfied, {100 * told.low:.0f} to {100 * told.high:.0f} %"


def find_top(probability: float) -> float:
    return round(100 * (1 - probability), 2)


def trace_mean(dots: Sequence[Dot]) -> str:
    """An SVG path through the mean of so many dots up to each."""
    if len(dots) <= SMOOTHED:
        return ""
    means = [
        (dots[at].left, sum(dot.top for dot in dots[at + 1 - SMOOTHED : at + 1]) / SMOOTHED)
        for at in range(SMOOTHED - 1, len(dots))
    ]
    return " ".join(f"{'L' if at else 'M'}{10 * left:.1f} {top:.1f}" for at, (left, top) in enumerate(means))


def find_changes(visits: Sequence[Visit], scale: Scale) -> Iterator[ChangeMark]:
    """Where a conversation met another version of the prompt, or other models, than the one before it."""
    for before, after in itertools.pairwise(visits):
        told = list(tell_change(before, after))
        if told:
            yield ChangeMark(scale.place(after.began_ns), ", ".join(told))


def tell_change(before: Visit, after: Visit) -> Iterator[str]:
    if before.prompt_version and after.prompt_version and before.prompt_version != after.prompt_version:
        yield f"prompt {before.prompt_version} → {after.prompt_version}"
    if before.models and after.models and set(before.models).isdisjoint(after.models):
        yield f"{before.models[0]} → {after.models[0]}"


def choose_step(length_ns: int) -> int:
    """Which of `STEPS_NS` leaves no more bars than there is room for."""
    fitting = (at for at, step in enumerate(STEPS_NS) if length_ns / step < MOST_BARS)
    return next(fitting, len(STEPS_NS) - 1)


def draw_bars(visits: Sequence[Visit], scale: Scale, step_ns: int) -> Iterator[PeriodBar]:
    """Days begin at midnight and weeks on Monday, UTC; what falls beyond the drawing is cut to it."""
    offset = 3 * DAY_NS if step_ns % (7 * DAY_NS) == 0 else 0  # 1 January 1970 was a Thursday
    periods: dict[int, list[Visit]] = {}
    for visit in visits:
        periods.setdefault((visit.began_ns + offset) // step_ns, []).append(visit)
    most = max(1, *(sum(each.went_wrong for each in group) for group in periods.values()))
    most = max(most, *(sum(each.went_well for each in group) for group in periods.values()))
    for number, group in sorted(periods.items()):
        start_ns = number * step_ns - offset
        left, right = (min(max(scale.place(each), 0), 100) for each in (start_ns, start_ns + step_ns))
        wrong, well = sum(each.went_wrong for each in group), sum(each.went_well for each in group)
        yield PeriodBar(
            left=round(left + 0.1, 3),
            width=round(max(right - left - 0.2, 0.4), 3),
            bad=round(99 * wrong / most, 2),
            good=round(99 * well / most, 2),
            went_wrong=wrong,
            went_well=well,
            conversations=len(group),
            start=datetime.fromtimestamp(start_ns / 1e9, UTC),
        )


def draw_ticks(scale: Scale) -> Iterator[TimeTick]:
    """At midnights, UTC, so many days apart that there are few; within two days at even distances."""
    days = scale.length_ns // DAY_NS
    if days < 2:
        times = [scale.first_ns + scale.length_ns * index // (MOST_TICKS - 1) for index in range(MOST_TICKS)]
    else:
        first = (scale.first_ns // DAY_NS + 1) * DAY_NS
        times = list(range(first, scale.first_ns + scale.length_ns + 1, (days // MOST_TICKS + 1) * DAY_NS))
    for time_ns in times:
        at = datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat() if days < 2 else ""
        yield TimeTick(scale.place(time_ns), write_time(time_ns, scale.length_ns), at)


def write_time(time_ns: int, length_ns: int) -> str:
    when = datetime.fromtimestamp(time_ns / 1e9, UTC)
    if length_ns < 2 * DAY_NS:
        return f"{when:%H:%M}"
    return f"{when.day} {when:%b}" if length_ns < 300 * DAY_NS else f"{when.day} {when:%b} {when.year}"


def tell_returns(visits: Sequence[Visit]) -> str:
    """How the user comes back, in a sentence; empty where they never did."""
    gaps = sorted(
        after.began_ns - before.ended_ns
        for before, after in itertools.pairwise(visits)
        if after.began_ns - before.ended_ns >= GAP_NS
    )
    if not gaps:
        return ""
    longest = f", at the longest {write_length(gaps[-1])}" if gaps[-1] > 1.5 * gaps[len(gaps) // 2] else ""
    times = "once" if len(gaps) == 1 else f"{len(gaps):,} times"
    return f"Came back {times}, usually after {write_length(gaps[len(gaps) // 2])}{longest}."


def write_length(length_ns: int) -> str:
    """
    >>> write_length(7 * 3600 * 10**9), write_length(3 * DAY_NS)
    ('7 hours', '3 days')
    """
    length = timedelta(microseconds=length_ns // 1000)
    hours = round(length.total_seconds() / 3600)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24):,} days"
