"""The turns of a failure mode and all others come in, the slices that it stands in more than they do go out.

Each value of each slice is tested by Fisher's exact test, corrected as Holm (1979) does for all values of all modes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, islice

from feedback.failure_modes.lift import ALPHA, LEAST_LIFT, Ratio, correct_each, find_odds_ratio, find_tail

LEAST_IN_SLICE = 5
"""Turns of a mode: fewer are not tested."""

Slices = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Slice:
    """A value that is over-represented in a mode, and the share of turns that have it."""

    name: str
    value: str
    within: float
    elsewhere: float
    ratio: Ratio
    """Of the odds of being in the slice."""
    p: float
    """Corrected for all that was looked at."""


def find_slices(
    modes: Sequence[Sequence[Slices]], others: Sequence[Slices], sampled: Sequence[Sequence[bool]] | None = None
) -> list[list[Slice]]:
    """For each mode, from the slices of its turns, those it is over-represented in, the strongest first.

    `others` are turns in no mode: all of them, or a sample at random that no slice decided. Turns of other modes count
    as others too: all of them, or those that `sampled` says, if the same chance took them that took the others.
    """
    chosen = modes if sampled is None else [list(compress(*each)) for each in zip(modes, sampled, strict=True)]
    every = Counted.of([*others, *chain.from_iterable(chosen)])
    tested = [
        list(_test_mode(Counted.of(mode), every, Counted.of(own))) for mode, own in zip(modes, chosen, strict=True)
    ]
    corrected = iter(correct_each([each.p for mode in tested for each in mode]))
    return [list(_claim(mode, corrected)) for mode in tested]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many turns have each value, and how many tell anything of each slice."""

    values: Counter[tuple[str, str]]
    named: Counter[str]

    @classmethod
    def of(cls, turns: Sequence[Slices]) -> "Counted":
        return cls(
            Counter(pair for slices in turns for pair in slices.items()),
            Counter(name for slices in turns for name in slices),
        )


def _claim(tested: Sequence[Slice], corrected: Iterator[float]) -> list[Slice]:
    raised = [replace(each, p=p) for each, p in zip(tested, islice(corrected, len(tested)), strict=True)]
    claimed = [each for each in raised if each.p < ALPHA and each.ratio.value >= LEAST_LIFT]
    return sorted(claimed, key=lambda each: (-each.ratio.low, each.name, each.value))


def _test_mode(mode: Counted, every: Counted, own: Counted) -> Iterator[Slice]:
    """`every` are the others with those of the mode's `own` turns that are among them."""
    for (name, value), count in sorted(mode.values.items()):
        inside, outside = mode.named[name], every.named[name] - own.named[name]
        elsewhere = every.values[name, value] - own.values[name, value]
        if count < LEAST_IN_SLICE or not outside:
            continue
        table = (count, inside - count), (elsewhere, outside - elsewhere)
        yield Slice(name, value, count / inside, elsewhere / outside, find_odds_ratio(*table), find_tail(*table))
