"""What pages and REST show of failure modes: a project and a time come in, modes with their figures go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from feedback.failure_modes.verification import Verification
from feedback.satisfaction import Interval

ShownState = Literal["new", "ongoing", "regressed", "resolved", "ignored"]
Level = Literal["critical", "high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad a mode is, and why, in a few words each."""

    level: Level
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedMode:
    """A mode with its figures of the window that is looked at; the interval is of 90 %, the trend's of 95 %."""

    number: int
    title: str
    """By a person, else found."""
    found_title: str
    line: str
    family: str
    state: ShownState
    is_surging: bool
    severity: Severity
    conversations: int
    users: int
    cost_usd: float | None
    share: Interval
    """Of all conversations of people in the window."""
    days: tuple[int, ...]
    """Conversations by day (UTC), the oldest first; the last day is today."""
    trend: Interval | None
    """How many times as common it is in the latest week as before; None where there is too little."""
    all_conversations: int
    """Since it began."""
    first_time: datetime
    last_time: datetime
    found_at: datetime
    owner: str
    ticket: str
    resolved_in_kind: str
    """release, prompt_version, or empty."""
    resolved_in: str
    resolved_at: datetime | None
    verification: Verification | None
    """Of a mode that was resolved."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the same window: conversations of people, those that failed, and those of them that are in a mode."""

    conversations: int
    failing: int
    in_modes: int
    days: tuple[int, ...]
    """Conversations by day."""


@dataclass(frozen=True, slots=True)
class ModeList:
    modes: Sequence[ListedMode]
    """The most severe first."""
    totals: Totals
