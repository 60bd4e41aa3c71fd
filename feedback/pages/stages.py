"""What stages did and how far they are behind comes in; the rows of their page, with words and a line, go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.pages.arrivals import LATE_SECONDS, STAGE_WORDS, write_lag
from tracing.activity import Done
from tracing.pulses import Measured, Work
from tracing.stages import Wait

BOX = (100.0, 24.0)
STAGE_PURPOSES = {
    "reading": "Makes model calls, tools and conversations of spans",
    "templates": "Learns what messages share, to know people's own words",
    "rollups": "Counts calls, cost and errors by the hour",
    "ledger": "Notices new prompts, models and parameters",
    "feedback": "Takes thumbs, comments and what the app reports",
    "signals": "Has every detector look at what was said and done",
    "live": "Hands conversations over that need a person now",
    "satisfaction": "Weighs the signals of a conversation",
    "failures": "Gives failing turns to failure modes",
    "observations": "Measures conversations for drift",
    "drift_days": "Counts days, which drift compares",
}
"""In the order of the data's way."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Of all projects together."""

    work: Work | None
    waits: Mapping[str, Wait]
    done: Mapping[str, Done]
    """In the last hour."""
    last: Mapping[str, datetime]
    measured: Mapping[str, Sequence[Measured]]
    now: datetime


@dataclass(frozen=True, slots=True)
class StageRow:
    name: str
    title: str
    purpose: str
    lag: str
    """Empty where nothing waits."""
    is_late: bool
    waiting: int
    last: datetime | None
    done: int
    busy: str
    """Share of the last hour that it was at work."""
    line: str
    """Of an hour's lags, as a path; empty where none was measured, or all were 0."""
    line_words: str


@dataclass(frozen=True, slots=True)
class ShownStages:
    rows: tuple[StageRow, ...]
    silent_since: datetime | None
    task: str
    task_since: datetime | None
    """Of what takes longer than a minute."""
    is_known: bool
    """Whether anybody ever worked."""


def show_stages(told: Stages) -> ShownStages:
    work = told.work
    names = sorted(told.waits, key=lambda name: place(name, tuple(STAGE_PURPOSES)))
    is_long = work is not None and work.task_since is not None and told.now - work.task_since > timedelta(minutes=1)
    return ShownStages(
        rows=tuple(show_row(name, told) for name in names),
        silent_since=work.at if work and work.find_silence(told.now) else None,
        task=work.task if work and is_long else "",
        task_since=work.task_since if work else None,
        is_known=work is not None,
    )


def place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def show_row(name: str, told: Stages) -> StageRow:
    wait, done = told.waits[name], told.done.get(name, Done())
    words = STAGE_WORDS.get(name, name.replace("_", " "))
    line, line_words = draw_line(told.measured.get(name, ()), told.now)
    return StageRow(
        name=name,
        title=words[:1].upper() + words[1:],
        purpose=STAGE_PURPOSES.get(name, ""),
        lag=write_lag(wait.seconds) if wait.seconds else "",
        is_late=wait.seconds >= LATE_SECONDS,
        waiting=wait.rows,
        last=told.last.get(name),
        done=done.count,
        busy=write_share(done.seconds / 3600),
        line=line,
        line_words=line_words,
    )


def write_share(share: float) -> str:
    """
    >>> write_share(0.0), write_share(0.0004), write_share(0.123)
    ('', 'under 1 %', '12 %')
    """
    if not share:
        return ""
    return f"{min(share, 1.0):.0%}".replace("%", " %") if share >= 0.01 else "under 1 %"


def draw_line(measured: Sequence[Measured], now: datetime) -> tuple[str, str]:
    """The lags of the last hour, the highest at the top, and the same in words."""
    highest = max((each.lag_seconds for each in measured), default=0.0)
    if not highest:
        return "", ""
    points = [
        (BOX[0] * (1 - (now - each.minute).total_seconds() / 3600), BOX[1] * (1 - 0.95 * each.lag_seconds / highest))
        for each in measured
    ]
    path = "L".join(f"{max(0.0, x):.1f} {y:.1f}" for x, y in points)
    return f"M{path}", f"At most {write_lag(highest)} behind in the last hour"
