"""The user copied the answer: actions in, signals out."""

from feedback.detectors.acts import Act, watch_for

KIND = "copy"
VERSION = "1"
ACT = Act(reason="the user copied the answer", polarity=1, confidence=0.9)

DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Copied",
    what="The user copied the answer, so it was of use.",
    read=lambda _action: ACT,
)
