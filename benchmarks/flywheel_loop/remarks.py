"""What people say of answers: the hand-written chats that nothing was learnt from come in, their later messages go out,
each as the detectors hear it in the chat in which it was written.

So a remark is misheard exactly as often as the model card says that it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.accuracy.hearing import PLATFORM, read
from feedback.accuracy import Tier
from feedback.reactions.reaction import Reading
from feedback.training.chats import Labelled, list_files, load_chats


@dataclass(frozen=True, slots=True)
class Remark:
    """A message, the kinds of feedback that it is by the one who labelled it, and how it is heard."""

    text: str
    kinds: frozenset[str]
    reading: Reading


Remarks = Mapping[str, Sequence[Remark]]
"""By what they say of the answer before: `against`, `praise`, or `nothing`."""


@cache
def load_remarks(tier: Tier = PLATFORM) -> Remarks:
    """All of the held-out chats, read as the tier of the card reads them."""
    labelled = load_chats(list_files(validation=True))
    is_feedback = np.array([bool(each.kinds) for each in labelled])
    readings = read([each.exchange for each in labelled], tier, is_feedback)
    found: dict[str, list[Remark]] = {"against": [], "praise": [], "nothing": []}
    for each, reading in zip(labelled, readings, strict=True):
        found.setdefault(tell_side(each), []).append(Remark(each.exchange.message, each.kinds, reading))
    return found


def tell_side(labelled: Labelled) -> str:
    """Who praises and criticises in one message is on neither side, and not drawn."""
    if not labelled.kinds:
        return "nothing"
    if "praise" not in labelled.kinds:
        return "against"
    return "praise" if labelled.kinds == {"praise"} else "both"
