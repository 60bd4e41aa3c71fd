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


def find_first(target: Target, turn_index: int, turn_count: int, asked: str = "") -> int:
    """Index of the first turn to be shown: that asked for (from 1, as people count), else so that what is judged is
    among them; of a whole conversation its end.

    >>> find_first("message", 100, 300), find_first("conversation", 0, 300), find_first("answer", 3, 9)
    (75, 260, 0)
    """
    last = max(0, turn_count - SHOWN)
    if asked.isdecimal() and len(asked) < 9:
        return min(max(int(asked) - 1, 0), last)
    return last if target == "conversation" else min(max(0, turn_index - BEFORE), last)


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
