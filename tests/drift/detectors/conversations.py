"""Conversations as detectors of drift see them."""

from collections.abc import Sequence
from dataclasses import replace

from drift.detectors import Observed, Retrieval
from feedback.detectors.signal import Confirmation, Evidence, Polarity, Signal
from tests.pages.conftest import make_answer
from tracing.conversations import Conversation, Turn


def observe(
    *turns: tuple[str, str],
    signals: Sequence[Signal] = (),
    retrievals: Sequence[Retrieval] = (),
    tool_turns: Sequence[int] = (),
    **answer: object,
) -> Observed:
    """Pairs of what the user and the assistant said, every answer with these fields."""
    said = turns or (("Where is it?", "Here it is."),)
    told = [Turn(place, user, make_answer(text, place, "a", **answer)) for place, (user, text) in enumerate(said)]
    return Observed(Conversation(1, "c", tuple(told)), signals, retrievals, frozenset(tool_turns))


def hear(kind: str, polarity: Polarity = -1, *, fired: bool = True, is_rejected: bool = False) -> Signal:
    signal = Signal(kind, 0, 0.9, 0.9, fired, polarity, kind, "1", Evidence("so it was said"))
    return replace(signal, confirmation=Confirmation("rejected", "ann", 0)) if is_rejected else signal
