"""The call failed: outcomes of answers in, signals out. The label is the error's type, if it was reported."""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import Target, list_targets, pin_signal

KIND = "error"
VERSION = "1"


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each attempt to answer that failed."""
    for target in list_targets(material.conversation):
        if target.answer.outcome == "error":
            yield _pin(target)


def _pin(target: Target) -> Signal:
    error_type = target.answer.error_type
    return pin_signal(
        target,
        kind=KIND,
        version=VERSION,
        label=error_type,
        score=1.0,
        confidence=1.0,
        polarity=-1,
        evidence=Evidence(
            reason=f"the call failed with {error_type}" if error_type else "the call failed",
            span_ids=(target.answer.span_id,),
        ),
    )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Error",
    what="The user was shown an error, or nothing, because the call failed.",
    detect=detect,
)
