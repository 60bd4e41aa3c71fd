"""The user asks for a person instead of the assistant: later messages in, signals out."""

from feedback.detectors.reactions import listen_for

DETECTOR = listen_for(
    "request_human",
    version="2",
    title="Asked for a person",
    what="The user wanted to talk to a person instead of the assistant.",
    polarity=-1,
    does="asks for a person",
)
