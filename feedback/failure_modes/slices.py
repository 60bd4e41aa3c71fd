"""The turns of a failure mode and all others come in, the slices that it stands in more than they do go out.

Each value of each slice is tested by Fisher's exact test, corrected as Holm (1979) does for all values of all modes.
Each service has models, releases and tools of its own: they are compared within the services that a mode comes up in.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, islice

from feedback.failure_modes.lift import ALPHA, LEAST_LIFT, Ratio, correct_each, find_odds_ratio, find_tail

LEAST_IN_SLICE = 5
"""Turns of a mode: fewer are not tested."""

SERVICE = "service"
LEAST_SHARE = 0.1
"""Of a mode's turns, from which on it comes up in a service."""

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
    every = count_by_service([*others, *chain.from_iterable(chosen)])
    tested = [
        list(_test_mode(count_by_service(mode), every, count_by_service(own)))
        for mode, own in zip(modes, chosen, strict=True)
    ]
    corrected = iter(correct_each([each.p for mode in tested for each in mode]))
    return [list(_claim(mode, corrected)) for mode in tested]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many turns there are, have each value, and tell anything of each slice."""

    turns: int
    values: Counter[tuple[str, str]]
    named: Counter[str]

    @classmethod
    def of(cls, turns: Sequence[Slices]) -> "Counted":
        return cls(
            len(turns),
            Counter(pair for slices in turns for pair in slices.items()),
            Counter(name for slices in turns for name in slices),
        )

    @classmethod
    def add(cls, parts: Iterable["Counted"]) -> "Counted":
        turns, values, named = 0, Counter[tuple[str, str]](), Counter[str]()
        for part in parts:
            turns += part.turns
            values.update(part.values)
            named.update(part.named)
        return cls(turns, values, named)


ByService = Mapping[str, Counted]


def count_by_service(turns: Sequence[Slices]) -> ByService:
    services: dict[str, list[Slices]] = {}
    for slices in turns:
        services.setdefault(slices.get(SERVICE, ""), []).append(slices)
    return {service: Counted.of(own) for service, own in services.items()}


def _claim(tested: Sequence[Slice], corrected: Iterator[float]) -> list[Slice]:
    raised = [replace(each, p=p) for each, p in zip(tested, islice(corrected, len(tested)), strict=True)]
    claimed = [each for each in raised if each.p < ALPHA and each.ratio.value >= LEAST_LIFT]
    return sorted(claimed, key=lambda each: (-each.ratio.low, each.name, each.value))


def _test_mode(mode: ByService, every: ByService, own: ByService) -> Iterator[Slice]:
    """`every` are the others with those of the mode's `own` turns that are among them."""
    whole = [Counted.add(each.values()) for each in (mode, every, own)]
    hosts = [service for service, counted in mode.items() if counted.turns >= LEAST_SHARE * whole[0].turns]
    beside = [Counted.add(each[host] for host in hosts if host in each) for each in (mode, every, own)]
    yield from _test_values([name for name in whole[0].named if name == SERVICE], *whole)
    yield from _test_values([name for name in beside[0].named if name != SERVICE], *beside)


def _test_values(names: Collection[str], mode: Counted, every: Counted, own: Counted) -> Iterator[Slice]:
    for (name, value), count in sorted(mode.values.items()):
        inside, outside = mode.named[name], every.named[name] - own.named[name]
        elsewhere = every.values[name, value] - own.values[name, value]
        if name not in names or count < LEAST_IN_SLICE or not outside:
            continue
        table = (count, inside - count), (elsewhere, outside - elsewhere)
        yield Slice(name, value, count / inside, elsewhere / outside, find_odds_ratio(*table), find_tail(*table))
