"""Failing turns come in day by day, the failure modes known so far with them; the modes they belong to go out.

A mode keeps its number for good. A turn joins the mode whose examples it is most like; those that join none are
grouped, and a group is a new mode. Modes that turn out to be alike become one, with the lower number. What people merge
or split stays so, for the examples of a mode are kept by part, and modes that were split are not joined again.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from feedback.failure_modes.clustering import (
    FEW,
    LEAST_SIZE,
    Floats,
    Numbers,
    centre,
    cluster_centred,
    list_members,
)

APART = 0.5
"""Lower than in `clustering`: one failure is told in many words, reached by many questions. A turn joins a mode from
so many times the likeness within, until reviews say otherwise: see `borders`."""
TIGHT = 0.4
"""More likeness within is taken for so much: canned answers are the same to the letter, and no less of one failure with
others for that."""
LOOSE = 0.3
"""Less likeness within is taken for so much, else a loose mode would draw everything to it. Groups of less than half of
it are no modes: their own turns would not join them."""
NONE = 0

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Turns of one kind of failure that are alike: how many, and the mean of their centred vectors of length one."""

    kind: str
    count: int
    mean: Floats

    @property
    def likeness(self) -> float:
        """Mean of all pairs of them; of a single one 1."""
        if self.count == 1:
            return 1.0
        return (self.count * float(self.mean @ self.mean) - 1) / (self.count - 1)

    @property
    def within(self) -> float:
        """The likeness by which others are judged."""
        return min(max(self.likeness, LOOSE), TIGHT)

    def compare(self, other: "Examples") -> float:
        """How alike two sets are, as a share of how alike each is within; 0 for different kinds."""
        if self.kind != other.kind:
            return 0.0
        return float(self.mean @ other.mean) / math.sqrt(self.within * other.within)


@dataclass(frozen=True, slots=True)
class Mode:
    number: int
    examples: tuple[Examples, ...]
    split_from: frozenset[int] = frozenset()
    """Modes that a person told this one from."""
    border: float = APART
    """A turn joins it from so many times the likeness within."""

    @property
    def count(self) -> int:
        return sum(each.count for each in self.examples)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The modes of a project, and what all turns have in common: the sum of the vectors seen, and their number."""

    modes: tuple[Mode, ...] = ()
    next_number: int = 1
    sum: Floats | None = None
    seen: int = 0

    def centre(self, vectors: Floats) -> Floats:
        """Rows of length one, without what all turns have in common."""
        middle = np.float32(0) if self.sum is None else (self.sum / (self.seen + FEW)).astype(np.float32)
        return centre(vectors, middle)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The catalogue as it now is, and for each turn the number of its mode, `NONE` for none yet."""

    catalogue: Catalogue
    numbers: tuple[int, ...]
    joined: tuple[tuple[int, int], ...] = ()
    """Modes that turned out to be one: the number that went, and the one that stays."""


def assign_turns(
    catalogue: Catalogue,
    vectors: Floats,
    kinds: Sequence[str],
    well: Floats | None = None,
    least: int = LEAST_SIZE,
    new: Flags | None = None,
    since: Sequence[int] | None = None,
) -> Assignment:
    """Modes of failing turns: those new since the last time, and those that had no mode then.

    `vectors` has a row for each, as `embed_cases` gives it, and `new` says which come for the first time, where not all
    do; `well` has such rows of turns that went well, which show what is common to all. `since` has, for each turn that
    people said is in none of the modes that there were, the number that the next one had then, 0 for the others.
    """
    catalogue = _see(_see(catalogue, vectors if new is None else vectors[new]), well)
    numbers = np.full(len(vectors), NONE)
    firsts = np.array(since) if since else np.full(len(vectors), NONE)
    for kind in sorted(set(kinds)):
        rows = np.array([row for row, each in enumerate(kinds) if each == kind])
        own = vectors if len(rows) == len(vectors) else vectors[rows]  # no second copy: they are large
        first = firsts[rows]
        catalogue, numbers[rows] = _assign_kind(catalogue, catalogue.centre(own), kind, least, first)
    found = _finish(catalogue, numbers)
    return replace(found, numbers=tuple(np.where(found.numbers < firsts, NONE, found.numbers).tolist()))


def _see(catalogue: Catalogue, vectors: Floats | None) -> Catalogue:
    if vectors is None or not len(vectors):
        return catalogue
    total = vectors.sum(axis=0, dtype=np.float64)
    total += 0 if catalogue.sum is None else catalogue.sum
    return replace(catalogue, sum=total.astype(np.float32), seen=catalogue.seen + len(vectors))


