"""Vectors of texts come in, a group for each goes out; how many there are is found, what belongs nowhere is in none.

Vectors are centred and drawn towards their neighbours, then joined by Ward's method (1963). Its tree is cut where two
branches are clearly less alike than each is within: a likeness relative to that of the texts at hand, so that one bound
serves broad topics and fine ones. Of many texts a sample is joined, the others go to the nearest group.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

LEAST_SIZE = 5
"""Of a group: fewer texts may be alike by chance, and tell too much of each person."""
NEIGHBOURS = 10
APART = 0.6
"""Two branches are groups of their own where texts across are, on average, less than so many times as alike as texts
within."""
SAME = 0.85
"""The same without centring, over which groups are joined again: where all texts say one thing, centring leaves only
how they say it."""
BELONGS = 0.3
"""A text is in its group if it is at least so many times as alike to the others as these are to each other."""
COHERENT = 0.5
"""A group stays if its texts are at least so many times as alike as those of the median group."""
TIGHT = 0.5
"""More likeness than this in the median group is taken for so much: canned texts do not measure what people type."""
LONELY = 0.5
"""A text whose nearest ones are less than so many times as alike to it as the median text's belongs nowhere."""
SAME_TEXT = 0.999
"""From this likeness on two texts are one."""
FEW = 100
SAMPLE = 6_000
SEED = 10
NOWHERE = -1
_TINY = 1e-9
_ROWS = 1_024

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


def cluster_vectors(vectors: Floats, least: int = LEAST_SIZE) -> Numbers:
    """The number of its group for each row of length one, from 0 for the largest group; `NOWHERE` for rows in none."""
    return cluster_centred(centre(vectors, find_middle(vectors)), vectors, least, APART)


def cluster_centred(centred: Floats, vectors: Floats, least: int, apart: float) -> Numbers:
    """The same from rows without what they have in common, beside those with it."""
    if len(vectors) < max(least, 2):
        return np.full(len(vectors), NOWHERE)
    rows = _draw_sample(len(vectors))
    groups = join_alike(vectors[rows], _cluster_sample(centred[rows], least, apart))
    if len(rows) < len(vectors):
        groups = (centred @ find_centres(centred[rows], groups).T).argmax(axis=1)
    return number_by_size(leave_out(centred, groups, find_lonely(centred, centred[rows]), least))


def find_middle(vectors: Floats) -> Floats:
    """The mean of the rows, drawn to zero where they are few: a handful do not show what all texts have in common."""
    middle: Floats = (vectors.sum(axis=0) / (len(vectors) + FEW)).astype(np.float32)
    return middle


def _draw_sample(count: int) -> Numbers:
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, SAMPLE, replace=False))


def _cluster_sample(vectors: Floats, least: int, apart: float) -> Numbers:
    from scipy.cluster.hierarchy import linkage  # slow to import, and needed only where something is grouped

    smooth = draw_to_neighbours(vectors)
    tree = linkage(measure_distances(smooth), "ward")
    return cut_tree(tree, measure_splits(tree, smooth, least), apart)


def normalise(vectors: Floats) -> Floats:
    """Rows of length one; a row of zeros stays."""
    return centre(vectors, np.float32(0))


def centre(vectors: Floats, middle: Floats | np.float32) -> Floats:
    """Rows of length one, after `middle` was taken off each."""
    moved: Floats = np.subtract(vectors, middle, dtype=np.float32)
    moved /= np.maximum(np.sqrt(np.einsum("nw,nw->n", moved, moved)), _TINY)[:, None]  # no second copy: they are large
    return moved


def draw_to_neighbours(vectors: Floats, count: int = NEIGHBOURS) -> Floats:
    """Each row with its nearest, weighed by the square of their likeness: what is between groups moves into one."""
    near = min(count + 1, len(vectors))
    drawn = np.empty_like(vectors)
    for start in range(0, len(vectors), _ROWS):
        likeness = vectors[start : start + _ROWS] @ vectors.T
        places = np.argpartition(-likeness, near - 1, axis=1)[:, :near]
        weights = np.take_along_axis(likeness, places, axis=1).clip(0) ** 2
        drawn[start : start + _ROWS] = np.einsum("rn,rnw->rw", weights, vectors[places])
    return normalise(drawn)


