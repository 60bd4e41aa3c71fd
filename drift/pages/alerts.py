"""Alerts come in as they are kept; what the inbox and the page of one show of them goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from drift.models import Alert, AlertChange
from feedback.pages.failure_modes import Bar, Chip, show_bars
from tracing.filter_language import Condition, format_conditions

TABS = {"open": "open", "acknowledged": "acknowledged", "resolved": "resolved", "all": ""}
"""By the name in the address, what the list is asked for."""
LEVELS = {"critical": "critical", "warning": "medium", "info": "low"}
"""By severity, that of failure modes which looks the same."""
MUTES = {"1": "1 hour", "8": "8 hours", "24": "1 day", "168": "7 days"}
"""By hours."""
SEGMENT_WORDS = {
    "service_name": "%s",
    "service": "%s",
    "environment": "in %s",
    "prompt_version": "prompt %s",
    "model": "model %s",
}
FILTER_FIELDS = {
    "service_name": "service",
    "service": "service",
    "environment": "environment",
    "prompt_version": "prompt_version",
    "model": "model",
}
"""Of a segment, by what filters call them."""
CHANGES = {
    "opened": "opened",
    "reopened": "is back: opened again",
    "resolved": "was resolved",
    "acknowledged": "was acknowledged",
    "muted": "was muted",
    "unmuted": "is no longer muted",
    "accepted": "was accepted as the new normal",
}


def filter_conversations(alert: Alert) -> str:
    """What finds the conversations behind an alert: those that its rule counts, where it was, from its start on."""
    began = (alert.alarm and datetime.combine(alert.alarm.started, time(), UTC)) or alert.started_at
    places = [
        Condition(FILTER_FIELDS[name], ":", (value,))
        for name, value in alert.segment.items()
        if name in FILTER_FIELDS and isinstance(value, str)
    ]
    times = [Condition("time", ">=", (write_moment(began),))]
    if alert.resolved_at:
        times.append(Condition("time", "<=", (write_moment(alert.resolved_at),)))
    return " ".join(filter(None, [alert.rule.filter, format_conditions([*places, *times])]))


def write_moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as a list shows it."""

    alert: Alert
    state: Chip
    segment: str
    is_muted: bool

    @property
    def level(self) -> str:
        return LEVELS.get(self.alert.severity, "low")

    @property
    def is_choosable(self) -> bool:
        """Whether somebody may still say that they are on it."""
        return self.alert.state == Alert.State.OPEN and not self.alert.acknowledged_at

    @property
    def handler(self) -> str:
        """Who resolved or acknowledged it; empty for nobody, or by itself."""
        return self.alert.resolved_by if self.alert.state == Alert.State.RESOLVED else self.alert.acknowledged_by

    @property
    def bars(self) -> tuple[Bar, ...]:
        return show_bars(self.level)


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """What the overview shows."""

    rows: tuple[AlertRow, ...]
    open: int
    counts: tuple[str, ...]
    """By severity: "1 critical"."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    who: str
    words: str
    note: str


def sort_alerts(alerts: Sequence[Alert]) -> list[Alert]:
    """Those that nobody acknowledged first, then the most severe, then the latest."""
    severities = list(LEVELS)
    return sorted(
        alerts, key=lambda each: (each.acknowledged_at is not None, severities.index(each.severity), -each.number)
    )


def show_alerts(alerts: Sequence[Alert], now: datetime) -> list[AlertRow]:
    return [show_alert(alert, now) for alert in alerts]


def show_alert(alert: Alert, now: datetime) -> AlertRow:
    is_muted = alert.state == Alert.State.OPEN and alert.muted_until is not None and alert.muted_until > now
    return AlertRow(alert, tell_state(alert), tell_segment(alert.segment), is_muted)


def tell_state(alert: Alert) -> Chip:
    if alert.state == Alert.State.RESOLVED:
        return Chip("resolved", "good")
    return Chip("acknowledged", "unsure") if alert.acknowledged_at else Chip("open", "bad")


def tell_segment(segment: Mapping[str, str | None]) -> str:
    """Where it is, in words; empty for everywhere.

    >>> tell_segment({"service_name": "support", "environment": "live", "model": None, "prompt_version": "v2"})
    'support in live, prompt v2'
    """
    place = [words % segment[name] for name, words in SEGMENT_WORDS.items() if segment.get(name)]
    of_app = [words for words in place if not words.startswith(("prompt ", "model "))]
    return ", ".join(filter(None, [" ".join(of_app), *[words for words in place if words not in of_app]]))


def tell_change(change: AlertChange) -> HistoryLine:
    if change.what == AlertChange.What.NOTE:
        return HistoryLine(change.at, change.who, "noted", change.text)
    words = CHANGES.get(change.what, change.what)
    if change.what == AlertChange.What.MUTED:
        return HistoryLine(change.at, change.who, f"{words} until {tell_moment(change.text)}", "")
    return HistoryLine(change.at, change.who, f"{words}: {change.text}" if change.text else words, "")


def tell_moment(text: str) -> str:
    """A moment as ISO 8601 has it, for people.

    >>> tell_moment("2026-11-03T09:30:00+00:00")
    '3 November, 09:30 UTC'
    """
    at = datetime.fromisoformat(text).astimezone(UTC)
    return f"{at.day} {at:%B, %H:%M} UTC"


def read_hours(text: str) -> timedelta | None:
    """How long a form asks to mute; None where it is none of `MUTES`.

    >>> read_hours("8"), read_hours("9")
    (datetime.timedelta(seconds=28800), None)
    """
    return timedelta(hours=int(text)) if text in MUTES else None


def count_severities(severities: Mapping[str, int]) -> tuple[str, ...]:
    """
    >>> count_severities({"info": 2, "critical": 1})
    ('1 critical', '2 info')
    """
    return tuple(f"{severities[level]:,} {level}" for level in LEVELS if severities.get(level))
