"""A conversation and what of it is judged come in; the chat as a reviewer sees it goes out.

Nothing that Tacit heard in it is there, nor what its user said on purpose: a reviewer is not to be led.
"""

from dataclasses import dataclass

from feedback.pages.transcript import Heard, ShownTurn, show_turns
from feedback.review.questions import Target
from tracing.conversations import Conversation

SHOWN = 40
"""Turns of a long conversation that are shown at once."""
BEFORE = 25
"""Of them before the one that is judged."""


@dataclass(frozen=True, slots=True)
class JudgedTurn:
    turn: ShownTurn
    judged: Target | None
    """What of the turn is judged, if it is."""
    is_for_better: bool
    """Whether a better answer would be for its answer."""


def find_first(target: Target, turn_index: int) -> int:
    """Index of the first turn to be shown, so that what is judged is among them with what led to it.

    >>> find_first("message", 100), find_first("answer", 3), find_first("conversation", 0)
    (75, 0, 0)
    """
    return 0 if target == "conversation" else max(0, turn_index - BEFORE)


def read_turn(text: str) -> int | None:
    """The index of a turn that an address names as people count; None where it names none."""
    return max(int(text) - 1, 0) if text.isdecimal() and len(text) < 9 else None


def show_judged(conversation: Conversation, target: Target, turn_index: int, answer_turn: int) -> list[JudgedTurn]:
    heard = Heard(conversation.conversation_id, (), (), {})
    return [
        JudgedTurn(
            turn,
            target if target != "conversation" and turn.index == turn_index else None,
            is_for_better=turn.index == answer_turn,
        )
        for turn in show_turns(conversation, heard, -1)
    ]
