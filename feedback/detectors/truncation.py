"""The answer ended because there was no room for more: finish reasons in, signals out."""

from collections.abc import Iterator

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.signal import Evidence, Signal
from feedback.detectors.targets import list_targets, pin_signal

KIND = "truncation"
VERSION = "1"


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each answer that the limit of tokens cut off."""
    for target in list_targets(material.conversation):
        answer = target.answer
        if answer.outcome != "truncated":
            continue
        tokens = answer.output_tokens
        after = f" after {tokens:,} tokens" if tokens else ""
        yield pin_signal(
            target,
            kind=KIND,
            version=VERSION,
            score=1.0,
            confidence=1.0,
            polarity=-1,
            evidence=Evidence(
                reason=f"the answer was cut off{after}: there was no room for more",
                span_ids=(answer.span_id,),
                numbers={"output_tokens": tokens} if tokens else {},
            ),
        )


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Cut off",
    what="The answer ended in the middle, because the model may not write more.",
    detect=detect,
)
