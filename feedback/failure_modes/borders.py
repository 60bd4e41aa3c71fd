"""Turns of which people said to which failure mode they belong come in, the borders of modes go out: how unlike a mode
a turn may be and still join it.

A border moves where that would have put more of those turns right: three more at least, and one for each tenth that it
moves. Where few turns of either sort were looked at it stays. Turns are not weighed by how they were chosen: that hangs
on how near to a border they are, which is what is compared. Turns that were reviewed stay examples of the mode they
were put in: to take them away or to add them elsewhere did no better in simulations, and worse where people's line was
wider. Those that nobody reviewed and that lie outside of a narrower border are examples of it no longer.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from feedback.failure_modes.catalogue import APART, NONE, Catalogue, Examples, list_examples
from feedback.failure_modes.clustering import LEAST_SIZE, Floats

LEAST_OF_EACH: Final = 5
"""Turns that belong to a mode, and such as do not, before its border moves."""
LOWEST, HIGHEST = 0.3, 1.0
LEAST_SAVED, PRICE = 3.0, 10.0
"""Errors that a border has to save to move at all, and those more to move by 1. So it does no harm where it was right,
with 10 to 160 turns: `tests/feedback/failure_modes/test_borders.py` simulates it."""

Ratios = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Failing turns, a row of `vectors` for each, their kinds, and the modes of which they are examples (`NONE`: none),
    those that they were put in first."""

    vectors: Floats
    kinds: Sequence[str]
    held: Sequence[int]


def rank_modes(catalogue: Catalogue, vector: Floats) -> list[int]:
    """The numbers of all modes, of whatever kind, those that a turn is most like first; of equal ones the lowest."""
    [row] = catalogue.centre(vector[None, :])
    likeness = {
        mode.number: max((float(row @ each.mean) / each.within for each in mode.examples), default=-math.inf)
        for mode in catalogue.modes
    }
    return sorted(likeness, key=lambda number: (-likeness[number], number))


def learn_borders(catalogue: Catalogue, turns: Turns, said: Sequence[int]) -> Catalogue:
    """With the border of each mode as the turns have it of which people `said` to which mode they belong."""
    numbers, ratios = measure_nearest(catalogue, turns)
    looked: defaultdict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        looked[number].append(place)
    borders = {
        number: find_border(ratios[places], [said[place] == number for place in places])
        for number, places in looked.items()
        if number != NONE
    }
    return set_borders(catalogue, borders)


def set_borders(catalogue: Catalogue, borders: Mapping[int, float]) -> Catalogue:
    """Modes that are not named have the border that all begin with."""
    modes = tuple(replace(mode, border=borders.get(mode.number, APART)) for mode in catalogue.modes)
    return replace(catalogue, modes=modes)


def find_border(ratios: Ratios, belongs: Sequence[bool]) -> float:
    """The border by which the fewest of the turns are wrong; of equal ones, and where few are saved, that nearest to
    the one that all modes begin with.

    >>> ratios = np.array([0.9, 0.85, 0.8, 0.8, 0.75, 0.6, 0.6, 0.55, 0.55, 0.55])
    >>> round(find_border(ratios, [True] * 5 + [False] * 5), 3), find_border(ratios, [True] * 10)
    (0.675, 0.5)
    """
    if min(sum(belongs), len(belongs) - sum(belongs)) < LEAST_OF_EACH:
        return APART
    order = np.argsort(ratios, kind="stable")
    sorted_ratios, sorted_belongs = ratios[order], np.array(belongs)[order]
    between = (sorted_ratios[1:] + sorted_ratios[:-1]) / 2
    borders = np.array([APART, *between[(between > LOWEST) & (between < HIGHEST)]])
    inside = sorted_ratios >= borders[:, None]
    moved = np.abs(borders - APART)
    cost = (inside != sorted_belongs).sum(axis=1) + PRICE * moved + LEAST_SAVED * (moved > 0)
    return float(borders[np.lexsort((borders, moved, np.round(cost, 9)))[0]])


def measure_nearest(catalogue: Catalogue, turns: Turns) -> tuple[list[int], Ratios]:
    """The mode that each turn would join if it came anew, were it but like enough (`NONE` where there is none of its
    kind), and how alike they are: a ratio to the likeness within, as borders are."""
    centred = catalogue.centre(turns.vectors)
    numbers, ratios = [NONE] * len(turns.kinds), np.zeros(len(turns.kinds))
    for kind in sorted(set(turns.kinds)):
        places = [place for place, each in enumerate(turns.kinds) if each == kind]
        examples = list_examples(catalogue.modes, kind)
        if not examples:
            continue
        likeness = _compare(centred[places], [turns.held[place] for place in places], examples)
        for place, row in zip(places, likeness, strict=True):
            best = int(row.argmax())
            numbers[place], ratios[place] = examples[best][0], row[best] / examples[best][1].within
    return numbers, ratios


def _compare(centred: Floats, held: Sequence[int], examples: Sequence[tuple[int, Examples]]) -> Ratios:
    """Likeness to the means, without the turn's own part in the one that it is nearest to of its mode."""
    likeness = (centred @ np.stack([each.mean for _, each in examples]).T).astype(np.float64)
    for row, number in enumerate(held):
        own = [place for place, (each, _) in enumerate(examples) if each == number]
        if own:
            nearest = max(own, key=lambda place: likeness[row, place])
            count = examples[nearest][1].count
            likeness[row, nearest] = (likeness[row, nearest] * count - 1) / (count - 1) if count > 1 else 1.0
    return likeness


def list_outside(catalogue: Catalogue, number: int, turns: Turns) -> list[int]:
    """Places of turns of a mode that would not join it any more."""
    [mode] = [each for each in catalogue.modes if each.number == number]
    numbers, ratios = measure_nearest(replace(catalogue, modes=(mode,)), turns)
    return [place for place, each in enumerate(numbers) if each == number and ratios[place] < mode.border]


def drop_examples(catalogue: Catalogue, turns: Turns) -> Catalogue:
    """Without the turns among the examples of their modes. So few as make no mode stay: what is left of fewer would be
    like nothing that there was."""
    rows = list(zip(catalogue.centre(turns.vectors), turns.kinds, turns.held, strict=True))
    modes = []
    for mode in catalogue.modes:
        own = [(row, kind) for row, kind, number in rows if number == mode.number]
        modes.append(replace(mode, examples=tuple(_drop(mode.examples, own))) if own else mode)
    return replace(catalogue, modes=tuple(modes))


def _drop(examples: Sequence[Examples], rows: Sequence[tuple[Floats, str]]) -> list[Examples]:
    """Each row from those of its kind that it is most like."""
    left = list(examples)
    for row, kind in rows:
        of_kind = [place for place, each in enumerate(left) if each.kind == kind and each.count > LEAST_SIZE]
        if of_kind:
            nearest = max(of_kind, key=lambda place: float(left[place].mean @ row))
            left[nearest] = _without(left[nearest], row)
    return left


def _without(examples: Examples, row: Floats) -> Examples:
    count = examples.count - 1
    mean = (examples.mean * examples.count - row) / count
    return replace(examples, count=count, mean=mean.astype(np.float32))
