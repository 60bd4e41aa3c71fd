"""The user thanks, or approves of the answer: later messages in, signals out."""

from feedback.detectors.reactions import listen_for

DETECTOR = listen_for(
    "praise",
    version="1",
    title="Praised",
    what="The user thanked for the answer, or approved of it.",
    polarity=1,
    does="thanks, or approves of the answer",
)
