"""What the user wrote about an answer on purpose: comments in, signals out. Its tone says for or against."""

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.sentiment import measure_tone
from feedback.detectors.signal import Polarity
from feedback.detectors.targets import Action
from feedback.detectors.texts import Texts
from feedback.reactions.reaction import Exchange
from feedback.reactions.static import read_static
from tracing.texts.stand_ins import is_kept, is_purged

KIND = "comment"
VERSION = "3"
LEANING = 0.25
"""Of the tone, -1 to 1, from which on a comment is for or against: whoever writes one seldom means nothing by it."""


def read_comment(action: Action) -> Act | None:
    """A comment without words says nothing; one without a tone is neither for nor against.

    Of one whose words are gone stands what was heard when they were there.
    """
    words = action.feedback.explanation.strip() or action.feedback.label.strip()
    if not words:
        return None
    if not is_kept(words):
        return None if is_purged(words) else Act("the user wrote a comment", polarity=0, confidence=0.5)
    [reading] = read_static([Exchange(words, request="", answer="")])
    tone = measure_tone(reading)
    return Act("the user wrote a comment", polarity=find_polarity(tone), confidence=0.5 + abs(tone) / 2)


def find_polarity(tone: float) -> Polarity:
    if abs(tone) < LEANING:
        return 0
    return 1 if tone > 0 else -1


DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Comment",
    what="The user wrote something about the answer.",
    read=read_comment,
    texts=Texts.SOME,
)
