"""Names of failure modes and turns that no name was made from come in, how well turns find their mode by them goes out.

Each turn goes to the name that means most nearly the same. A name is good if the mode's own turns find it and others do
not come to it: neither a name for everything nor one for nearly nothing wins. Where modes are few, turns come to a name
of something else as well, for want of a better one; so its own turns must also be clearly more like it than others are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback.failure_modes.clustering import Floats, normalise

LEAST_NEARNESS = 0.5
"""Of that of counted words."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Turns that are to find their modes, a row of length one for each, as wide as those of names."""

    own: Floats
    others: Floats


def fold_parts(vectors: Floats, width: int) -> Floats:
    """Of rows that have several parts of this width one part: what all of them say together."""
    return normalise(vectors.reshape(len(vectors), -1, width).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Proof:
    """How well turns find their mode by a name."""

    found: float
    """Mean of the share of its own turns that come to it, and of those of others that do not; .5 is chance."""
    nearness: float
    """By how much more its own turns are like it than others are."""


def compare_names(names: Floats, other_names: Floats, held_out: HeldOut) -> list[Proof]:
    """For each of the names that one mode may have; `other_names` are those of other modes.

    Raises ValueError without other names, or without turns on both sides: nothing could be told.
    """
    if not len(other_names) or not len(held_out.own) or not len(held_out.others):
        raise ValueError("a name can be proven only by turns of this mode and of others, and against other names")
    middle = np.vstack([held_out.own, held_out.others]).mean(axis=0)
    own, others = normalise(held_out.own - middle), normalise(held_out.others - middle)
    return [
        Proof(
            _measure_found(name, other_names, own, others),
            float((held_out.own @ name).mean() - (held_out.others @ name).mean()),
        )
        for name in names
    ]


def _measure_found(name: Floats, other_names: Floats, own: Floats, others: Floats) -> float:
    every = np.vstack([name[None, :], other_names])
    every = normalise(every - every.mean(axis=0))
    came, strayed = ((turns @ every.T).argmax(axis=1) == 0 for turns in (own, others))
    return float(came.mean() + (~strayed).mean()) / 2


def is_as_good(name: Floats, counted: Floats, other_names: Floats, held_out: HeldOut) -> bool:
    """Whether turns find their mode by a name at least as well as by the one of counted words."""
    own, best = compare_names(np.stack([name, counted]), other_names, held_out)
    return own.found >= best.found and own.nearness > max(0.0, LEAST_NEARNESS * best.nearness)


def choose_shown(rows: Sequence[int], most: int) -> list[int]:
    """Rows of a mode that are shown to whoever makes a name: evenly over it, at most half, for others are held out."""
    count = min(most, len(rows) // 2)
    return [rows[at * len(rows) // count] for at in range(count)]
