"""Failing turns come in day by day, the failure modes known so far with them; the modes they belong to go out.

A mode keeps its number for good. A turn joins the mode whose examples it is most like; those that join none are
grouped, and a group is a new mode unless it is like a known one. What people merge or split stays so, for the examples
of a mode are kept by part: merged modes have several, and a mode split off has its own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from feedback.failure_modes.clustering import (
    FEW,
    LEAST_SIZE,
    Floats,
    Numbers,
    cluster_vectors,
    list_members,
    normalise,
)

JOINS = 0.5
"""A turn joins a mode if it is at least so many times as like its examples as these are like each other."""
APART = 0.5
"""As in `clustering`, and lower: one failure is told in many words, and reached by many questions."""
NONE = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """Turns of one kind of failure that are alike: how many, and the mean of their centred vectors of length one."""

    kind: str
    count: int
    mean: Floats

    @property
    def within(self) -> float:
        """Mean likeness of two of them."""
        squared = float(self.mean @ self.mean)
        return max((self.count * squared - 1) / (self.count - 1), 1e-6) if self.count > 1 else 1.0


@dataclass(frozen=True, slots=True)
class Mode:
    number: int
    examples: tuple[Examples, ...]

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
        middle = 0 if self.sum is None else self.sum / (self.seen + FEW)
        return normalise(vectors - middle)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The catalogue as it now is, and for each turn the number of its mode, `NONE` for none yet."""

    catalogue: Catalogue
    numbers: tuple[int, ...]


def assign_turns(
    catalogue: Catalogue,
    vectors: Floats,
    kinds: Sequence[str],
    well: Floats | None = None,
    least: int = LEAST_SIZE,
) -> Assignment:
    """Modes of failing turns: those new since the last time, and those that had no mode then.

    `vectors` has a row for each, as `embed_cases` gives it; `well` such rows of turns that went well, which show what
    is common to all. Where those come again, the sum grows with them; only its direction is used.
    """
    seen = vectors if well is None else np.vstack([vectors, well])
    known = np.zeros(vectors.shape[1], np.float32) if catalogue.sum is None else catalogue.sum
    catalogue = replace(catalogue, sum=known + seen.sum(axis=0), seen=catalogue.seen + len(seen))
    centred = catalogue.centre(vectors)
    numbers = np.full(len(vectors), NONE)
    for kind in sorted(set(kinds)):
        rows = np.array([row for row, each in enumerate(kinds) if each == kind])
        numbers[rows] = find_known(catalogue.modes, centred[rows], kind)
        catalogue = _add_members(catalogue, centred, numbers, rows, kind)
        left = rows[numbers[rows] == NONE]
        catalogue, numbers[left] = find_new(catalogue, centred[left], kind, least)
    return Assignment(catalogue, tuple(numbers.tolist()))


def list_examples(modes: Sequence[Mode], kind: str) -> list[tuple[int, Examples]]:
    """Those of one kind, with the numbers of their modes."""
    return [(mode.number, each) for mode in modes for each in mode.examples if each.kind == kind]


def find_known(modes: Sequence[Mode], centred: Floats, kind: str) -> Numbers:
    """For each row the number of the mode of this kind that it is most like, `NONE` where it is like none."""
    examples = list_examples(modes, kind)
    if not examples:
        return np.full(len(centred), NONE)
    means = np.stack([each.mean for _, each in examples])
    likeness = centred @ means.T
    ratios = likeness / np.array([each.within for _, each in examples])
    best = likeness.argmax(axis=1)
    joins = ratios[np.arange(len(centred)), best] >= JOINS
    return np.where(joins, np.array([number for number, _ in examples])[best], NONE)


def _add_members(catalogue: Catalogue, centred: Floats, numbers: Numbers, rows: Numbers, kind: str) -> Catalogue:
    """Each turn that joined a mode goes to the examples of its kind that it is most like."""
    modes = []
    for mode in catalogue.modes:
        own = rows[numbers[rows] == mode.number]
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
    """Groups of turns of one kind that belong to no mode: each a new mode, or more examples of one that it is like."""
    numbers = np.full(len(centred), NONE)
    groups = cluster_vectors(centred, least, np.zeros(centred.shape[1], np.float32), APART)
    for rows in list_members(groups):
        found = collect_examples(kind, centred[rows])
        number = find_alike(catalogue.modes, found)
        catalogue = add_examples(catalogue, number, found)
        numbers[rows] = number or catalogue.next_number - 1
    return catalogue, numbers


def find_alike(modes: Sequence[Mode], found: Examples) -> int:
    """The number of the mode that examples are as like as it is within; `NONE` if there is none."""
    ratios = [
        (float(each.mean @ found.mean) / (each.within * found.within) ** 0.5, number)
        for number, each in list_examples(modes, found.kind)
    ]
    best, number = max(ratios, default=(0.0, NONE))
    return number if best >= APART else NONE


def add_examples(catalogue: Catalogue, number: int, examples: Examples) -> Catalogue:
    """To the mode of this number; to a new one for `NONE`."""
    if number == NONE:
        mode = Mode(catalogue.next_number, (examples,))
        return replace(catalogue, modes=(*catalogue.modes, mode), next_number=mode.number + 1)
    modes = [
        replace(mode, examples=(*mode.examples, examples)) if mode.number == number else mode
        for mode in catalogue.modes
    ]
    return replace(catalogue, modes=tuple(modes))


def merge_modes(catalogue: Catalogue, numbers: Collection[int]) -> Catalogue:
    """The modes of these numbers are one from now on, with the lowest. Raises ValueError for fewer than two known."""
    merged = [mode for mode in catalogue.modes if mode.number in numbers]
    if len(merged) != len(set(numbers)) or len(merged) < 2:
        raise ValueError(f"modes {sorted(numbers)} cannot be merged: expected two or more of those known")
    first = min(merged, key=lambda mode: mode.number)
    one = replace(first, examples=tuple(each for mode in merged for each in mode.examples))
    kept = (one if mode is first else mode for mode in catalogue.modes if mode is first or mode not in merged)
    return replace(catalogue, modes=tuple(kept))


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
    new = Mode(catalogue.next_number, parts[1])
    return replace(catalogue, modes=(*modes, new), next_number=new.number + 1)


def _collect_by_kind(centred: Floats, kinds: Sequence[str], chosen: Sequence[bool]) -> tuple[Examples, ...]:
    rows = {
        kind: [row for row, (each, taken) in enumerate(zip(kinds, chosen, strict=True)) if taken and each == kind]
        for kind in sorted(set(kinds))
    }
    return tuple(collect_examples(kind, centred[places]) for kind, places in rows.items() if places)
