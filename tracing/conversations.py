"""From exchanges to a dialogue: what the user said, turn by turn, and which answer they saw.

In come `TracedExchange`s (see `tracing.exchanges`), each one answer to one user message, before it is known whether it
is a turn of its own, replaces an earlier answer or goes on from one; out go `Conversation`s of `Turn`s.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tracing.generations import Outcome
from tracing.histories import SHORTEST_REPEAT, is_lasting
from tracing.texts.stand_ins import count_characters


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the user saw it. Times are nanoseconds since the epoch or durations in nanoseconds."""

    trace_id: str
    span_id: str
    """The model call that wrote it."""
    text: str
    outcome: Outcome
    ended_by: str
    start_time_ns: int
    duration_ns: int
    time_to_first_chunk_ns: int | None = None
    model: str = ""
    error_type: str = ""
    message_id: str = ""
    finish_reasons: tuple[str, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    """Of every model call for this answer whose cost is known; None where none is."""
    generation_span_ids: tuple[str, ...] = ()
    """Every model call that was made for this answer (an agent may make many), by start."""
    history_hash: str = ""
    """Of the messages that were sent up to and with the user's; empty where the app sent no history."""
    after_tools: bool = False
    """Whether it was made from results of tools that an answer before it had asked for."""
    steps: "tuple[Answer, ...]" = ()
    """What the model said and asked tools for on the way to it, in traces of their own, oldest first."""
    continues: tuple[int, ...] = ()
    """Keys of what it goes on from, and in `told` of what may go on from it; see `tracing.histories`."""
    told: tuple[int, ...] = ()
    follows: str = ""
    """The trace that its own trace goes on from, where their histories told, not an id."""
    user_id: str = ""
    service_name: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()

    @property
    def end_time_ns(self) -> int:
        return self.start_time_ns + self.duration_ns

    @property
    def parts(self) -> "tuple[Answer, ...]":
        """The steps to it, and itself without them."""
        return (*self.steps, replace(self, steps=())) if self.steps else (self,)


@dataclass(frozen=True, slots=True)
class Turn:
    """One user message and the answer that the user saw."""

    index: int
    """From 0, in the order of the conversation."""
    user_text: str
    """The user's own words."""
    answer: Answer
    """The last one, which stayed."""
    alternatives: tuple[Answer, ...] = ()
    """Earlier answers to the same message that were replaced, oldest first."""
    sent_text: str = ""
    """The message that the model got for it, where that is not just the user's own words."""
    follows: int | None = None
    """Index of the turn that it goes on from, where that is not the one before it: an earlier message was edited."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        return (*self.alternatives, self.answer)

    @property
    def parts(self) -> tuple[Answer, ...]:
        """Every answer and every step to one, in the order of time."""
        return tuple(part for answer in self.answers for part in answer.parts)

    @property
    def start_time_ns(self) -> int:
        """When its first answer began."""
        first = self.answers[0]
        return first.steps[0].start_time_ns if first.steps else first.start_time_ns


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order. `derived` where no conversation id was sent."""

    project_id: int
    conversation_id: str
    turns: tuple[Turn, ...]
    derived: bool = False
    user_id: str = ""
    service_name: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer, replaced ones and steps included."""
        return tuple(part for turn in self.turns for part in turn.parts)

    @property
    def start_time_ns(self) -> int:
        """When its first turn began; there must be one."""
        return self.turns[0].start_time_ns

    @property
    def end_time_ns(self) -> int:
        """When its last answer ended; there must be one."""
        return self.turns[-1].answer.end_time_ns

    def list_left(self) -> set[int]:
        """Indexes of the turns that the last one does not go on from: an earlier message was edited after them."""
        before = {turn.index: turn.index - 1 if turn.follows is None else turn.follows for turn in self.turns}
        line, at = set(), self.turns[-1].index
        while at in before and at not in line:
            line.add(at)
            at = before[at]
        return before.keys() - line


@dataclass(frozen=True, slots=True)
class TracedExchange:
    """One answer to one user message, and the conversation that it says it belongs to."""

    project_id: int
    conversation_id: str
    derived: bool
    user_text: str
    answer: Answer
    sent_text: str = ""

    @property
    def order(self) -> tuple[int, str, str]:
        return self.answer.start_time_ns, self.answer.trace_id, self.answer.span_id


def add_known(numbers: Iterable[int | None]) -> int | None:
    """Sum of what is known; None where nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def add_costs(costs: Iterable[float | None]) -> float | None:
    """Sum of what is known, the same in whatever order (to a millionth of a millionth); None where nothing is."""
    known = [cost for cost in costs if cost is not None]
    return round(math.fsum(known), 12) if known else None


def list_exchanges(conversation: Conversation, turns: Iterable[Turn]) -> Iterator[TracedExchange]:
    """The exchanges that these turns of a conversation were built from."""
    for turn in turns:
        for part in turn.parts:
            yield TracedExchange(
                project_id=conversation.project_id,
                conversation_id=conversation.conversation_id,
                derived=conversation.derived,
                user_text=turn.user_text,
                sent_text=turn.sent_text,
                answer=part,
            )


def build_conversation(exchanges: Iterable[TracedExchange], before: Sequence[Turn] = ()) -> Conversation:
    """A conversation from at least one exchange of it, in any order.

    `before` are turns that no exchange among these is older than: as many as may be replaced or gone on from, and the
    last one among them.
    """
    ordered = sorted(exchanges, key=lambda each: each.order)
    line = Line(before)
    for exchange in ordered:
        line.add(exchange)
    first = ordered[0]
    answers = [answer for turn in line.list_turns() for answer in turn.parts]
    opening = min(answers, key=lambda each: (each.start_time_ns, each.trace_id, each.span_id))
    return Conversation(
        project_id=first.project_id,
        conversation_id=first.conversation_id,
        turns=line.list_turns(),
        derived=first.derived,
        user_id=next((each.user_id for each in answers if each.user_id), ""),
        service_name=opening.service_name,
        environment=opening.environment,
        tags=tuple(sorted({tag for each in answers for tag in each.tags})),
    )


def add_answer(turn: Turn, answer: Answer) -> Turn:
    """The turn with one more answer: it replaces the last one, unless it was made from results of the tools that the
    last one asked for."""
    last = turn.answer
    if answer.after_tools and not set(answer.continues).isdisjoint(last.told):
        return replace(turn, answer=replace(answer, steps=last.parts))
    return replace(turn, answer=answer, alternatives=turn.answers)


def with_parts(turn: Turn, parts: Sequence[Answer]) -> Turn:
    """The turn with these answers and steps, the oldest first, in place of its own."""
    rebuilt = replace(turn, answer=parts[0], alternatives=())
    for part in parts[1:]:
        rebuilt = add_answer(rebuilt, part)
    return rebuilt


class Line:
    """Turns in the making, from exchanges in the order of time."""

    def __init__(self, before: Sequence[Turn] = ()) -> None:
        self._turns: dict[int, Turn] = {}
        self._by_history: dict[str, int] = {}
        self._by_key: dict[int, int] = {}
        self._last = -1
        for turn in before:
            self._put(turn)

    def list_turns(self) -> tuple[Turn, ...]:
        return tuple(self._turns[index] for index in sorted(self._turns))

    def add(self, exchange: TracedExchange) -> None:
        replaced = self._find_replaced(exchange)
        if replaced is None:
            self._put(
                Turn(
                    index=self._last + 1,
                    user_text=exchange.user_text,
                    answer=exchange.answer,
                    sent_text=exchange.sent_text,
                    follows=self._find_edited(exchange),
                )
            )
        else:
            self._put(add_answer(replaced, exchange.answer))

    def _put(self, turn: Turn) -> None:
        self._turns[turn.index] = turn
        self._last = max(self._last, turn.index)
        if turn.answer.history_hash:
            self._by_history[turn.answer.history_hash] = turn.index
        for answer in turn.parts:
            for key in answer.told:
                self._by_key[key] = turn.index

    def _find_replaced(self, exchange: TracedExchange) -> Turn | None:
        """The turn that this exchange answers again, or goes on with; None where it is a new turn.

        The same history answered again is the same turn; a message alone tells that of the turn before only, for it
        may as well be asked anew. Where an app sends no history, the same words right after one another are the same
        turn, unless they are as short as "yes" or "continue".
        """
        last = self._turns.get(self._last)
        history = exchange.answer.history_hash
        if last is None:
            return None
        if history.startswith("1-"):
            return last if last.answer.history_hash == history else None
        if history:
            return self._turns.get(self._by_history.get(history, -1))
        words = " ".join(exchange.user_text.split())
        again = count_characters(words) >= SHORTEST_REPEAT and words == " ".join(last.user_text.split())
        return last if again and not last.answer.history_hash else None

    def _find_edited(self, exchange: TracedExchange) -> int | None:
        """Index of the turn that a new one goes on from, where its history ends before the last turn."""
        keys = [key for key in exchange.answer.continues if is_lasting(key)]
        found = next((self._by_key[key] for key in keys if key in self._by_key), self._last)
        return None if found == self._last else found
