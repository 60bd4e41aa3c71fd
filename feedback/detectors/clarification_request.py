"""The user doubts the answer and asks for it to be checked or shown: later messages in, signals out."""

from feedback.detectors.reactions import listen_for

DETECTOR = listen_for(
    "clarification_request",
    version="2",
    title="Doubted",
    what="The user doubted the answer and asked for it to be checked, proved or explained.",
    polarity=-1,
    does="doubts the answer and asks for it to be checked",
)
