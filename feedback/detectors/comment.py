"""What the user wrote about an answer on purpose: comments in, signals out. Its tone says for or against."""

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.sentiment import POLARITIES, measure_tone, name_tone
from feedback.detectors.targets import Action
from feedback.reactions.reaction import Exchange
from feedback.reactions.static import read_static

KIND = "comment"
VERSION = "2"


def read_comment(action: Action) -> Act | None:
    """A comment without words says nothing; one without a tone is neither for nor against."""
    words = action.feedback.explanation.strip() or action.feedback.label.strip()
    if not words:
        return None
    [reading] = read_static([Exchange(words, request="", answer="")])
    confidence = 0.5 + abs(measure_tone(reading)) / 2
    return Act("the user wrote a comment", polarity=POLARITIES[name_tone(reading)], confidence=confidence)


DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Comment",
    what="The user wrote something about the answer.",
    read=read_comment,
)
