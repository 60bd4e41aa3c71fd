"""What people said of signals comes in from the store; how right each kind is here and when to fire goes out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.accuracy import Estimate, KindCard, load_card
from feedback.pages.shares import Share
from feedback.thresholds import LEAST_JUDGED, Judged, Scored, Suggestion, suggest_threshold
from tracing.store import Store

DAYS = 30
DAY_NS = 86_400 * 10**9
LEAST_TOLD = 10
"""Verdicts under which a share is not told: there are too few to say."""
TIER = "platform"
NOBODY = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Taught:
    """What people said of one kind of signal, and what follows."""

    right: Share = NOBODY
    """Of those that fired when somebody judged them, and fire today."""
    missed: int = 0
    """Confirmed by people where nothing had fired."""
    shipped: Estimate | None = None
    """The same share as it was measured, where one message in twenty is feedback."""
    suggestion: Suggestion | None = None

    @property
    def is_told(self) -> bool:
        return self.right.whole >= LEAST_TOLD


def load_taught(store: Store, project_id: int, thresholds: Mapping[str, float]) -> dict[str, Taught]:
    """By kind; `thresholds` are those that the project has set. Kinds without figures of any sort are missing."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in store.query("feedback/sql/confirmed_by_kind.sql", project_id=project_id):
        rows.setdefault(row["kind"], []).append(row)
    cards = {card.kind: card for card in load_card().kinds}
    suggestions = load_suggestions(store, project_id, rows, cards, thresholds)
    return {
        kind: Taught(
            right=count_right(rows.get(kind, [])),
            missed=sum(row["missed"] for row in rows.get(kind, [])),
            shipped=find_shipped(cards[kind]) if kind in cards else None,
            suggestion=suggestions.get(kind),
        )
        for kind in {*rows, *cards}
    }


def count_right(rows: list[Mapping[str, Any]]) -> Share:
    confirmed, rejected = (sum(row[name] for row in rows) for name in ("fired_confirmed", "fired_rejected"))
    return Share(confirmed, confirmed + rejected)


def find_shipped(card: KindCard) -> Estimate | None:
    return next((each.precision_when_rare for each in card.tiers if each.tier == TIER), None)


def load_suggestions(
    store: Store,
    project_id: int,
    rows: Mapping[str, list[Mapping[str, Any]]],
    cards: Mapping[str, KindCard],
    thresholds: Mapping[str, float],
) -> dict[str, Suggestion]:
    """For kinds that fire from a score which is known, where enough was said of them."""
    shipped = {kind: card.threshold for kind, card in cards.items() if card.threshold is not None}
    judged = {kind: list_judged(rows[kind]) for kind in rows if kind in shipped}
    judged = {kind: found for kind, found in judged.items() if count_judged(found) >= LEAST_JUDGED}
    scored: dict[str, list[Scored]] = {kind: [] for kind in judged}
    if judged:
        since_ns = time.time_ns() - DAYS * DAY_NS
        path = "feedback/sql/scores_of_kinds.sql"
        for row in store.query(path, project_id=project_id, kinds=sorted(judged), since_ns=since_ns):
            scored[row["kind"]].append(Scored(row["score"], row["signals"]))
    found = {
        kind: suggest_threshold(judged[kind], scored[kind], shipped[kind], thresholds.get(kind, shipped[kind]))
        for kind in judged
    }
    return {kind: suggestion for kind, suggestion in found.items() if suggestion}


def list_judged(rows: list[Mapping[str, Any]]) -> list[Judged]:
    return [
        Judged(row["score"], row["confirmed"], row["rejected"]) for row in rows if row["confirmed"] or row["rejected"]
    ]


def count_judged(judged: list[Judged]) -> int:
    return sum(each.confirmed + each.rejected for each in judged)
