"""The turns of a failure mode and all others come in, the slices that it stands in more than they do go out.

Each value of each slice is tested by Fisher's exact test, corrected as Holm (1979) does for all values of all modes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from scipy.stats import fisher_exact

from feedback.failure_modes.lift import ALPHA, LEAST_LIFT, Ratio, correct_each, find_odds_ratio

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


def find_slices(modes: Sequence[Sequence[Slices]], others: Sequence[Slices]) -> list[list[Slice]]:
    """For each mode, from the slices of its turns, those it is over-represented in, the strongest first.

    `others` are turns in no mode: all of them, or a sample at random that no slice decided. Turns of other modes count
    as others too.
    """
    counted = [_count(mode) for mode in modes]
    total = sum(counted, Counter()) + _count(others)
    known = _count_named([*(each for mode in modes for each in mode), *others])
    tested = [list(_test_mode(own, _count_named(mode), total, known)) for own, mode in zip(counted, modes, strict=True)]
    corrected = iter(correct_each([each.p for mode in tested for each in mode]))
    return [list(_claim(mode, corrected)) for mode in tested]


def _claim(tested: Sequence[Slice], corrected: Iterator[float]) -> list[Slice]:
    raised = [replace(each, p=p) for each, p in zip(tested, islice(corrected, len(tested)), strict=True)]
    claimed = [each for each in raised if each.p < ALPHA and each.ratio.value >= LEAST_LIFT]
    return sorted(claimed, key=lambda each: (-each.ratio.low, each.name, each.value))


def _count(cases: Iterable[Slices]) -> Counter[tuple[str, str]]:
    return Counter(pair for slices in cases for pair in slices.items())


def _count_named(cases: Iterable[Slices]) -> Counter[str]:
    """How many turns tell anything of each slice."""
    return Counter(name for slices in cases for name in slices)


def _test_mode(
    own: Counter[tuple[str, str]], own_named: Counter[str], total: Counter[tuple[str, str]], named: Counter[str]
) -> Iterator[Slice]:
    for (name, value), count in sorted(own.items()):
        inside, outside = own_named[name], named[name] - own_named[name]
        elsewhere = total[name, value] - count
        if count < LEAST_IN_SLICE or not outside:
            continue
        table = (count, inside - count), (elsewhere, outside - elsewhere)
        p = float(fisher_exact(table, alternative="greater")[1])
        yield Slice(name, value, count / inside, elsewhere / outside, find_odds_ratio(*table), p)
