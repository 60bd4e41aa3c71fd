"""Two windows of conversations come in; those go out that tell most of what is different, pure.

A linear classifier learns to tell both windows apart (a classifier two-sample test, only to explain: it raised no
alarm). Each conversation is scored by one that did not see it, so none is told for having been learnt by heart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_EXAMPLES = 10
"""Of each window."""
MEANING_WEIGHT = 4.0
"""Spread of what texts mean, measured in metrics."""
FOLDS = 5
FEWEST = 20
"""Conversations of a window: fewer say nothing."""
FARTHEST = 4.0
"""Standard deviations: what is farther counts as far as this."""
STRICT = 0.02
"""How strongly weights are held small (ridge)."""
ALIKE = 0.9
"""Cosine of two first messages that are nearly the same: one of them is told where there are others."""
REASONS = 2
"""Of what an example stands out by, the most telling."""
LEAST_REASON = 0.25
"""Of the strongest reason, weaker ones are not told."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Columns that are told as one reason, a row for each conversation of both windows, those before first."""

    name: str
    columns: Floats


@dataclass(frozen=True, slots=True)
class Telling:
    """A row of its window, which share of the other window is less like its own, and by what it stands out."""

    row: int
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`auc` is how often a conversation from after is told from one before: 0.5 is chance."""

    before: tuple[Telling, ...]
    after: tuple[Telling, ...]
    auc: float | None


def compare(blocks: Sequence[Block], counts: tuple[int, int], vectors: Singles) -> Comparison:
    """The most telling conversations of each window; `vectors` of all say which of them are nearly the same."""
    is_after = np.repeat([False, True], counts)
    matrix = np.hstack([block.columns for block in blocks])
    owners = np.repeat(np.arange(len(blocks)), [block.columns.shape[1] for block in blocks])
    folds = draw_folds(vectors, min(counts) // (2 * FOLDS))
    scores, parts = score(matrix, is_after, owners, folds)
    names = [block.name for block in blocks]
    after = choose(scores, is_after, vectors)
    before = choose(-scores, ~is_after, vectors)
    return Comparison(
        tuple(tell(row, 0, -scores, is_after, -parts, names) for row in before),
        tuple(tell(row, counts[0], scores, ~is_after, parts, names) for row in after),
        measure_auc(scores[is_after], scores[~is_after]),
    )


def draw_folds(vectors: Singles, most: int) -> Integers:
    """For each conversation one of the folds. Up to `most` that begin with the same message are in the same one, or
    each would be scored by what its twin in the other window taught."""
    _, twins, sizes = np.unique(vectors, axis=0, return_inverse=True, return_counts=True)
    rows = len(vectors)
    groups = np.where(vectors.any(axis=1) & (sizes[twins] <= most), twins, rows + np.arange(rows))
    drawn: Integers = np.random.default_rng(0).permutation(2 * rows)[groups] % FOLDS
    return drawn


def score(matrix: Floats, is_after: npt.NDArray[np.bool_], owners: Integers, folds: Integers) -> tuple[Floats, Floats]:
    """For each conversation how much it is like those after, and the part that each block has in it."""
    blocks = int(owners.max()) + 1
    scores, parts = np.zeros(len(matrix)), np.zeros((len(matrix), blocks))
    for fold in range(FOLDS):
        own = folds == fold
        centre, weights = fit(matrix[~own], is_after[~own])
        each = (matrix[own] - centre) * weights
        scores[own] = each.sum(axis=1)
        for block in range(blocks):
            parts[own, block] = each[:, owners == block].sum(axis=1)
    return scores, parts


def fit(matrix: Floats, is_after: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Where the middle is, and the weights of the columns: regression on which window it is (ridge), both windows
    weighing alike."""
    before, after = matrix[~is_after], matrix[is_after]
    centre = (before.mean(axis=0) + after.mean(axis=0)) / 2
    moments = sum((part - centre).T @ (part - centre) / len(part) for part in (before, after)) / 2
    target = (after.mean(axis=0) - before.mean(axis=0)) / 2
    weights: Floats = np.linalg.solve(moments + STRICT * np.eye(matrix.shape[1]), target)
    return centre, weights


def choose(scores: Floats, is_own: npt.NDArray[np.bool_], vectors: Singles) -> list[int]:
    """The rows of a window with the highest scores; those that are nearly the same as one before come last."""
    chosen: list[int] = []
    alike: list[int] = []
    for row in (int(row) for row in np.argsort(-scores, kind="stable") if is_own[row]):
        if len(chosen) == MOST_EXAMPLES:
            break
        is_new = not chosen or float((vectors[chosen] @ vectors[row]).max()) < ALIKE
        (chosen if is_new else alike).append(row)
    return [*chosen, *alike][:MOST_EXAMPLES]


def tell(
    row: int, first: int, scores: Floats, is_other: npt.NDArray[np.bool_], parts: Floats, names: Sequence[str]
) -> Telling:
    share = float((scores[is_other] < scores[row]).mean())
    own = parts[row]
    strongest = own.max()
    order = [int(block) for block in np.argsort(-own, kind="stable")[:REASONS]]
    because = tuple(names[block] for block in order if own[block] > 0 and own[block] >= LEAST_REASON * strongest)
    return Telling(row - first, round(share, 4), because)


def measure_auc(after: Floats, before: Floats) -> float:
    """
    >>> measure_auc(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    0.875
    """
    order = np.sort(before)
    lower = (np.searchsorted(order, after, "left") + np.searchsorted(order, after, "right")) / 2
    return round(float(lower.mean() / len(before)), 4)


def make_number_block(name: str, values: Singles) -> Block:
    """A metric as its standard scores; a column of its own says where it was not measured, if it was elsewhere."""
    known = np.isfinite(values)
    middle, spread = (float(values[known].mean()), float(values[known].std())) if known.any() else (0.0, 0.0)
    scores = np.zeros(len(values)) if spread == 0 else np.clip((values - middle) / spread, -FARTHEST, FARTHEST)
    columns = [np.where(known, scores, 0.0)]
    if 0 < known.sum() < len(values):
        columns.append(np.where(known, 0.0, 1.0) - float((~known).mean()))
    return Block(name, np.column_stack(columns).astype(np.float64))


def make_vector_block(name: str, vectors: Singles) -> Block:
    """What texts mean, all columns together as weighty as a few metrics."""
    centred = vectors - vectors.mean(axis=0)
    spread = float(np.sqrt((centred**2).sum(axis=1).mean()))
    return Block(name, (centred * (np.sqrt(MEANING_WEIGHT) / spread if spread else 0.0)).astype(np.float64))
