"""The user says that the answer is wrong and gives the right thing: later messages in, signals out."""

from feedback.detectors.reactions import listen_for

DETECTOR = listen_for(
    "correction",
    version="2",
    title="Corrected",
    what="The user said that the answer was wrong, and gave the right thing or what they had meant.",
    polarity=-1,
    does="points out what is wrong and gives the right thing",
)
