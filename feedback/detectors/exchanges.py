"""A conversation comes in, its later messages go out, each with what the user saw before it: what may be a reaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from feedback.detectors.times import MACHINE_GAP_SECONDS, measure_gap
from feedback.reactions.reaction import Exchange, Reading
from tracing.conversations import Conversation, Turn
from tracing.texts.stand_ins import blank, is_kept


@dataclass(frozen=True, slots=True)
class Reaction:
    """A later message, the turn whose answer it may be about, and what it says of that."""

    previous: Turn
    turn: Turn
    exchange: Exchange
    reading: Reading

    @property
    def is_sent_again(self) -> bool:
        """Whether the same words came again after an error, or sooner than anybody reads: a retry, or a program."""
        if self.previous.user_text != self.turn.user_text:
            return False
        gap = measure_gap(self.previous.answer, self.turn.answers[0])
        return self.previous.answer.outcome == "error" or (gap is not None and gap < MACHINE_GAP_SECONDS)


def exchanges_of(conversation: Conversation) -> dict[int, Exchange]:
    """By index of its turn, every message after the first that has words, with the last answer seen before it."""
    return {
        turn.index: Exchange(
            turn.user_text, blank(previous.user_text), blank(previous.answer.text), blank(turn.answer.text)
        )
        for previous, turn in pair_turns(conversation)
        if turn.user_text.strip() and is_kept(turn.user_text)
    }


def pair_turns(conversation: Conversation) -> Iterator[tuple[Turn, Turn]]:
    """Each turn after the first with the one that it goes on from: of an edited message that is an earlier one."""
    turns = conversation.turns
    by_index = {turn.index: turn for turn in turns}
    for before, turn in pairwise(turns):
        follows = before.index if turn.follows is None else turn.follows
        yield by_index.get(follows, before), turn


def list_reactions(conversation: Conversation, readings: Mapping[int, Reading]) -> list[Reaction]:
    """The later messages that were read, in order; `readings` has them by index of their turn."""
    exchanges = exchanges_of(conversation)
    return [
        Reaction(previous, turn, exchanges[turn.index], readings[turn.index])
        for previous, turn in pair_turns(conversation)
        if turn.index in exchanges and turn.index in readings
    ]
