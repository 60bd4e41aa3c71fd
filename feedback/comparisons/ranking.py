"""From comparisons to a ranking: who is how strong, who beats whom, and how many more comparisons would tell.

Everything is told for answers of equal length that are shown in equal places. `neither` says nothing of which is better
and is counted apart: by Luce's choice axiom (1959) the odds of the others stay as they are where some choose none.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np

from feedback.comparisons.bradley_terry import (
    Z_90,
    Estimate,
    Fit,
    build_design,
    compare_lengths,
    estimate_share,
    fit_strengths,
    predict,
)
from feedback.comparisons.comparison import Comparison, Outcome

MOST_ITEMS = 20
MOST_NEEDED = 100_000
"""More comparisons than this nobody makes: the two are alike."""
Z_TESTED, Z_POWER = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(0.8)
OPPOSITE: Mapping[Outcome, Outcome] = {"a": "b", "b": "a", "tie": "tie", "neither": "neither"}


@dataclass(frozen=True, slots=True)
class Record:
    """What came of the comparisons of one item with others, or with one other."""

    wins: int = 0
    losses: int = 0
    ties: int = 0
    neither: int = 0

    @property
    def comparisons(self) -> int:
        return self.wins + self.losses + self.ties + self.neither

    @property
    def win_share(self) -> float | None:
        """Of those that somebody decided, as they were counted; None where there are none."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None


@dataclass(frozen=True, slots=True)
class Item:
    """One of those that are ranked."""

    name: str
    record: Record
    beats: Estimate
    """The share of decided comparisons that it wins against the average of all."""
    rank: int
    best_rank: int
    worst_rank: int
    """Between these, at 90 % for each difference."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items, the stronger first, and whether that is known."""

    first: str
    second: str
    record: Record
    """Of `first`, compared with `second` itself."""
    beats: Estimate
    """The share of decided comparisons in which `first` is better."""
    is_told: bool
    """Whether the two differ at 5 %: no more comparisons are needed."""
    more: int | None
    """Comparisons of the two by which a difference as large as it looks now is told in 80 of 100 cases at 5 %; None
    where it would take over 100,000."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What comparisons say. Items and pairs are empty where no two items were compared."""

    record: Record
    """Of all: `wins` are those that were decided, `losses` none."""
    users: int
    items: tuple[Item, ...] = ()
    pairs: tuple[Pair, ...] = ()
    first_wins: Estimate | None = None
    """The share that the answer wins that is shown first, of equals; None where no order was told."""
    longer_wins: Estimate | None = None
    """The share that an answer wins that is twice as long, of equals; None where lengths are not known."""
    without_order: int = 0
    without_length: int = 0
    one_sided: bool = False
    """Whether the same place won each time, so that the order explains it all."""
    left_out: tuple[str, ...] = ()
    """Items that nothing connects with these, or that are too rare to be among the most compared."""


def rank_items(comparisons: Sequence[Comparison]) -> Ranking:
    """Rank what was compared with each other, at most 20 items."""
    names = choose_items(comparisons)
    kept = [each for each in comparisons if each.a in names and each.b in names]
    decided = [each for each in kept if each.outcome != "neither"]
    overall = Ranking(
        record=count_all(kept),
        users=len({each.user or f"\n{each.id}" for each in kept}),
        without_order=sum(not each.first for each in decided),
        without_length=sum(each.characters_a is None or each.characters_b is None for each in decided),
        left_out=tuple(sorted({name for each in comparisons for name in (each.a, each.b)} - names)),
    )
    return describe_fit(overall, kept, decided) if len(names) > 1 else overall


def choose_items(comparisons: Iterable[Comparison]) -> frozenset[str]:
    """The most compared items, and of these the most compared that are connected by verdicts."""
    decided = [each for each in comparisons if each.outcome != "neither"]
    counts = Counter(name for each in decided for name in {each.a, each.b})
    most = {name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_ITEMS]}
    groups = connect((each.a, each.b) for each in decided if {each.a, each.b} <= most)
    return max(groups, key=lambda group: (sum(counts[name] for name in group), sorted(group)), default=frozenset())


