"""What several reviewers said of the same items comes in; how far they agree, also beyond chance, goes out.

Only what was said blind and before anybody adjudicated tells of agreement. Each figure beyond chance is one less the
share of pairs that disagree over the share that would by chance, and they differ in what chance is:

* Krippendorff's alpha takes all reviewers together, who need not have seen the same items (Krippendorff 2011);
* Cohen's kappa takes two reviewers, each with habits of their own (Cohen 1960); of more than two the mean of the pairs,
  by how many items they share (Light 1971);
* Gwet's AC1 stays high where nearly all answers are the same, which the others do not (Gwet 2008).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from feedback.satisfaction.intervals import Interval, estimate_share

LEVEL = 0.95
RESAMPLES = 1_000
SEED = 13
MISSING = -1
LOPSIDED = 0.8
"""From this share of one answer on, kappa and alpha may be low where people agree."""
GAP = 0.15
WORDS = (
    (0.0, "none"),
    (0.2, "slight"),
    (0.4, "fair"),
    (0.6, "moderate"),
    (0.8, "substantial"),
    (2.0, "almost perfect"),
)
"""Up to which value agreement beyond chance is called what (Landis and Koch 1977)."""

NO_OVERLAP = "No item was judged by two people yet."
ALL_ALIKE = "All answers are the same, so nothing can be told of agreement beyond chance."

Floats = NDArray[np.float64]
Measure = Callable[["Table", Floats], Floats]
"""Of a table and the weights of its items in each of some samples, one value a sample; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one reviewer said of an item, blind."""

    item: str
    conversation_id: str
    reviewer: str
    choices: tuple[str, ...]
    is_control: bool = False
    """Whether the item was chosen by chance alone."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers agree on the items that two or more of them judged; intervals are of 95 %."""

    items: int
    reviewers: int
    raw: Interval | None = None
    """Share of pairs of reviewers of an item who said the same."""
    kappa: Interval | None = None
    alpha: Interval | None = None
    ac1: Interval | None = None
    prevalence: tuple[tuple[str, float], ...] = ()
    """Share of each answer in all that was said, the commonest first; several answers at once are one."""
    why_not: str = ""
    """Why what is missing cannot be told."""

    @property
    def is_lopsided(self) -> bool:
        """Whether kappa and alpha are low because nearly all answers are the same: the paradox of kappa."""
        common = self.prevalence[0][1] if self.prevalence else 0.0
        return bool(self.ac1 and self.alpha and common >= LOPSIDED and self.ac1.value - self.alpha.value > GAP)


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two reviewers agree."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Table:
    """Ratings of items that two or more judged: `codes` has a row for each item and a column for each reviewer, with
    the place of what they said in `answers`, or `MISSING`."""

    codes: NDArray[np.int64]
    answers: tuple[tuple[str, ...], ...]
    reviewers: tuple[str, ...]
    clusters: NDArray[np.int64]
    """The conversation of each item, counted from 0."""

    @property
    def counts(self) -> Floats:
        """How many said each answer of each item."""
        return np.asarray((self.codes[:, :, None] == np.arange(len(self.answers))).sum(axis=1), dtype=np.float64)


def measure_agreement(ratings: Sequence[Rating]) -> Agreement:
    table = tabulate(ratings)
    items = len(table.codes)
    if not items:
        return Agreement(0, 0, why_not=NO_OVERLAP)
    agreeing = share_agreeing(table.counts)
    raw = estimate_share(float(agreeing.sum()), items, LEVEL)
    told = Agreement(items, len(table.reviewers), raw, prevalence=tell_prevalence(table))
    if len(table.answers) == 1:
        return replace(told, why_not=ALL_ALIKE)
    samples = draw_samples(table.clusters)
    kappa = estimate(find_kappa, table, samples, raw, meet_by_chance(table))
    alpha = estimate(find_alpha, table, samples, raw, meet_by_chance(table))
    ac1 = estimate(find_ac1, table, samples, raw, guess_by_chance(table))
    return replace(told, kappa=kappa, alpha=alpha, ac1=ac1)


def measure_pairs(ratings: Sequence[Rating]) -> list[Pair]:
    """Of each two reviewers who judged the same items, in the order of their names."""
    found = []
    for first, second in combinations(sorted({each.reviewer for each in ratings}), 2):
        agreement = measure_agreement([each for each in ratings if each.reviewer in (first, second)])
        if agreement.items:
            found.append(Pair(first, second, agreement))
    return found


def measure_choices(ratings: Sequence[Rating], keys: Sequence[str]) -> Mapping[str, Agreement]:
    """How far reviewers agree on each answer by itself: whether it holds or not."""
    return {key: measure_agreement([keep_choice(each, key) for each in ratings]) for key in keys}


def keep_choice(rating: Rating, key: str) -> Rating:
    return replace(rating, choices=(key,) if key in rating.choices else ())


