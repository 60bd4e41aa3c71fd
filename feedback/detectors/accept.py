"""The user took the answer over as it was: actions in, signals out."""

from feedback.detectors.acts import Act, watch_for

KIND = "accept"
VERSION = "1"
ACT = Act(reason="the user accepted the answer", polarity=1, confidence=0.95)

DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Accepted",
    what="The user took the answer over as it was.",
    read=lambda _action: ACT,
)
