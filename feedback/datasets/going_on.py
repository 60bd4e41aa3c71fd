"""Which answer to a message did its user go on from? A turn comes in, the answer that stayed goes out, and
what shows it.

Mostly it is the last one. Who goes back to an older version shows it by the next message, whose history holds that
version, or by what they do with it once they have seen the newer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feedback.datasets.record import LabelledConversation
from feedback.datasets.statements import list_statements
from tracing.conversations import Answer, Conversation, Turn
from tracing.histories import fold, read_past

CHOOSING: Final = ("accept", "select", "copy")
"""What people do with the version that they take, the clearest first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that stayed."""

    answer: Answer
    source: str = ""
    """What shows that it is the one: `history`, `action:accept`, …; empty where it is only the last."""


def find_kept(labelled: LabelledConversation, turn: Turn) -> Kept:
    if not turn.alternatives:
        return Kept(turn.answer)
    return _find_in_history(labelled, turn) or _find_chosen(labelled, turn) or Kept(turn.answer)


def find_next(conversation: Conversation, turn: Turn) -> Turn | None:
    """The turn that goes on from this one, of several (a message was edited) the last."""
    following = [each for each in conversation.turns if each.index > turn.index and _goes_on(each, turn)]
    return following[-1] if following else None


def list_before(conversation: Conversation, turn: Turn) -> list[Turn]:
    """The turns that a turn goes on from, the first one first; not those that an edited message left."""
    by_index = {each.index: each for each in conversation.turns}
    found: list[Turn] = []
    at = turn
    while (before := by_index.get(at.index - 1 if at.follows is None else at.follows)) and before.index < at.index:
        found.append(before)
        at = before
    return found[::-1]


def _goes_on(later: Turn, turn: Turn) -> bool:
    return turn.index == (later.index - 1 if later.follows is None else later.follows)


def _find_in_history(labelled: LabelledConversation, turn: Turn) -> Kept | None:
    following = find_next(labelled.conversation, turn)
    generation = labelled.generations.get(following.parts[0].span_id) if following else None
    history = read_past(generation.input_messages).history if generation else ()
    if not history:
        return None
    told = fold(history[-1].content)
    found = [answer for answer in turn.answers if fold(answer.text) == told]
    return Kept(found[-1], "history") if found else None


def _find_chosen(labelled: LabelledConversation, turn: Turn) -> Kept | None:
    """What people did with one version when they had seen all; of several acts the clearest, then the last, decides."""
    chosen = [
        statement
        for statement in list_statements(labelled)
        if statement.target.turn.index == turn.index
        and statement.feedback.name in CHOOSING
        and statement.feedback.time_ns > turn.answer.start_time_ns
    ]
    if not chosen:
        return None
    clearest = min(chosen, key=lambda each: (CHOOSING.index(each.feedback.name), -each.feedback.time_ns))
    return Kept(clearest.answer, f"action:{clearest.feedback.name}")


def list_after(turn: Turn, kept: Answer) -> Sequence[Answer]:
    """The answers that came after the one that stayed."""
    return turn.answers[turn.answers.index(kept) + 1 :]
