"""What detectors need of texts, and which turns have none: a project may keep no texts, or for some hours only.

A detector of words is not asked about a turn whose words are gone: it would say that nothing was there. What it said
while they were there stays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from tracing.conversations import Answer, Conversation, Turn
from tracing.texts.stand_ins import are_kept, blank


class Texts(StrEnum):
    """Of what was said, what a detector needs."""

    NONE = "none"
    """Actions, timing, counts, errors: it hears the same without texts."""
    SOME = "some"
    """It hears part of it without them."""
    END = "end"
    """The same of one that is about the end of a conversation: it goes where that goes on."""
    TURN = "turn"
    """The message and the answer that it is about."""
    CONVERSATION = "conversation"
    """Everything that was said before."""


def find_lost(conversation: Conversation) -> frozenset[int]:
    """Indexes of the turns of which a text is gone."""
    return frozenset(turn.index for turn in conversation.turns if not is_whole(turn))


def is_whole(turn: Turn) -> bool:
    return are_kept((turn.user_text, turn.sent_text, *(answer.text for answer in turn.parts)))


def without_lost(material: Material) -> Material:
    """The material with nothing in the place of texts that are gone, so that nobody reads stand-ins as words."""
    conversation = material.conversation
    return replace(material, conversation=replace(conversation, turns=tuple(map(blank_turn, conversation.turns))))


def blank_turn(turn: Turn) -> Turn:
    if is_whole(turn):
        return turn
    return replace(
        turn,
        user_text=blank(turn.user_text),
        sent_text=blank(turn.sent_text),
        answer=blank_answer(turn.answer),
        alternatives=tuple(map(blank_answer, turn.alternatives)),
    )


def blank_answer(answer: Answer) -> Answer:
    return replace(answer, text=blank(answer.text), steps=tuple(map(blank_answer, answer.steps)))


def choose_heard(signals: Iterable[Signal], texts: Texts, lost: frozenset[int]) -> Iterator[Signal]:
    """Of what a detector says that which it had the texts for."""
    for signal in signals:
        about = {signal.turn_index} | ({signal.target} if signal.target is not None else set())
        needed = {Texts.TURN: lost & about, Texts.CONVERSATION: lost}.get(texts)
        if not needed:
            yield signal


def does_stay(texts: Texts, turn_index: int, conversation: Conversation) -> bool:
    """Whether what was heard on a turn stays though it is not heard any more: its texts were there then."""
    lost = find_lost(conversation)
    if texts is Texts.END and turn_index != conversation.turns[-1].index:
        return False
    return texts is not Texts.NONE and (bool(lost) if texts is Texts.CONVERSATION else turn_index in lost)
