"""What a detector is: a kind, a version, words for people, and a pure function from dialogue to signals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from feedback.detectors.signal import Signal
from feedback.explicit import Feedback
from tracing.conversations import Conversation

Detect = Callable[[Conversation, Sequence[Feedback]], Iterator[Signal]]


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of signal. The same conversation and feedback must always give the same signals."""

    kind: str
    version: str
    """Changes whenever the same input may give another signal, so that old ones are derived again."""
    title: str
    """What a person reads beside the signal."""
    what: str
    """One sentence: what it means."""
    detect: Detect
