"""The user gave the conversation a name: actions in, signals out."""

from feedback.detectors.acts import Act, watch_for

KIND = "rename"
VERSION = "1"
ACT = Act(reason="the user gave it a name", polarity=1, confidence=0.4)

DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Renamed",
    what="The user named the conversation, as people do who want to find it again.",
    read=lambda _action: ACT,
)
