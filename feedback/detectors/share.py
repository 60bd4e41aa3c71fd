"""The user showed the conversation to somebody: actions in, signals out."""

from feedback.detectors.acts import Act, watch_for

KIND = "share"
VERSION = "1"
ACT = Act(reason="the user shared it", polarity=1, confidence=0.5)

DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Shared",
    what="The user showed it to somebody: mostly because it was good, now and then because it was not.",
    read=lambda _action: ACT,
)
