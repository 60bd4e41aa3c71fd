"""The turns of failure modes come in, what a person reads of each goes out: title, one line, lift, slices, examples."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from feedback.failure_modes.cases import Case, drop_reactions
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failure_modes.lift import Lift, measure_lifts
from feedback.failure_modes.naming import Name, name_groups
from feedback.failure_modes.slices import Slice, find_slices

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Description:
    """A failure mode as its turns show it."""

    number: int
    title: str
    line: str
    kind: str
    """The signal that most of its turns have."""
    count: int
    name: Name
    lift: Lift
    slices: tuple[Slice, ...]
    central: tuple[int, ...]
    """Places of the turns that are most like the rest, and least."""
    edge: tuple[int, ...]


def describe_modes(
    numbers: Sequence[int], failing: Sequence[Case], vectors: Floats, well: Sequence[Case], well_vectors: Floats
) -> list[Description]:
    """One for each mode, the largest first.

    `numbers` are those of the modes of failing turns, 0 for none, and `vectors` theirs as `embed_cases` gives them;
    `well` are turns that went well, all of them or a sample at random.
    """
    rows = list_rows(numbers)
    rest = rows.pop(0, [])
    order = sorted(rows, key=lambda number: (-len(rows[number]), number))
    members = [rows[number] for number in order]
    names = _name_modes(members, rest, failing, well)
    lifts = measure_lifts(
        [np.array(each) for each in members],
        drop_reactions(vectors),
        [each.kind for each in failing],
        drop_reactions(well_vectors),
    )
    others = [*(failing[row].slices for row in rest), *(each.slices for each in well)]
    slices = find_slices([[failing[row].slices for row in each] for each in members], others)
    return [
        _describe(number, name, lift, tuple(found), own, failing, vectors)
        for number, name, lift, found, own in zip(order, names, lifts, slices, members, strict=True)
    ]


def list_rows(numbers: Sequence[int]) -> dict[int, list[int]]:
    """By mode the places of its turns."""
    rows: dict[int, list[int]] = {}
    for row, number in enumerate(numbers):
        rows.setdefault(number, []).append(row)
    return rows


def _name_modes(
    members: Sequence[Sequence[int]], rest: Sequence[int], failing: Sequence[Case], well: Sequence[Case]
) -> list[Name]:
    texts = [each.text for each in failing]
    groups = [[texts[row] for row in own] for own in members]
    return name_groups(groups, [each.text for each in well], [texts[row] for row in rest])


def _describe(
    number: int,
    name: Name,
    lift: Lift,
    slices: tuple[Slice, ...],
    rows: Sequence[int],
    failing: Sequence[Case],
    vectors: Floats,
) -> Description:
    kind = _find_kind([failing[row] for row in rows])
    nearest = [rows[place] for place in np.argsort(-_measure_centrality(vectors[list(rows)]), kind="stable").tolist()]
    return Description(
        number=number,
        title=f"{name_kind(kind)} · {name.title}" if kind else name.title,
        line=tell_line(kind, name, lift, len(rows), len(failing)),
        kind=kind,
        count=len(rows),
        name=name,
        lift=lift,
        slices=slices,
        central=tuple(nearest[:EXAMPLES]),
        edge=tuple(nearest[EXAMPLES:][-EXAMPLES:]),
    )


def _find_kind(cases: Sequence[Case]) -> str:
    return Counter(each.kind for each in cases).most_common(1)[0][0]


def _measure_centrality(vectors: Floats) -> Floats:
    likeness: Floats = vectors @ normalise(vectors.sum(axis=0, keepdims=True))[0]
    return likeness


def name_kind(kind: str) -> str:
    """A kind of signal, with its label, in words.

    >>> name_kind("tool_failure"), name_kind("complaint:not_specific")
    ('Tool failure', 'Complaint (not specific)')
    """
    signal, _, label = kind.replace("_", " ").partition(":")
    return f"{signal.capitalize()} ({label})" if label else signal.capitalize()


def tell_line(kind: str, name: Name, lift: Lift, count: int, failing: int) -> str:
    """One sentence: how many, the dominant signal, the term that marks it most, and its lift where that is claimed."""
    told = f"{count:,} of {failing:,} failing turns" + (f", mostly {name_kind(kind).lower()}" if kind else "")
    if name.terms:
        term = name.terms[0]
        told += f"; “{term.text}” stands in {term.within:.0%} of them and in {term.elsewhere:.0%} of others"
    if lift.is_claimed:
        ratio = lift.ratio
        told += f"; the odds to fail are {ratio.value:,.1f} times those of other turns (at least {ratio.low:,.1f})"
    return told + "."
