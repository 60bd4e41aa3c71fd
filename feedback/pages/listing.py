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

CHIPS_SHOWN = 2


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
        observations=tuple(observations[:CHIPS_SHOWN]),
        others=tuple(each.title for each in observations[CHIPS_SHOWN:]),
        machine=machine,
        dissatisfied=estimate,
    )
