"""The user threw the conversation away: actions in, signals out."""

from feedback.detectors.acts import Act, watch_for

KIND = "delete"
VERSION = "1"
ACT = Act(reason="the user deleted it", polarity=-1, confidence=0.4)

DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Deleted",
    what="The user threw the conversation away: it was of no use, or private.",
    read=lambda _action: ACT,
)
