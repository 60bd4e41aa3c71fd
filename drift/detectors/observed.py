"""What is known of one conversation that people led: what every detector of drift measures."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from feedback.detectors.signal import Signal
from tracing.conversations import Answer, Conversation, Turn


@dataclass(frozen=True, slots=True)
class Retrieval:
    """One look-up of texts: how many were found, and the best of their scores, if they have any."""

    passages: int
    best_score: float | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """A conversation of at least one turn, its signals with what people said of them, what was looked up for it, and
    the indexes of turns whose answer used a tool."""

    conversation: Conversation
    signals: Sequence[Signal] = ()
    retrievals: Sequence[Retrieval] = ()
    tool_turns: Collection[int] = field(default_factory=frozenset)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.conversation.turns

    @property
    def messages(self) -> list[str]:
        """The user's own words, where there are any."""
        return [turn.user_text for turn in self.turns if turn.user_text.strip()]

    @property
    def answers(self) -> list[Answer]:
        """That were seen, replaced ones included."""
        return [answer for turn in self.turns for answer in turn.answers]

    @property
    def texts(self) -> list[str]:
        """Of answers that have one."""
        return [answer.text for answer in self.answers if answer.text.strip()]

    def list_standing(self, kinds: Collection[str]) -> Iterator[Signal]:
        """Signals of these kinds that count."""
        return (signal for signal in self.signals if signal.kind in kinds and signal.stands)

    def has_signal(self, kinds: Collection[str]) -> bool:
        return any(True for _ in self.list_standing(kinds))
