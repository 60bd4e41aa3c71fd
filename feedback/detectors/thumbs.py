"""Thumbs up and down: feedback in, signals out. A later thumb on the same answer replaces an earlier one."""

import math
from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import ASKED, Evidence, Signal
from feedback.detectors.targets import Action, find_actions, pin_signal
from feedback.explicit import Feedback, read_ask_id

KIND = "thumbs"
VERSION = "2"


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer with a thumb."""
    for action in find_actions(material.conversation, material.feedback, "thumbs"):
        if label := read_thumb(action.feedback):
            yield _pin(action, label)


def read_thumb(feedback: Feedback) -> str:
    """Return `up` or `down`: the label says, else the score (1 or 0); empty where neither does."""
    label = feedback.label.strip().lower()
    if label in ("up", "down"):
        return label
    if feedback.score is None or math.isnan(feedback.score):
        return ""
    return "up" if feedback.score >= 0.5 else "down"


def _pin(action: Action, label: str) -> Signal:
    is_asked = bool(read_ask_id(action.feedback))
    return pin_signal(
        action.target,
        kind=KIND,
        version=VERSION,
        label=label,
        score=1.0,
        confidence=1.0,
        polarity=1 if label == "up" else -1,
        evidence=Evidence(
            reason=f"the user gave a thumb {label}{', having been asked' * is_asked}",
            span_ids=(action.target.answer.span_id,),
            numbers={ASKED: 1.0} if is_asked else {},
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Thumbs",
    what="The user said with a thumb whether the answer was good.",
    detect=detect,
)