def connect(pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """Groups of names that chains of pairs connect.

    >>> sorted(map(sorted, connect([("a", "b"), ("c", "d"), ("b", "e")])))
    [['a', 'b', 'e'], ['c', 'd']]
    """
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        joined = set().union(*(groups.get(name, {name}) for name in pair))
        groups |= dict.fromkeys(joined, joined)
    return {frozenset(group) for group in groups.values()}


def count_all(comparisons: Sequence[Comparison]) -> Record:
    counts = Counter(each.outcome for each in comparisons)
    return Record(counts["a"] + counts["b"], 0, counts["tie"], counts["neither"])


def count_records(comparisons: Iterable[Comparison]) -> dict[tuple[str, str], Record]:
    """By two names what came of it for the first; an answer that is compared with one of its own item is left out."""
    counts: dict[tuple[str, str], Counter[Outcome]] = {}
    for each in comparisons:
        if each.a != each.b:
            counts.setdefault((each.a, each.b), Counter())[each.outcome] += 1
            counts.setdefault((each.b, each.a), Counter())[OPPOSITE[each.outcome]] += 1
    return {names: Record(count["a"], count["b"], count["tie"], count["neither"]) for names, count in counts.items()}


def add_records(records: Iterable[Record]) -> Record:
    given = list(records)
    return Record(*(sum(getattr(each, name) for each in given) for name in ("wins", "losses", "ties", "neither")))


def describe_fit(overall: Ranking, kept: Sequence[Comparison], decided: Sequence[Comparison]) -> Ranking:
    fit, records = fit_strengths(build_design(decided)), count_records(kept)
    told = {each.first == each.outcome for each in decided if each.first and each.outcome != "tie"}
    lengths = any(compare_lengths(each) for each in decided)
    slot, length = fit.measure_effect("slot"), fit.measure_effect("length")
    return Ranking(
        record=overall.record,
        users=overall.users,
        items=tuple(list_items(fit, records)),
        pairs=tuple(list_pairs(fit, records)),
        first_wins=estimate_share(*slot) if overall.without_order < len(decided) else None,
        longer_wins=estimate_share(*(math.log(2) * each for each in length)) if lengths else None,
        without_order=overall.without_order,
        without_length=overall.without_length,
        one_sided=len(told) == 1 and len(decided) >= 5,
        left_out=overall.left_out,
    )


def list_items(fit: Fit, records: Mapping[tuple[str, str], Record]) -> Iterator[Item]:
    """The strongest first; ranks with intervals by the differences that are told (Klein, Wright, Wieczorek 2020)."""
    average = dict.fromkeys(fit.names, -1 / len(fit.names))
    for rank, name in enumerate(order_names(fit), start=1):
        others = [other for other in fit.names if other != name]
        differences = [fit.compare({other: 1, name: -1}) for other in others]
        yield Item(
            name=name,
            record=add_records(records[name, other] for other in others if (name, other) in records),
            beats=estimate_share(*fit.compare({**average, name: 1 + average[name]})),
            rank=rank,
            best_rank=1 + sum(value > Z_90 * error for value, error in differences),
            worst_rank=len(fit.names) - sum(value < -Z_90 * error for value, error in differences),
        )


def order_names(fit: Fit) -> list[str]:
    """The strongest first."""
    return [fit.names[place] for place in np.argsort(-fit.values[: len(fit.names)], kind="stable")]


def list_pairs(fit: Fit, records: Mapping[tuple[str, str], Record]) -> Iterator[Pair]:
    for first, second in combinations(order_names(fit), 2):
        value, error = fit.compare({first: 1, second: -1})
        record = records.get((first, second), Record())
        yield Pair(
            first=first,
            second=second,
            record=record,
            beats=estimate_share(value, error),
            is_told=value > Z_TESTED * error,
            more=count_needed(fit, first, second, record),
        )


def count_needed(fit: Fit, first: str, second: str, record: Record) -> int | None:
    """How many more comparisons of the two tell a difference as large as it looks now, `neither` and ties as frequent
    as so far; None where it is over 100,000.

    A test at 5 % with power 80 % needs the information ((1.96 + 0.84) / difference)^2; one comparison with the places
    balanced adds the variance of what comes of it. Where users repeat themselves a comparison adds less.
    """
    value, error = fit.compare({first: 1, second: -1})
    if value > Z_TESTED * error:
        return 0
    missing = ((Z_TESTED + Z_POWER) / max(value, 1e-6)) ** 2 - 1 / error**2
    repeated = measure_repetition(fit, first, second)
    decided = 1 - record.neither / record.comparisons if record.neither < record.comparisons else 1.0
    needed = math.ceil(max(missing, 1.0) * repeated / (find_information(fit, value) * decided))
    return needed if needed <= MOST_NEEDED else None


def find_information(fit: Fit, eta: float) -> float:
    """What a comparison tells of the difference, in the mean of both orders."""
    slot, tie = (fit.measure_effect(name)[0] for name in ("slot", "tie"))
    chance_a, chance_b, _ = predict(np.array([eta + slot, eta - slot]), tie)
    return float(np.mean((chance_a + chance_b - (chance_a - chance_b) ** 2) / 4))


def measure_repetition(fit: Fit, first: str, second: str) -> float:
    """How many times the variance is what it were if all verdicts were independent (the design effect), at least 1."""
    weights = np.zeros(len(fit.values))
    weights[[fit.names.index(first), fit.names.index(second)]] = 1, -1
    return max(1.0, float(weights @ fit.clustered @ weights) / float(weights @ fit.covariance @ weights))
