"""The user wrote what the answer should have been: corrections in, signals out."""

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.targets import Action
from feedback.detectors.texts import Texts

KIND = "correction_text"
VERSION = "1"


def read_correction(action: Action) -> Act | None:
    """One that is empty, or says what the answer said, is none."""
    written = action.feedback.correction.strip() or action.feedback.explanation.strip()
    if not written or written == action.target.answer.text.strip():
        return None
    return Act("the user wrote what the answer should have been", polarity=-1, confidence=1.0)


DETECTOR = watch_for(
    "correction",
    kind=KIND,
    version=VERSION,
    title="Corrected in writing",
    what="The user wrote on purpose what the answer should have been.",
    read=read_correction,
    texts=Texts.SOME,
)