def _assign_kind(
    catalogue: Catalogue, centred: Floats, kind: str, least: int, firsts: Numbers
) -> tuple[Catalogue, Numbers]:
    numbers = find_known(catalogue.modes, centred, kind, firsts)
    catalogue = _add_members(catalogue, centred, numbers, kind)
    left = np.flatnonzero(numbers == NONE)
    waiting = centred if len(left) == len(centred) else centred[left]
    catalogue, numbers[left] = find_new(catalogue, waiting, kind, least)
    return catalogue, numbers


def list_examples(modes: Sequence[Mode], kind: str) -> list[tuple[int, Examples]]:
    """Those of one kind, with the numbers of their modes."""
    return [(mode.number, each) for mode in modes for each in mode.examples if each.kind == kind]


def find_known(modes: Sequence[Mode], centred: Floats, kind: str, firsts: Numbers | None = None) -> Numbers:
    """For each row the number of the mode of this kind that it is most like, `NONE` where it is like none. A row joins
    no mode of a lower number than its own of `firsts`."""
    examples = list_examples(modes, kind)
    if not examples:
        return np.full(len(centred), NONE)
    numbers = np.array([number for number, _ in examples])
    likeness = centred @ np.stack([each.mean for _, each in examples]).T
    if firsts is not None and firsts.any():
        likeness[numbers < firsts[:, None]] = -np.inf
    best = likeness.argmax(axis=1)
    borders = {mode.number: mode.border for mode in modes}
    needed = np.array([borders[number] * each.within for number, each in examples])
    joins = likeness[np.arange(len(centred)), best] >= needed[best]
    return np.where(joins, numbers[best], NONE)


def _add_members(catalogue: Catalogue, centred: Floats, numbers: Numbers, kind: str) -> Catalogue:
    """Each turn that joined a mode goes to the examples of its kind that it is most like."""
    modes = []
    for mode in catalogue.modes:
        own = np.flatnonzero(numbers == mode.number)
        modes.append(replace(mode, examples=tuple(_grow(mode.examples, centred[own], kind))) if len(own) else mode)
    return replace(catalogue, modes=tuple(modes))


def _grow(examples: Sequence[Examples], centred: Floats, kind: str) -> Iterator[Examples]:
    likeness = np.stack(
        [centred @ each.mean if each.kind == kind else np.full(len(centred), -np.inf) for each in examples]
    )
    nearest = likeness.argmax(axis=0)
    for place, each in enumerate(examples):
        yield _add(each, centred[nearest == place])


def _add(examples: Examples, centred: Floats) -> Examples:
    count = examples.count + len(centred)
    mean = (examples.mean * examples.count + centred.sum(axis=0)) / count
    return replace(examples, count=count, mean=mean.astype(np.float32))


def collect_examples(kind: str, centred: Floats) -> Examples:
    return Examples(kind, len(centred), centred.mean(axis=0).astype(np.float32))


def find_new(catalogue: Catalogue, centred: Floats, kind: str, least: int) -> tuple[Catalogue, Numbers]:
    """A new mode for each group of turns of one kind that belong to none."""
    numbers = np.full(len(centred), NONE)
    groups = cluster_centred(centred, centred, least, APART)
    for rows in list_members(groups):
        found = collect_examples(kind, centred[rows])
        if found.likeness < LOOSE / 2:
            continue
        mode = Mode(catalogue.next_number, (found,))
        catalogue = replace(catalogue, modes=(*catalogue.modes, mode), next_number=mode.number + 1)
        numbers[rows] = mode.number
    return catalogue, numbers


def _finish(catalogue: Catalogue, numbers: Numbers) -> Assignment:
    """With modes that turned out to be alike joined, the most alike first."""
    joined: list[tuple[int, int]] = []
    while pair := _find_alike(catalogue.modes):
        stays, goes = pair
        catalogue = _unite(catalogue, stays, [goes], _join(stays.examples, goes.examples))
        numbers = np.where(numbers == goes.number, stays.number, numbers)
        joined.append((goes.number, stays.number))
    return Assignment(catalogue, tuple(numbers.tolist()), tuple(joined))


def _unite(catalogue: Catalogue, stays: Mode, others: Collection[Mode], examples: tuple[Examples, ...]) -> Catalogue:
    """The others are part of the one that stays, also for modes that were split from them."""
    gone = {mode.number for mode in others}
    split = stays.split_from.union(*(mode.split_from for mode in others))
    modes = [
        replace(mode, examples=examples, split_from=split) if mode is stays else mode
        for mode in catalogue.modes
        if mode.number not in gone
    ]
    renamed = [
        replace(mode, split_from=frozenset(stays.number if each in gone else each for each in mode.split_from))
        for mode in modes
    ]
    cleared = [replace(mode, split_from=mode.split_from - {mode.number}) for mode in renamed]
    return replace(catalogue, modes=tuple(cleared))


