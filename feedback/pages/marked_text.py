"""A user's text and the signals that point into it come in; the same text in pieces goes out, with what is marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback.detectors.signal import Signal
from feedback.pages.markdown import tell_length
from feedback.pages.observations import State, find_state, find_worst
from tracing.texts.stand_ins import is_kept


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the user's text, marked where a signal points at it."""

    text: str
    state: State | None = None
    is_kept: bool = True


def mark_text(text: str, signals: Sequence[Signal]) -> list[Piece]:
    """Cut the user's text at the offsets that signals point at; where they overlap, the worse state shows.

    Of a text that is not kept there is one piece, in words: signals may point into what was there.
    """
    if not is_kept(text):
        return [Piece(tell_length(text), is_kept=False)]
    pointing = [
        (start, min(end, len(text)), find_state(signal))
        for signal in signals
        if signal.evidence.text == "user"
        for start, end in signal.evidence.offsets
        if 0 <= start < min(end, len(text))
    ]
    cuts = sorted({0, len(text), *(start for start, _, _ in pointing), *(end for _, end, _ in pointing)})
    pieces = []
    for start, end in pairwise(cuts):
        worst = find_worst([state for first, last, state in pointing if first <= start and end <= last])
        pieces.append(Piece(text[start:end], worst))
    return pieces
