"""The user changed the answer before using it: what they made of it in, signals out."""

from difflib import SequenceMatcher

from feedback.detectors.acts import Act, watch_for
from feedback.detectors.targets import Action
from feedback.detectors.texts import Texts
from tracing.texts.stand_ins import are_kept, is_purged

KIND = "edit"
VERSION = "2"
LONGEST_WORDS = 2_000
"""Of longer texts their beginnings are compared."""


def read_edit(action: Action) -> Act | None:
    """An edit says more against an answer the more of it was changed; without the new text it says little.

    `metadata` may have what stood there `before`: a page shows an answer otherwise than the model wrote it.
    """
    before = action.feedback.metadata.get("before")
    shown = before if isinstance(before, str) and before.strip() else action.target.answer.text
    edited, answer = action.feedback.correction, shown
    if not edited.strip() or not answer.strip():
        return Act("the user edited the answer", polarity=-1, confidence=0.5, score=0.7)
    if not are_kept((edited, answer)) and edited != answer:
        return None if is_purged(edited) else Act("the user edited the answer", polarity=-1, confidence=0.5, score=0.7)
    share = measure_change(answer, edited)
    if not share:
        return None
    reason = f"the user edited the answer and changed {max(share, 0.01):.0%} of it"
    numbers = (("share_changed", round(share, 3)),)
    return Act(reason, polarity=-1, confidence=0.8, score=0.5 + share / 2, numbers=numbers)


def measure_change(before: str, after: str) -> float:
    """Share of the words that are not the same in both, 0 to 1; white space does not count.

    >>> measure_change("a b c d", "a  b\nc d"), measure_change("a b c d", "a b c e"), measure_change("a", "b")
    (0.0, 0.25, 1.0)
    """
    old, new = before.split()[:LONGEST_WORDS], after.split()[:LONGEST_WORDS]
    return 1 - SequenceMatcher(None, old, new, autojunk=False).ratio() if old != new else 0.0


DETECTOR = watch_for(
    KIND,
    version=VERSION,
    title="Edited",
    what="The user changed the answer before using it: what they wrote is the better answer.",
    read=read_edit,
    texts=Texts.SOME,
)
