"""The user copied the answer: actions in, signals out."""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Action, find_actions, pin_signal

KIND = "copy"
VERSION = "1"


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that was copied, however often."""
    for action in find_actions(material.conversation, material.feedback, "copy"):
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