def _find_alike(modes: Sequence[Mode]) -> tuple[Mode, Mode] | None:
    """The two that are most alike, the older first; None if no two are."""
    if len(modes) < 2:
        return None
    narrow = np.array([max(1.0, mode.border / APART) for mode in modes])
    ratios = _compare_modes(modes) / np.maximum(narrow[:, None], narrow)
    places = {mode.number: place for place, mode in enumerate(modes)}
    for mode in modes:
        for other in mode.split_from & places.keys():
            one, two = sorted((places[mode.number], places[other]))
            ratios[one, two] = -np.inf
    one, two = divmod(int(ratios.argmax()), len(modes))
    if ratios[one, two] < APART:
        return None
    first, second = sorted((modes[one], modes[two]), key=lambda mode: mode.number)
    return first, second


def _compare_modes(modes: Sequence[Mode]) -> Floats:
    """For each pair, the first one's place before the other's, the most alike of their examples; nothing elsewhere."""
    examples = [each for mode in modes for each in mode.examples]
    means = np.stack([each.mean for each in examples])
    scale = np.sqrt([each.within for each in examples])
    kinds = np.unique([each.kind for each in examples], return_inverse=True)[1]
    ratios = np.where(kinds[:, None] == kinds, means @ means.T / scale[:, None] / scale, 0)
    starts = np.cumsum([0, *(len(mode.examples) for mode in modes[:-1])])
    by_mode = np.maximum.reduceat(np.maximum.reduceat(ratios, starts, axis=0), starts, axis=1)
    by_mode[np.tril_indices(len(modes))] = -np.inf
    return by_mode.astype(np.float32)


def _join(kept: Sequence[Examples], more: Sequence[Examples]) -> tuple[Examples, ...]:
    """Examples that are alike become one set."""
    examples = list(kept)
    for each in more:
        ratio, place = max((each.compare(other), place) for place, other in enumerate(examples))
        if ratio < APART:
            examples.append(each)
            continue
        other = examples[place]
        count = other.count + each.count
        mean = (other.mean * other.count + each.mean * each.count) / count
        examples[place] = replace(other, count=count, mean=mean.astype(np.float32))
    return tuple(examples)


def merge_modes(catalogue: Catalogue, numbers: Collection[int]) -> Catalogue:
    """The modes of these numbers are one from now on, with the lowest. Raises ValueError for fewer than two known."""
    merged = [mode for mode in catalogue.modes if mode.number in numbers]
    if len(merged) != len(set(numbers)) or len(merged) < 2:
        raise ValueError(f"modes {sorted(numbers)} cannot be merged: expected two or more of those known")
    first = min(merged, key=lambda mode: mode.number)
    others = [mode for mode in merged if mode is not first]
    return _unite(catalogue, first, others, tuple(each for mode in merged for each in mode.examples))


def split_mode(
    catalogue: Catalogue, number: int, vectors: Floats, kinds: Sequence[str], moves: Sequence[bool]
) -> Catalogue:
    """The turns of a mode, a row of `vectors` for each, fall into those that stay and those that move to a new mode.

    Raises ValueError for an unknown mode, or if none stays or none moves.
    """
    if all(moves) or not any(moves) or number not in {mode.number for mode in catalogue.modes}:
        raise ValueError(f"mode {number} cannot be split: expected a known mode of which some turns stay and some move")
    centred = catalogue.centre(vectors)
    parts = [_collect_by_kind(centred, kinds, [move is side for move in moves]) for side in (False, True)]
    modes = [replace(mode, examples=parts[0]) if mode.number == number else mode for mode in catalogue.modes]
    new = Mode(catalogue.next_number, parts[1], frozenset({number}))
    return replace(catalogue, modes=(*modes, new), next_number=new.number + 1)


def _collect_by_kind(centred: Floats, kinds: Sequence[str], chosen: Sequence[bool]) -> tuple[Examples, ...]:
    rows = {
        kind: [row for row, (each, taken) in enumerate(zip(kinds, chosen, strict=True)) if taken and each == kind]
        for kind in sorted(set(kinds))
    }
    return tuple(collect_examples(kind, centred[places]) for kind, places in rows.items() if places)
