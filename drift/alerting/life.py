"""The life of an alert: what a rule sees and what stands come in, what becomes of it and who is told goes out.

An alert opens once for a key and holds while it is found. It resolves by itself when its finding is over for as long as
the rule waits, when nobody can tell any more for long, or a day after something that only happened. What comes back
within the cooldown opens the same alert again, and nobody is told of it before the cooldown ends. Nobody is told while
it is muted or the rule's hours are quiet: what still holds afterwards is told then, what came and went is not. That it
is resolved hears who heard that it was open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
ONE_OFF = DAY
"""After that what only happened is resolved."""
LATE = DAY
"""So long after it was resolved nobody needs to hear of it."""


class Seen(StrEnum):
    """What a rule sees of an alert now."""

    HOLDS = "holds"
    OVER = "over"
    UNKNOWN = "unknown"
    """Too little is there to tell."""


class Step(StrEnum):
    """What becomes of an alert."""

    NOTHING = "nothing"
    OPEN = "open"
    """A new one."""
    HOLD = "hold"
    """It was seen again, be it open or resolved by a person while it still holds."""
    REOPEN = "reopen"
    RESOLVE = "resolve"


class Telling(StrEnum):
    """What targets know, or are due to hear."""

    NOTHING = ""
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest alert of a key."""

    is_open: bool
    opened_at: datetime
    last_at: datetime
    """When it was seen to hold last."""
    lasts: bool = True
    resolved_at: datetime | None = None
    """Last, also where it was opened again since."""
    is_resolved_by_person: bool = False
    is_acknowledged: bool = False
    muted_until: datetime | None = None
    told: Telling = Telling.NOTHING
    told_at: datetime | None = None
    """None where there was nobody to tell."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of each day, UTC, that may go over midnight."""

    since: time
    until: time

    def covers(self, now: datetime) -> bool:
        """Whether a moment is in them; of equal ends none is."""
        clock = now.astimezone(UTC).time().replace(tzinfo=None)
        if self.since <= self.until:
            return self.since <= clock < self.until
        return clock >= self.since or clock < self.until


@dataclass(frozen=True, slots=True)
class Manners:
    """How a rule behaves."""

    cooldown: timedelta = timedelta(hours=1)
    calm: timedelta = timedelta(0)
    """It is over when it did not hold for so long."""
    patience: timedelta = timedelta(days=3)
    """It is over when nobody could tell for so long."""
    gap: timedelta = timedelta(0)
    """What was not seen for so long and is then seen again has come back."""
    recurs: bool = False
    """Whether the same key can come back at all."""
    muted_until: datetime | None = None
    quiet: Quiet | None = None


def follow(seen: Seen, standing: Standing | None, manners: Manners, now: datetime) -> Step:
    """What becomes of an alert that is seen so."""
    if standing is None:
        return Step.OPEN if seen is Seen.HOLDS else Step.NOTHING
    return (
        follow_open(seen, standing, manners, now) if standing.is_open else follow_resolved(seen, standing, manners, now)
    )


def follow_open(seen: Seen, standing: Standing, manners: Manners, now: datetime) -> Step:
    if not standing.lasts:
        return Step.RESOLVE if now - standing.opened_at >= ONE_OFF else Step.NOTHING
    if seen is Seen.HOLDS:
        return Step.HOLD
    waits = manners.calm if seen is Seen.OVER else manners.patience
    return Step.RESOLVE if now - standing.last_at >= waits else Step.NOTHING


def follow_resolved(seen: Seen, standing: Standing, manners: Manners, now: datetime) -> Step:
    if seen is not Seen.HOLDS or not standing.lasts or not manners.recurs:
        return Step.NOTHING
    if standing.is_resolved_by_person and now - standing.last_at < manners.gap:
        return Step.HOLD
    return Step.REOPEN if is_cooling(standing, manners, now) else Step.OPEN


def is_cooling(standing: Standing, manners: Manners, now: datetime) -> bool:
    return standing.resolved_at is not None and now < standing.resolved_at + manners.cooldown


def find_due(standing: Standing, manners: Manners, now: datetime) -> Telling:
    """What its targets have to hear now."""
    mutes = (standing.muted_until, manners.muted_until)
    if any(until and now < until for until in mutes) or (manners.quiet and manners.quiet.covers(now)):
        return Telling.NOTHING
    if standing.is_open:
        waits = standing.is_acknowledged or is_cooling(standing, manners, now)
        return Telling.NOTHING if waits or standing.told is Telling.OPEN else Telling.OPEN
    heard = standing.lasts and standing.told is Telling.OPEN and standing.told_at is not None
    is_late = standing.resolved_at is None or now - standing.resolved_at > LATE
    return Telling.RESOLVED if heard and not is_late else Telling.NOTHING


def advance(standing: Standing | None, step: Step, now: datetime) -> Standing | None:
    """What stands after a step."""
    if step is Step.OPEN:
        return Standing(is_open=True, opened_at=now, last_at=now)
    if standing is None or step is Step.NOTHING:
        return standing
    if step is Step.RESOLVE:
        return replace(standing, is_open=False, resolved_at=now, is_resolved_by_person=False)
    return replace(standing, is_open=standing.is_open or step is Step.REOPEN, last_at=now)


def live_through(
    sightings: Iterable[tuple[datetime, Seen]], manners: Manners
) -> list[tuple[datetime, datetime | None]]:
    """The alerts of one key, from when to when, the oldest first: what comes back within the cooldown is the same."""
    spans: list[tuple[datetime, datetime | None]] = []
    standing: Standing | None = None
    for now, seen in sightings:
        step = follow(seen, standing, manners, now)
        if step is Step.OPEN:
            spans.append((now, None))
        elif step in (Step.REOPEN, Step.RESOLVE):
            spans[-1] = (spans[-1][0], now if step is Step.RESOLVE else None)
        standing = advance(standing, step, now)
    return spans
