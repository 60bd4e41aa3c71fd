"""What a kind of rule is: words for people, and two functions that read the store and Django's database.

`find` is asked again and again for what holds now, `look_back` for what would have been told in past days.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drift.alerting.finding import Finding
from drift.models import AlertRule
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class Point:
    """A window that a rule would have looked at, with what it would have seen."""

    time: datetime
    """Its end."""
    value: float | None
    count: int
    is_firing: bool


@dataclass(frozen=True, slots=True)
class PastAlert:
    start: datetime
    end: datetime | None
    """None while it lasts, or where it only happened."""
    title: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How often a rule would have alerted, when, and what it would have seen, of the group that alerted most."""

    alerts: tuple[PastAlert, ...]
    """The latest first."""
    words: str
    points: tuple[Point, ...] = ()
    group: str = ""


def say_count(count: int, days: int) -> str:
    """As `In the last 30 days this would have alerted once.`

    >>> say_count(0, 30), say_count(2, 7)
    ('In the last 30 days this would not have alerted.', 'In the last 7 days this would have alerted 2 times.')
    """
    times = {0: "not have alerted", 1: "have alerted once"}.get(count, f"have alerted {count:,} times")
    return f"In the last {days} days this would {times}."


Find = Callable[[Store, AlertRule, datetime], Sequence[Finding] | None]
"""None where there is nothing to look for: what stands, stands until a person resolves it or a day is over."""
LookBack = Callable[[Store, AlertRule, datetime, datetime], Preview]
"""Of a rule that may not be saved yet: since, until."""


def choose_minute(_rule: AlertRule) -> timedelta:
    return timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RuleKind:
    name: str
    title: str
    what: str
    """One sentence: what it tells of."""
    find: Find
    look_back: LookBack
    choose_pause: Callable[[AlertRule], timedelta] = choose_minute
    """How long after it was looked at it is looked at again."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Of which a rule may choose some, with words for people."""
    recurs: bool = False
    """Whether what is over can come back under the same key."""