def measure_distances(vectors: Floats) -> npt.NDArray[np.float64]:
    """Between all rows of length one, in the order of SciPy's `pdist`, and many times as fast."""
    count = len(vectors)
    distances = np.empty(count * (count - 1) // 2)
    filled = 0
    for start in range(0, count, _ROWS):
        likeness = vectors[start : start + _ROWS] @ vectors.T
        for row, own in enumerate(likeness, start + 1):
            distances[filled : filled + count - row] = own[row:]
            filled += count - row
    distances *= -2
    distances += 2
    return np.sqrt(distances.clip(0, out=distances), out=distances)


def measure_splits(tree: npt.NDArray[np.float64], vectors: Floats, least: int) -> npt.NDArray[np.float64]:
    """For each join of a tree, as `linkage` gives it, how alike its branches are: mean likeness across by that within.
    Infinite where a branch is too small to be a group."""
    count = len(vectors)
    sums = np.zeros((2 * count - 1, vectors.shape[1]))
    sums[:count] = vectors
    sizes = np.ones(2 * count - 1)
    branches = tree[:, :2].astype(np.int64)
    for node, (one, other) in enumerate(branches, start=count):
        sums[node], sizes[node] = sums[one] + sums[other], sizes[one] + sizes[other]
    within = _measure_within(sums, sizes)
    one, other = branches.T
    across = np.einsum("nw,nw->n", sums[one], sums[other]) / (sizes[one] * sizes[other])
    ratios = across / np.sqrt(np.maximum(within[one], _TINY) * np.maximum(within[other], _TINY))
    ratios[np.minimum(sizes[one], sizes[other]) < least] = np.inf
    return np.asarray(ratios)


def _measure_within(sums: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean likeness of the pairs of each group, from the sum of its vectors of length one; 0 for a single one."""
    pairs = np.maximum(sizes * (sizes - 1), 1)
    return np.asarray((np.einsum("nw,nw->n", sums, sums) - sizes) / pairs)


def cut_tree(tree: npt.NDArray[np.float64], ratios: npt.NDArray[np.float64], apart: float) -> Numbers:
    """A group for each leaf: a join is undone if its branches are apart, or if one beneath it is undone."""
    count = len(tree) + 1
    branches = tree[:, :2].astype(np.int64)
    undone = np.zeros(2 * count - 1, bool)
    for node, (one, other) in enumerate(branches, start=count):
        undone[node] = ratios[node - count] < apart or undone[one] or undone[other]
    groups = np.full(2 * count - 1, NOWHERE)
    groups[-1] = 0
    for node in range(2 * count - 2, count - 1, -1):
        one, other = branches[node - count]
        groups[one] = node if undone[node] else groups[node]
        groups[other] = -node if undone[node] else groups[node]
    return np.unique(groups[:count], return_inverse=True)[1].astype(np.int64)


def join_alike(vectors: Floats, groups: Numbers) -> Numbers:
    """Groups joined, the most alike first, while two are as alike across as within."""
    sums, sizes = _sum_groups(vectors, groups)
    places = np.arange(len(sizes))
    while len(sizes) > 1:
        within = np.maximum(_measure_within(sums, sizes), _TINY)
        ratios = (sums @ sums.T) / np.outer(sizes, sizes) / np.sqrt(np.outer(within, within))
        ratios[np.diag_indices_from(ratios)] = -np.inf
        one, other = sorted(np.unravel_index(int(ratios.argmax()), ratios.shape))
        if ratios[one, other] < SAME:
            break
        sums[one] += sums[other]
        sizes[one] += sizes[other]
        sums, sizes = np.delete(sums, other, axis=0), np.delete(sizes, other)
        places = np.where(places == other, one, places - (places > other))
    return np.asarray(places[groups])


def _sum_groups(vectors: Floats, groups: Numbers) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    sizes = np.bincount(groups).astype(np.float64)
    sums = np.zeros((len(sizes), vectors.shape[1]))
    for start in range(0, len(groups), _ROWS):
        np.add.at(sums, groups[start : start + _ROWS], vectors[start : start + _ROWS])
    return sums, sizes


def find_centres(vectors: Floats, groups: Numbers) -> Floats:
    """A row of length one for each group."""
    return normalise(_sum_groups(vectors, groups)[0].astype(np.float32))


def find_lonely(vectors: Floats, among: Floats, count: int = LEAST_SIZE) -> npt.NDArray[np.bool_]:
    """Which rows are far from even their nearest. The very nearest is left aside, it is mostly the row itself.

    What is far is told by texts that are not the same: else a text that comes often would make all others lonely.
    """
    near = min(count + 1, len(among))
    nearness = np.empty((2, len(vectors)), np.float32)
    for start in range(0, len(vectors), _ROWS):
        likeness = vectors[start : start + _ROWS] @ among.T
        nearness[0, start : start + _ROWS] = _average_nearest(likeness, near)
        likeness[likeness > SAME_TEXT] = 0
        nearness[1, start : start + _ROWS] = _average_nearest(likeness, near)
    return np.asarray(nearness[0] < LONELY * np.median(nearness[1]))


def _average_nearest(likeness: Floats, near: int) -> Floats:
    """Of each row the mean of its highest, without the very highest."""
    nearest = np.partition(likeness, -near, axis=1)[:, -near:]
    average: Floats = (nearest.sum(axis=1) - nearest.max(axis=1)) / max(near - 1, 1)
    return average


def leave_out(vectors: Floats, groups: Numbers, lonely: npt.NDArray[np.bool_], least: int) -> Numbers:
    """The same groups without those too small or too loose, and without texts that are little like their others."""
    sums, sizes = _sum_groups(vectors, groups)
    within = _measure_within(sums, sizes)
    own = np.empty(len(groups))
    for start in range(0, len(groups), _ROWS):
        part = slice(start, start + _ROWS)
        own[part] = np.einsum("nw,nw->n", vectors[part], sums[groups[part]])
    own = (own - 1) / np.maximum(sizes[groups] - 1, 1)
    loose = (sizes < least) | (within < COHERENT * min(float(np.median(within[groups])), TIGHT))
    kept = np.where(lonely | loose[groups] | (own < BELONGS * within[groups]), NOWHERE, groups)
    left = np.bincount(kept[kept != NOWHERE], minlength=len(sizes))
    return np.where((kept != NOWHERE) & (left[groups] >= least), kept, NOWHERE)


def number_by_size(groups: Numbers) -> Numbers:
    """The same groups, numbered from 0 for the largest; of two as large the one that came first."""
    known = groups[groups != NOWHERE]
    names, first, sizes = np.unique(known, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = np.full(int(groups.max(initial=0)) + 2, NOWHERE)
    numbers[names[order]] = np.arange(len(names))
    return np.asarray(numbers[groups])


def list_members(groups: Numbers) -> Iterator[Numbers]:
    """The rows of each group, the largest first."""
    for number in range(int(groups.max(initial=NOWHERE)) + 1):
        yield np.flatnonzero(groups == number)
