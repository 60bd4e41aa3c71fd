"""How well spans are taken and read comes in; a line that is calm while all is well, and clear where not, goes out."""

from dataclasses import dataclass

from feedback.arrivals import Arrivals
from feedback.pages.observations import State

LATE_SECONDS = 60.0
STAGE_WORDS = {
    "reading": "reading spans",
    "templates": "learning templates",
    "rollups": "counting hours",
    "feedback": "reading feedback",
    "signals": "listening",
    "satisfaction": "estimating satisfaction",
    "failures": "finding what failed",
    "ledger": "noticing changes",
    "live": "watching the app",
    "observations": "measuring for drift",
    "drift_days": "counting days for drift",
}


@dataclass(frozen=True, slots=True)
class StageLine:
    title: str
    seconds: float

    @property
    def is_late(self) -> bool:
        return self.seconds >= LATE_SECONDS

    @property
    def words(self) -> str:
        return write_lag(self.seconds)


@dataclass(frozen=True, slots=True)
class ShownArrivals:
    state: State
    sentence: str
    """What is well, or first what is not."""
    rate: str
    stages: tuple[StageLine, ...]
    arrivals: Arrivals


def show_arrivals(arrivals: Arrivals) -> ShownArrivals:
    stages = tuple(StageLine(STAGE_WORDS.get(name, name.replace("_", " ")), lag) for name, lag in arrivals.lags)
    faults = list_faults(arrivals, stages)
    rate = write_rate(arrivals)
    if faults:
        return ShownArrivals("bad", f"{'; '.join(faults)}.".capitalize(), rate, stages, arrivals)
    worst = max((stage.seconds for stage in stages), default=0.0)
    sentence = "All that came in was read and listened to." if worst == 0 else f"All is read within {write_lag(worst)}."
    return ShownArrivals("good", sentence, rate, stages, arrivals)


def list_faults(arrivals: Arrivals, stages: tuple[StageLine, ...]) -> list[str]:
    """What is not well, the worst first."""
    late = sorted((stage for stage in stages if stage.is_late), key=lambda stage: -stage.seconds)
    faults = [f"{arrivals.dropped:,} rows were lost"] if arrivals.dropped else []
    faults += [f"{stage.title} is {write_lag(stage.seconds)} behind" for stage in late[:1]]
    if len(late) > 1:
        faults.append(f"{len(late) - 1} more stage{'s are' if len(late) > 2 else ' is'} behind")
    if arrivals.dead_letters:
        rows = "row was" if arrivals.dead_letters == 1 else "rows were"
        faults.append(f"{arrivals.dead_letters:,} {rows} refused by the store and kept as dead letters")
    return faults


def write_rate(arrivals: Arrivals) -> str:
    """
    >>> write_rate(Arrivals(120.4, 900, 1, (), 0, 0, 0)), write_rate(Arrivals(0.0, 0, 0, (), 0, 0, 0))
    ('120 spans a minute come in', 'Nothing came in during the last hour')
    """
    if not arrivals.in_hour:
        return "Nothing came in during the last hour"
    if not arrivals.per_minute:
        return f"Nothing came in during the last five minutes, {count_spans(arrivals.in_hour)} in the last hour"
    minute = round(arrivals.per_minute)
    return f"{count_spans(minute)} a minute {'comes' if minute == 1 else 'come'} in" if minute else "Few spans come in"


def count_spans(number: int) -> str:
    return f"{number:,} span{'' if number == 1 else 's'}"


def write_lag(seconds: float) -> str:
    """
    >>> write_lag(0.2), write_lag(90), write_lag(7200)
    ('a second', '2 min', '2 h')
    """
    if seconds <= 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
