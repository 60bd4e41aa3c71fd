"""The user says that the answer failed, without giving the right thing: later messages in, signals out.

The label says how it failed, where one way is much likelier than the others.
"""

from collections.abc import Iterator, Mapping

from feedback.detectors.detector import Detector
from feedback.detectors.material import Material
from feedback.detectors.reactions import list_likely, pin_reaction
from feedback.detectors.signal import Signal
from feedback.detectors.texts import Texts

KIND = "complaint"
VERSION = "2"
CLEAR_SHARE = 0.4
"""The likeliest kind of complaint is told where it is at least so likely."""
FAILURES = {
    "": "complains that the answer failed",
    "not_answering": "complains that the answer does not do what was asked",
    "factual": "complains that the answer is wrong",
    "not_specific": "complains that the answer is too vague, or lacks something",
    "not_confident": "complains that the answer is not sure of itself",
    "repetitive_or_rude": "complains that the answer repeats itself, or is rude",
    "format": "complains that the answer has the wrong form",
}
"""By kind of complaint, what the message does."""


def detect(material: Material) -> Iterator[Signal]:
    """Give one signal for each message that may complain of the answer before it."""
    for reaction in list_likely(material, KIND):
        label = name_failure(reaction.reading.complaint_kinds)
        yield pin_reaction(
            reaction,
            kind=KIND,
            version=VERSION,
            label=label,
            polarity=-1,
            does=FAILURES[label],
        )


def name_failure(kinds: Mapping[str, float]) -> str:
    """The kind of complaint that stands out, by their probabilities; empty where none does.

    >>> name_failure({"factual": 0.7, "format": 0.3}), name_failure({"factual": 0.35, "format": 0.3})
    ('factual', '')
    """
    likeliest = max(kinds, key=lambda kind: kinds[kind])
    return likeliest if kinds[likeliest] >= CLEAR_SHARE else ""


DETECTOR = Detector(
    kind=KIND,
    version=VERSION,
    title="Complained",
    what="The user said or showed that the answer failed, without giving the right thing.",
    detect=detect,
    texts=Texts.TURN,
)
