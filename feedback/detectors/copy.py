"""The user copied the answer: actions in, signals out."""

from collections.abc import Iterator, Sequence

from feedback.detectors.detector import Detector
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Action, find_actions, pin_signal
from feedback.explicit import Feedback
from tracing.conversations import Conversation

KIND = "copy"
VERSION = "1"


def detect(conversation: Conversation, feedback: Sequence[Feedback]) -> Iterator[Signal]:
    """Give one signal for each answer that was copied, however often."""
    for action in find_actions(conversation, feedback, "copy"):
        yield _pin(action)


def _pin(action: Action) -> Signal:
    return pin_signal(
        action.target,
        kind=KIND,
        version=VERSION,
        score=1.0,
        confidence=0.9,
        polarity=1,
        evidence=Evidence(reason="the user copied the answer", span_ids=(action.target.answer.span_id,)),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Copied",
    what="The user copied the answer, so it was of use.",
    detect=detect,
)