def tabulate(ratings: Sequence[Rating]) -> Table:
    said = {(each.item, each.reviewer): each for each in ratings}
    by_item: dict[str, list[Rating]] = {}
    for each in said.values():
        by_item.setdefault(each.item, []).append(each)
    shared = {item: of_item for item, of_item in sorted(by_item.items()) if len(of_item) > 1}
    kept = [each for of_item in shared.values() for each in of_item]
    answers = tuple(sorted({each.choices for each in kept}))
    reviewers = tuple(sorted({each.reviewer for each in kept}))
    codes = np.full((len(shared), len(reviewers)), MISSING, dtype=np.int64)
    for row, of_item in enumerate(shared.values()):
        for each in of_item:
            codes[row, reviewers.index(each.reviewer)] = answers.index(each.choices)
    names = [of_item[0].conversation_id for of_item in shared.values()]
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    return Table(codes, answers, reviewers, np.array([places[name] for name in names], dtype=np.int64))


def share_agreeing(counts: Floats) -> Floats:
    """Of each item the share of pairs of its reviewers who said the same."""
    raters = counts.sum(axis=1)
    return np.asarray((counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1)))


def tell_prevalence(table: Table) -> tuple[tuple[str, float], ...]:
    counts = table.counts.sum(axis=0)
    shares = [(", ".join(key), float(each / counts.sum())) for key, each in zip(table.answers, counts, strict=True)]
    return tuple(sorted(shares, key=lambda each: (-each[1], each[0])))


def meet_by_chance(table: Table) -> float:
    """How often two would say the same who say each answer as often as all together did."""
    return sum(share**2 for _, share in tell_prevalence(table))


def guess_by_chance(table: Table) -> float:
    """The same of two who guess where they are not sure, as AC1 has it."""
    return sum(share * (1 - share) for _, share in tell_prevalence(table)) / (len(table.answers) - 1)


def draw_samples(clusters: NDArray[np.int64]) -> Floats:
    """How often each item is in each sample: conversations are drawn whole, with replacement, as many as there are."""
    count = int(clusters.max()) + 1
    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return drawn[:, clusters].astype(np.float64)


def estimate(measure: Measure, table: Table, samples: Floats, raw: Interval, chance: float) -> Interval | None:
    """A figure with the interval of its samples. Where all agree, samples do not vary: then as far down as the share of
    pairs that agree may lie."""
    value = float(measure(table, np.ones((1, len(table.codes))))[0])
    if np.isnan(value):
        return None
    if raw.value == 1:
        return Interval(value, max(-1.0, 1 - (1 - raw.low) / (1 - chance)), value)
    found = measure(table, samples)
    low, high = np.quantile(found[~np.isnan(found)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, min(value, float(low)), max(value, float(high)))


def find_alpha(table: Table, weights: Floats) -> Floats:
    counts = table.counts
    raters = counts.sum(axis=1)
    totals = weights @ counts
    values = totals.sum(axis=1)
    agreeing = (weights @ (share_agreeing(counts) * raters)) / values
    return correct(agreeing, (totals * (totals - 1)).sum(axis=1) / (values * (values - 1)))


def find_ac1(table: Table, weights: Floats) -> Floats:
    counts, items = table.counts, weights.sum(axis=1)
    shares = (weights @ (counts / counts.sum(axis=1, keepdims=True))) / items[:, None]
    chance = (shares * (1 - shares)).sum(axis=1) / (len(table.answers) - 1)
    return correct((weights @ share_agreeing(counts)) / items, chance)


def find_kappa(table: Table, weights: Floats) -> Floats:
    """The mean of the kappas of all pairs, by how many items they share."""
    total, shared = np.zeros(len(weights)), np.zeros(len(weights))
    for first, second in combinations(range(len(table.reviewers)), 2):
        both = (table.codes[:, [first, second]] != MISSING).all(axis=1)
        if both.any():
            kappa = find_kappa_of(table.codes[both][:, [first, second]], weights[:, both], len(table.answers))
            known = ~np.isnan(kappa)
            items = weights[:, both].sum(axis=1)
            total[known] += (kappa * items)[known]
            shared[known] += items[known]
    with np.errstate(invalid="ignore"):
        return np.asarray(total / shared)


def find_kappa_of(codes: NDArray[np.int64], weights: Floats, answers: int) -> Floats:
    """Of two reviewers; `codes` has a column for each of them."""
    said = (codes[:, :, None] == np.arange(answers)).astype(np.float64)
    items = weights.sum(axis=1)
    with np.errstate(invalid="ignore"):
        agreeing = (weights @ (codes[:, 0] == codes[:, 1]).astype(np.float64)) / items
        chance = ((weights @ said[:, 0]) * (weights @ said[:, 1])).sum(axis=1) / items**2
    return correct(agreeing, chance)


def correct(agreeing: Floats, chance: Floats) -> Floats:
    """Agreement beyond chance: 1 where all agree, 0 where no more than by chance; NaN where chance alone agrees."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1, (agreeing - chance) / (1 - chance), np.nan)


def name_strength(value: float) -> str:
    """What agreement beyond chance is called.

    >>> name_strength(0.72), name_strength(-0.1)
    ('substantial', 'none')
    """
    return next(word for limit, word in WORDS if value <= limit)


def describe_strength(figure: Interval) -> str:
    """The words of its whole interval: a few items tell little.

    >>> describe_strength(Interval(0.72, 0.5, 0.9)), describe_strength(Interval(0.7, 0.65, 0.75))
    ('moderate to almost perfect', 'substantial')
    """
    low, high = name_strength(figure.low), name_strength(figure.high)
    return low if low == high else f"{low} to {high}"
