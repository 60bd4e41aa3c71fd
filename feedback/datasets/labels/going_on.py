"""How a conversation went: which turn goes on from which, and from which answer.

Mostly it is the last answer to the message before. Who goes back to an older version shows it by the next message,
whose history holds that version, or by what they do with it once they have seen the newer one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feedback.datasets.labels.statements import Statement, list_statements
from feedback.datasets.record import LabelledConversation
from feedback.detectors.signal import Signal
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


class Course:
    """A labelled conversation, with what selections look up in it again and again."""

    def __init__(self, labelled: LabelledConversation) -> None:
        self.labelled = labelled
        self._kept: dict[int, Kept] = {}

    @property
    def conversation(self) -> Conversation:
        return self.labelled.conversation

    @cached_property
    def statements(self) -> list[Statement]:
        return list_statements(self.labelled)

    def find_kept(self, turn: Turn) -> Kept:
        """The answer to a message that stayed."""
        if not turn.alternatives:
            return Kept(turn.answer)
        if turn.index not in self._kept:
            self._kept[turn.index] = self._find_in_history(turn) or self._find_chosen(turn) or Kept(turn.answer)
        return self._kept[turn.index]

    def find_next(self, turn: Turn) -> Turn | None:
        """The turn that goes on from this one, of several (a message was edited) the last."""
        return self._following.get(turn.index)

    def find_turn(self, index: int) -> Turn | None:
        return self._by_index.get(index)

    def list_before(self, turn: Turn) -> list[Turn]:
        """The turns that a turn goes on from, the first one first; not those that an edited message left."""
        found: list[Turn] = []
        at = turn
        while (before := self._by_index.get(find_before(at))) and before.index < at.index:
            found.append(before)
            at = before
        return found[::-1]

    def list_signals(self, turn: Turn) -> Sequence[Signal]:
        """What was heard in the message of a turn, or of its answers."""
        return self._signals.get(turn.index, ())

    def find_answer(self, signal: Signal) -> Answer | None:
        """Return the answer that a signal is about: its span decides, else the answer that its turn shows.

        What a later message says is about the version that the user went on from.
        """
        found = self._find_named(signal)
        if found is None:
            return None
        turn, answer = found
        is_said_later = answer == turn.answer and signal.turn_index > turn.index
        return self.find_kept(turn).answer if is_said_later else answer

    @cached_property
    def _by_index(self) -> dict[int, Turn]:
        return {turn.index: turn for turn in self.conversation.turns}

    @cached_property
    def _following(self) -> dict[int, Turn]:
        return {find_before(turn): turn for turn in self.conversation.turns}

    @cached_property
    def _signals(self) -> dict[int, list[Signal]]:
        found: dict[int, list[Signal]] = defaultdict(list)
        for signal in self.labelled.signals:
            found[signal.turn_index].append(signal)
        return found

    @cached_property
    def _by_span(self) -> dict[str, list[tuple[Turn, Answer]]]:
        found: dict[str, list[tuple[Turn, Answer]]] = defaultdict(list)
        for turn in self.conversation.turns:
            for answer in turn.answers:
                for span_id in dict.fromkeys((answer.span_id, *answer.generation_span_ids)):
                    found[span_id].append((turn, answer))
        return found

    @cached_property
    def _chosen(self) -> dict[int, list[Statement]]:
        found: dict[int, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            if statement.feedback.name in CHOOSING:
                found[statement.target.turn.index].append(statement)
        return found

    def _find_named(self, signal: Signal) -> tuple[Turn, Answer] | None:
        if signal.span_id:
            named = self._by_span.get(signal.span_id, ())
            return next((each for each in named if signal.trace_id in ("", each[1].trace_id)), None)
        turn = None if signal.target is None else self._by_index.get(signal.target)
        return (turn, turn.answer) if turn else None

    def _find_in_history(self, turn: Turn) -> Kept | None:
        following = self.find_next(turn)
        generation = self.labelled.generations.get(following.parts[0].span_id) if following else None
        history = read_past(generation.input_messages).history if generation else ()
        if not history:
            return None
        told = fold(history[-1].content)
        found = [answer for answer in turn.answers if fold(answer.text) == told]
        return Kept(found[-1], "history") if found else None

    def _find_chosen(self, turn: Turn) -> Kept | None:
        """What people did with one version when they had seen all; of several acts the clearest, then the last,
        decides."""
        seen_all = [each for each in self._chosen.get(turn.index, ()) if _is_after(each, turn)]
        if not seen_all:
            return None
        clearest = min(seen_all, key=lambda each: (CHOOSING.index(each.feedback.name), -each.feedback.time_ns))
        return Kept(clearest.answer, f"action:{clearest.feedback.name}")


def find_before(turn: Turn) -> int:
    """Index of the turn that this one goes on from; under 0 where it is the first."""
    return turn.index - 1 if turn.follows is None else turn.follows


def list_after(turn: Turn, kept: Answer) -> Sequence[Answer]:
    """The answers that came after the one that stayed."""
    return turn.answers[turn.answers.index(kept) + 1 :]


def _is_after(statement: Statement, turn: Turn) -> bool:
    return statement.feedback.time_ns > turn.answer.start_time_ns
