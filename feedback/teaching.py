"""What people said of signals comes in from the store; how right each kind is here and when to fire goes out.

What they pressed beside signals is counted for itself: nobody knows how those were chosen. What they said in review
queues is weighed by how likely each item was chosen.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from feedback.accuracy import Estimate, Figures, KindCard, load_card
from feedback.pages.shares import Share
from feedback.review import measuring
from feedback.review.measuring import Measured
from feedback.reviewing.detectors import load_reviewed
from feedback.thresholds import LEAST_JUDGED, Judged, Scored, Suggestion, count_judged, suggest_threshold
from tracing.kept_queries import prepare_kept, query_kept
from tracing.store import Store
from tracing.together import ask_together

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
    """Of those that fired when somebody pressed what they are, and fire today."""
    missed: int = 0
    """Confirmed by people where nothing had fired."""
    reviewed: Measured | None = None
    """By review queues; None where none asks about it."""
    shipped: Estimate | None = None
    """The share that is right as it was measured, where one message in twenty is feedback."""
    shipped_recall: Estimate | None = None
    """Of what there is the share that it heard, as it was measured."""
    suggestion: Suggestion | None = None

    @property
    def is_told(self) -> bool:
        return self.right.whole >= LEAST_TOLD


def load_taught(store: Store, project_id: int, thresholds: Mapping[str, float]) -> dict[str, Taught]:
    """By kind; `thresholds` are those that the project has set. Kinds without figures of any sort are missing."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    items, confirmed = ask_together(
        partial(load_reviewed, store, project_id),
        prepare_kept(store, "feedback/sql/confirmed_by_kind.sql", project_id=project_id),
    )
    for row in confirmed:
        rows.setdefault(row["kind"], []).append(row)
    measured = measuring.measure_kinds(items)
    cards = {card.kind: card for card in load_card().kinds}
    judged = {
        kind: [*list_judged(rows.get(kind, [])), *measuring.list_judged(kind, items)] for kind in {*rows, *measured}
    }
    suggestions = load_suggestions(store, project_id, judged, cards, thresholds)
    return {
        kind: Taught(
            right=count_right(rows.get(kind, [])),
            missed=sum(row["missed"] for row in rows.get(kind, [])),
            reviewed=measured.get(kind),
            shipped=figures.precision_when_rare if figures else None,
            shipped_recall=figures.recall if figures else None,
            suggestion=suggestions.get(kind),
        )
        for kind in sorted({*rows, *measured, *cards})
        for figures in [find_figures(cards.get(kind))]
    }


def count_right(rows: list[Mapping[str, Any]]) -> Share:
    confirmed, rejected = (sum(row[name] for row in rows) for name in ("fired_confirmed", "fired_rejected"))
    return Share(confirmed, confirmed + rejected)


def find_figures(card: KindCard | None) -> Figures | None:
    """As they were measured before, of what the platform runs."""
    return next((each for each in card.tiers if each.tier == TIER), None) if card else None


def load_suggestions(
    store: Store,
    project_id: int,
    said: Mapping[str, Sequence[Judged]],
    cards: Mapping[str, KindCard],
    thresholds: Mapping[str, float],
) -> dict[str, Suggestion]:
    """For kinds that fire from a score which is known, where enough was said of them."""
    shipped = {kind: card.threshold for kind, card in cards.items() if card.threshold is not None}
    judged = {kind: said[kind] for kind in sorted(said) if kind in shipped and count_judged(said[kind]) >= LEAST_JUDGED}
    scored: dict[str, list[Scored]] = {kind: [] for kind in judged}
    if judged:
        since_ns = time.time_ns() - DAYS * DAY_NS
        path = "feedback/sql/scores_of_kinds.sql"
        bound: dict[str, Any] = {"project_id": project_id, "kinds": list(judged), "since_ns": since_ns}
        for row in query_kept(store, path, now_ns=since_ns, moving=("since_ns",), **bound):
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
