"""Shares of all that could have been chosen, told from items that were chosen with unequal probabilities."""

from statistics import mean

import numpy as np
import pytest

from feedback.review.weighted import WeightedShare, estimate_share

SEEDS = 200


def draw(population: list[tuple[bool, float]], seed: int, size: int, random_share: float) -> WeightedShare:
    """The share as it is told from one draw: the unsure are chosen the more, and some by chance."""
    rng = np.random.default_rng(seed)
    eager = sum(unsure**3 for _, unsure in population)
    hits, weights = [], []
    for hit, unsure in population:
        wanted = min(1.0, (1 - random_share) * size * unsure**3 / eager)
        propensity = 1 - (1 - wanted) * (1 - random_share * size / len(population))
        if rng.random() < propensity:
            hits.append(hit)
            weights.append(1 / propensity)
    share = estimate_share(hits, weights, [str(number) for number in range(len(hits))])
    assert share
    return share


def make_population(seed: int, size: int, share: float) -> list[tuple[bool, float]]:
    """What holds of each, and how unsure Tacit is of it: surer of what does not hold."""
    rng = np.random.default_rng(seed)
    hits = [bool(each) for each in rng.random(size) < share]
    return [(hit, float(rng.beta(4, 2) if hit else rng.beta(2, 4))) for hit in hits]


@pytest.mark.parametrize(("size", "share", "random_share"), [(50, 0.3, 0.2), (50, 0.1, 0.5), (150, 0.6, 0.2)])
def test_its_interval_holds_the_truth_as_often_as_it_says(size: int, share: float, random_share: float) -> None:
    population = make_population(7, 2000, share)
    truth = mean(hit for hit, _ in population)
    told = [draw(population, seed, size, random_share) for seed in range(SEEDS)]
    assert mean(each.low <= truth <= each.high for each in told) >= 0.92
    assert mean(each.value for each in told) == pytest.approx(truth, abs=0.04)
    assert max(each.high - each.low for each in told) < 0.75


def test_counting_the_chosen_alone_would_mislead() -> None:
    population = make_population(7, 2000, 0.3)
    rng = np.random.default_rng(1)
    chosen = [hit for hit, unsure in population if rng.random() < unsure**3]
    assert mean(chosen) > 0.5


def test_items_that_weigh_alike_are_counted() -> None:
    share = estimate_share([True] * 8 + [False] * 2, [4.0] * 10, list("abcdefghij"))
    assert share
    assert (share.value, share.n) == (0.8, 10)
    assert share.effective_n == pytest.approx(9)
    assert (round(share.low, 2), round(share.high, 2)) == (0.47, 0.95)


def test_turns_of_one_conversation_tell_less_than_those_of_many() -> None:
    hits = [True] * 10 + [False] * 10
    apart = estimate_share(hits, [1.0] * 20, [str(number) for number in range(20)])
    together = estimate_share(hits, [1.0] * 20, [str(number // 5) for number in range(20)])
    assert apart
    assert together
    assert apart.effective_n == pytest.approx(19)
    assert together.effective_n == pytest.approx(3)
    assert together.high - together.low > apart.high - apart.low


def test_where_all_are_hits_each_conversation_counts_once() -> None:
    share = estimate_share([True] * 6, [1.0] * 6, ["a", "a", "b", "b", "c", "c"])
    assert share
    assert (share.value, share.high, share.effective_n) == (1.0, pytest.approx(1.0), 3)
    assert 0.3 < share.low < 0.5


def test_one_conversation_tells_next_to_nothing() -> None:
    share = estimate_share([True, False], [1.0, 3.0], ["a", "a"])
    assert share
    assert share.high - share.low > 0.8


def test_no_items_give_no_share() -> None:
    assert estimate_share([], [], []) is None
