"""What the user wrote about an answer on purpose: comments in, signals out. Its tone says for or against."""

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.sentiment import measure_tone
from feedback.detectors.signal import Polarity
from feedback.detectors.targets import Action

KIND = "comment"
VERSION = "1"
CLEAR_TONE = 0.2


def read_comment(action: Action) -> Act | None:
    """A comment without words says nothing; one without a tone is neither for nor against."""
    words = action.feedback.explanation.strip() or action.feedback.label.strip()
    if not words:
        return None
    tone = measure_tone(words)
    polarity: Polarity = 0 if abs(tone) < CLEAR_TONE else 1 if tone > 0 else -1
    return Act("the user wrote a comment", polarity=polarity, confidence=0.5 + abs(tone) / 2)


DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Comment",
    what="The user wrote something about the answer.",
    read=read_comment,
)
