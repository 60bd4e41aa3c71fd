"""What Tacit holds of things that are to be judged, from the store: items come in, the same with opinions go out. They
are kept as of the draw, and shown to nobody who has not judged yet."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from feedback.detectors.signal import Signal
from feedback.flywheel.reading import load_modes
from feedback.records import load_signals
from feedback.review.items import Item
from feedback.review.questions import Question
from feedback.reviewing.candidates import KINDS
from feedback.satisfaction_records import ON_PURPOSE, Estimate, load_estimates
from tracing.store import Store

MOST_SIGNALS = 12
LEAST_SCORE = 0.05
"""What is less is not worth a word."""


def add_opinions(store: Store, project_id: int, question: Question, items: Sequence[Item]) -> list[Item]:
    """The same items in the same order."""
    ids = sorted({each.conversation_id for each in items})
    estimates, modes = load_estimates(store, project_id, ids), load_modes(store, project_id, ids)
    signals = load_signals(store, project_id, ids) if ids else {}
    return [
        replace(
            each,
            opinion={
                **tell_estimate(estimates.get(each.conversation_id)),
                "signals": tell_signals(question, each, signals[each.conversation_id]),
                "explicit": tell_explicit(question, each, signals[each.conversation_id]),
                "failure_mode": modes.get(each.conversation_id, 0),
            },
        )
        for each in items
    ]


def tell_estimate(estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {"probability": None, "low": None, "high": None}
    found = estimate.probability
    return {"probability": found.value, "low": found.low, "high": found.high}


def tell_signals(question: Question, item: Item, signals: Iterable[Signal]) -> list[dict[str, Any]]:
    """The surest of what was heard: of the message or answer that is judged what it could be, else of the whole."""
    heard = [each for each in signals if each.kind not in ON_PURPOSE and each.score >= LEAST_SCORE]
    if question in KINDS:
        heard = [each for each in heard if each.kind in KINDS[question] and is_about(question, item, each)]
    heard.sort(key=lambda each: (-each.score, each.turn_index, each.kind, each.label, each.span_id))
    return [
        {
            "kind": each.kind,
            "label": each.label,
            "score": each.score,
            "fired": each.stands,
            "confidence": each.confidence,
        }
        for each in heard[:MOST_SIGNALS]
    ]


def is_about(question: Question, item: Item, signal: Signal) -> bool:
    turn = signal.turn_index if question is Question.REACTION else find_target(signal)
    return turn == item.turn_index


def find_target(signal: Signal) -> int:
    """The turn whose answer it is about."""
    return signal.turn_index if signal.target is None else signal.target


def tell_explicit(question: Question, item: Item, signals: Iterable[Signal]) -> str:
    """What the user said on purpose of the answer, or of any where the whole conversation is judged."""
    said = {
        each.polarity
        for each in signals
        if each.kind in ON_PURPOSE and each.fired and (question not in KINDS or find_target(each) == item.answer_turn)
    }
    if {1, -1} <= said:
        return "mixed"
    return "up" if 1 in said else "down" if -1 in said else ""
