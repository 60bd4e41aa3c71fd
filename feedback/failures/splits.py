"""Members of a failure mode with what was said come in; the two halves that it would best be cut into go out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback.failure_modes.cases import Case
from feedback.failure_modes.clustering import LEAST_SIZE, Floats, Numbers, measure_distances, measure_splits
from feedback.failure_modes.naming import name_groups

ALIKE = 0.85
"""Halves that are more alike across, beside what each is within, are no two things."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Half:
    """Conversations that would be a mode of their own; the title is what sets them apart from the other half."""

    title: str
    conversation_ids: tuple[str, ...]
    examples: tuple[Case, ...]
    """Nearest the centre first."""


@dataclass(frozen=True, slots=True)
class Split:
    """The larger half stays."""

    stays: Half
    moves: Half
    likeness: float
    """Across the halves, as a share of that within."""


def find_split(centred: Floats, cases: Sequence[Case]) -> Split | None:
    """By Ward's method; None where the halves would be alike, or too small."""
    found = cut_in_two(centred)
    if found is None:
        return None
    moves, likeness = found
    sides = [np.flatnonzero(~moves), np.flatnonzero(moves)]
    told = [[cases[row] for row in rows.tolist()] for rows in sides]
    names = name_groups([[case.text for case in side] for side in told])
    stays, moved = (
        Half(
            name.title,
            tuple(case.conversation_id for case in side),
            tuple(cases[row] for row in rank_central(centred, rows)[:SHOWN].tolist()),
        )
        for name, side, rows in zip(names, told, sides, strict=True)
    )
    return Split(stays, moved, likeness)


def cut_in_two(centred: Floats) -> tuple["np.ndarray[tuple[int], np.dtype[np.bool_]]", float] | None:
    """Which rows move, the smaller half, and how alike the halves are. Odd ones at the top of the tree stay."""
    from scipy.cluster.hierarchy import linkage  # slow to import

    count = len(centred)
    if count < 2 * LEAST_SIZE:
        return None
    tree = linkage(measure_distances(centred), "ward")
    ratios = measure_splits(tree, centred, LEAST_SIZE)
    sizes = np.concatenate([np.ones(count), tree[:, 3]])
    node = 2 * count - 2
    while node >= count and np.isinf(ratios[node - count]):
        node = int(max(tree[node - count, :2], key=lambda each: sizes[int(each)]))
    if node < count or ratios[node - count] > ALIKE:
        return None
    branch = int(min(tree[node - count, :2], key=lambda each: sizes[int(each)]))
    moves = np.zeros(count, bool)
    moves[list_leaves(tree, branch)] = True
    return moves, float(ratios[node - count])


def list_leaves(tree: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", node: int) -> list[int]:
    """The rows beneath a branch."""
    count, waiting, found = len(tree) + 1, [node], []
    while waiting:
        each = waiting.pop()
        if each < count:
            found.append(each)
        else:
            waiting.extend(int(branch) for branch in tree[each - count, :2])
    return found


def rank_central(centred: Floats, rows: Numbers) -> Numbers:
    """The rows, those nearest their centre first."""
    return rows[np.argsort(-(centred[rows] @ centred[rows].mean(axis=0)), kind="stable")]
