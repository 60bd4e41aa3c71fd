"""Labelled exchanges come in, what a network learns from goes out: targets, how often each is drawn, batches.

Kinds that are rare are drawn more often, and what one exchange was not labelled for it does not teach.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES
from feedback.training.chats import Labelled, find_fold
from feedback.training.pools import list_pools

KIND_COLUMNS = slice(0, len(KINDS))
FEEDBACK_COLUMN = len(KINDS)
COMPLAINT_COLUMNS = slice(FEEDBACK_COLUMN + 1, FEEDBACK_COLUMN + 1 + len(COMPLAINT_KINDS))
TONE_COLUMN = COMPLAINT_COLUMNS.stop
TEACHES_KINDS_COLUMN, TEACHES_TONES_COLUMN = TONE_COLUMN + 1, TONE_COLUMN + 2
HELD_OUT_FOLDS = 10
"""One of so many is held out."""
BALANCE = 0.5
"""0: each exchange is drawn alike; 1: each kind is drawn as often as the most frequent one."""
POOL_NAMES = frozenset(list_pools())
POOL_WEIGHT = 0.4
"""How often a text that is no chat is drawn, measured by a chat that holds no feedback."""
BATCHES_SORTED = 24
"""Of so many batches the exchanges are sorted by length together, so that little is padded."""

Floats = npt.NDArray[np.float32]


def is_held_out(labelled: Labelled) -> bool:
    """Whether the transformer must not learn from it, so that it can be told how far to believe it."""
    return find_fold(labelled.conversation, HELD_OUT_FOLDS) == 0


def is_pool(labelled: Labelled) -> bool:
    """Whether it is a text from elsewhere and no chat."""
    return labelled.file in POOL_NAMES


def list_lessons(labelled: Sequence[Labelled]) -> Floats:
    """A row for each: kinds, feedback, kinds of complaint (0 or 1), place of the tone, what the exchange teaches."""
    return np.array([_list_lesson(each) for each in labelled], np.float32)


def _list_lesson(labelled: Labelled) -> list[float]:
    return [
        *(float(kind in labelled.kinds) for kind in KINDS),
        float(bool(labelled.kinds)),
        *(float(kind in labelled.complaint_kinds) for kind in COMPLAINT_KINDS),
        float(TONES.index(labelled.tone)),
        float("kinds" in labelled.teaches),
        float("tones" in labelled.teaches),
    ]


def weigh_draws(lessons: Floats, is_pool: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """How likely each is drawn; sums to 1. `is_pool` marks what is no chat."""
    kinds = lessons[:, KIND_COLUMNS] > 0
    counts = np.maximum(kinds.sum(axis=0), 1)
    rarity = (counts.max() / counts) ** BALANCE
    weights = np.maximum(1.0, (kinds * rarity).max(axis=1))
    weights[is_pool] = POOL_WEIGHT
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


def draw_batches(
    shares: npt.NDArray[np.float64], lengths: npt.NDArray[np.int64], count: int, size: int, seed: int
) -> Iterator[npt.NDArray[np.int64]]:
    """`count` batches of `size` rows, drawn by `shares`; a batch holds exchanges of like lengths."""
    random = np.random.default_rng(seed)
    drawn = random.choice(len(shares), count * size, p=shares)
    batches: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(drawn), size * BATCHES_SORTED):
        part = drawn[start : start + size * BATCHES_SORTED]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[at : at + size] for at in range(0, len(part), size)]
    yield from (batches[place] for place in random.permutation(len(batches)))
