"""Rows of conversations and their signals come in; what a list shows of each goes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.detectors.signal import Signal
from feedback.machines import Machine
from feedback.pages.cursors import Cursor
from feedback.pages.observations import Observation, summarise_signals
from feedback.pages.satisfaction import ShownEstimate, show_estimate
from feedback.pages.undertone import Undertone, draw_undertone
from feedback.satisfaction_records import Estimate

MOST_CHIPS = 2
CHIPS_WIDE = 39
"""Characters that chips have room for in one line, where the frame of one takes as much as six."""
CHIP_FRAME, MORE_FRAME = 6, 6


@dataclass(frozen=True, slots=True)
class ListedMode:
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class ListedConversation:
    conversation_id: str
    first_time_ns: int
    first_message: str
    turn_count: int
    user_id: str
    models: tuple[str, ...]
    cost_usd: float | None
    """Of the calls whose cost is known; None where none is."""
    service_name: str
    environment: str
    slowest_ns: int
    """The longest that an answer took."""
    tokens: int | None
    undertone: Undertone
    observations: tuple[Observation, ...]
    """The first few."""
    others: tuple[str, ...]
    """Titles of those that are left out."""
    machine: Machine | None
    """What led it, where that was no person."""
    dissatisfied: ShownEstimate | None
    failure_mode: ListedMode | None = None
    """Where it was asked for."""

    @property
    def more(self) -> int:
        return len(self.others)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.first_time_ns, self.conversation_id)


def list_conversations(
    rows: Iterable[Mapping[str, Any]],
    signals: Mapping[str, Sequence[Signal]],
    machines: Mapping[str, Machine],
    estimates: Mapping[str, Estimate],
    titles: Mapping[str, str],
) -> list[ListedConversation]:
    """Return the rows of `page_conversations.sql` as they are shown; the rest by conversation."""
    found = []
    for row in rows:
        key = row["conversation_id"]
        estimate = show_estimate(estimates.get(key), titles)
        found.append(list_conversation(row, signals.get(key, ()), machines.get(key), estimate, titles))
    return found


def add_modes(listed: Iterable[ListedConversation], modes: Mapping[str, ListedMode]) -> list[ListedConversation]:
    """The same with their failure modes, by conversation."""
    return [replace(each, failure_mode=modes.get(each.conversation_id)) for each in listed]


def list_conversation(
    row: Mapping[str, Any],
    signals: Sequence[Signal],
    machine: Machine | None,
    estimate: ShownEstimate | None,
    titles: Mapping[str, str],
) -> ListedConversation:
    observations = summarise_signals(signals, titles)
    shown = count_fitting([each.title for each in observations])
    return ListedConversation(
        conversation_id=row["conversation_id"],
        first_time_ns=row["first_time_ns"],
        first_message=row["first_message"],
        turn_count=row["turn_count"],
        user_id=row["user_id"],
        models=tuple(row["models"]),
        cost_usd=row["cost_usd"],
        service_name=row["service_name"],
        environment=row["environment"],
        slowest_ns=row["longest_ns"],
        tokens=row["tokens"],
        undertone=draw_undertone(row["turn_count"], signals, titles),
        observations=tuple(observations[:shown]),
        others=tuple(each.title for each in observations[shown:]),
        machine=machine,
        dissatisfied=estimate,
    )


def count_fitting(titles: Sequence[str]) -> int:
    """How many chips with these titles stand in one line, none of them cut, with `+n` behind them for the rest; one at
    least.

    >>> count_fitting(["Tool failed", "Complained", "Left"]), count_fitting(["Asked again in other words", "Left"])
    (2, 1)
    """
    for shown in range(min(MOST_CHIPS, len(titles)), 1, -1):
        room = CHIPS_WIDE - MORE_FRAME * (len(titles) > shown)
        if sum(len(title) + CHIP_FRAME for title in titles[:shown]) <= room:
            return shown
    return min(1, len(titles))
