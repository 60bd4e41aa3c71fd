"""Rankings by comparisons: right where the truth is known, whatever bends it, and modest where there is little."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest

from benchmarks.comparisons import CLOSE, GOAL, REPEATED, WORLDS, World, forget_order, forget_user, run_world, simulate
from feedback.comparisons.bradley_terry import Array, build_design, differentiate, find_precision, predict
from feedback.comparisons.comparison import Comparison, Outcome, Slot
from feedback.comparisons.ranking import MOST_ITEMS, Ranking, rank_items


def compare(
    a: str, b: str, outcome: Outcome = "a", first: Slot = "", times: int = 1, user: str = ""
) -> list[Comparison]:
    return [
        Comparison(f"{a} {b} {outcome} {first} {number}", 0, "explicit", a, b, outcome, first, user=user)
        for number in range(times)
    ]


def name_items(ranking: Ranking) -> list[str]:
    return [item.name for item in ranking.items]


def test_the_order_is_right_and_the_truth_inside_though_the_first_place_wins_15_points_more() -> None:
    runs = run_world(GOAL, 6)
    assert sum(each.is_right for each in runs) >= 5
    assert sum(each.held for each in runs) >= 0.75 * sum(each.intervals for each in runs)


def test_without_the_term_for_the_place_the_truth_is_outside() -> None:
    runs = run_world(GOAL, 3, forget_order)
    assert sum(each.held for each in runs) <= 0.5 * sum(each.intervals for each in runs)


@pytest.mark.slow
def test_without_the_term_for_the_place_the_order_is_wrong() -> None:
    assert sum(each.is_right for each in run_world(CLOSE, 50)) >= 40
    assert sum(each.is_right for each in run_world(CLOSE, 50, forget_order)) <= 10


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.title)
def test_in_200_runs_the_truth_is_inside_90_percent_intervals_in_85_to_95_percent(world: World) -> None:
    runs = run_world(world, 200)
    assert 0.85 <= sum(each.held for each in runs) / sum(each.intervals for each in runs) <= 0.95


@pytest.mark.slow
def test_in_200_runs_the_order_is_right() -> None:
    assert sum(each.is_right for each in run_world(GOAL, 200)) >= 0.95 * 200


def test_users_who_repeat_themselves_make_nothing_surer() -> None:
    comparisons = simulate(replace(REPEATED, comparisons=600), 0)
    knowing, not_knowing = rank_items(comparisons), rank_items([forget_user(each) for each in comparisons])
    for known, unknown in zip(knowing.items, not_knowing.items, strict=True):
        assert known.beats.high - known.beats.low > 1.3 * (unknown.beats.high - unknown.beats.low)


def test_few_comparisons_say_little() -> None:
    [pair] = rank_items(compare("x", "y", times=3)).pairs
    assert pair.beats.value < 0.95
    assert pair.beats.low < 0.5
    assert not pair.is_told
    assert pair.more


def test_many_of_one_mind_are_enough() -> None:
    ranking = rank_items([*compare("x", "y", times=70), *compare("x", "y", "b", times=30)])
    [pair] = ranking.pairs
    assert (pair.first, pair.is_told, pair.more) == ("x", True, 0)
    assert pair.beats.value == pytest.approx(0.7, abs=0.01)
    assert [(item.best_rank, item.worst_rank) for item in ranking.items] == [(1, 1), (2, 2)]


def test_so_many_more_tell_a_difference_as_they_say() -> None:
    """With power 80 % at 5 %: 56 to 44 takes about 540 in all."""
    [pair] = rank_items([*compare("x", "y", times=56), *compare("x", "y", "b", times=44)]).pairs
    assert pair.more is not None
    assert pair.more == pytest.approx(440, rel=0.05)


def test_alike_items_are_never_told_apart() -> None:
    [pair] = rank_items([*compare("x", "y", times=50), *compare("x", "y", "b", times=50)]).pairs
    assert pair.more is None
    assert not pair.is_told


def test_neither_counts_apart_and_makes_more_comparisons_needed() -> None:
    decided = [*compare("x", "y", times=56), *compare("x", "y", "b", times=44)]
    [without] = rank_items(decided).pairs
    [pair] = rank_items([*decided, *compare("x", "y", "neither", times=100)]).pairs
    assert pair.beats == without.beats
    assert pair.record.neither == 100
    assert pair.more == pytest.approx(2 * (without.more or 0), abs=2)


def test_ties_draw_items_together() -> None:
    decided = compare("x", "y", times=30)
    [sharp], [drawn] = rank_items(decided).pairs, rank_items([*decided, *compare("x", "y", "tie", times=60)]).pairs
    assert 0.5 < drawn.beats.value < sharp.beats.value


def test_the_place_takes_what_it_explains() -> None:
    """X was always first and won 65 of 100: that may be its place as well as its strength."""
    fixed = rank_items([*compare("x", "y", first="a", times=65), *compare("x", "y", "b", first="a", times=35)])
    assert not fixed.pairs[0].is_told
    swapped = [*compare("y", "x", first="a", times=65), *compare("y", "x", "b", first="a", times=35)]
    both = rank_items([*compare("x", "y", first="a", times=65), *compare("x", "y", "b", first="a", times=35), *swapped])
    assert both.first_wins is not None
    assert both.first_wins.value == pytest.approx(0.65, abs=0.01)
    assert both.pairs[0].beats.value == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("times", [10, 5_000])
def test_where_the_same_place_wins_each_time_nothing_is_told(times: int) -> None:
    """However often, and though one of the two is mostly the first."""
    mostly, seldom = round(0.9 * times), round(0.1 * times)
    ranking = rank_items([*compare("x", "y", "b", "a", times=mostly), *compare("y", "x", "b", "a", times=seldom)])
    assert ranking.one_sided
    assert not ranking.pairs[0].is_told
    assert ranking.pairs[0].beats.low < 0.1
    assert ranking.pairs[0].beats.high > 0.9
    assert {(item.best_rank, item.worst_rank) for item in ranking.items} == {(1, 2)}


def test_answers_of_one_item_tell_of_the_place_alone() -> None:
    ranking = rank_items(
        [*compare("x", "x", first="a", times=80), *compare("x", "x", "b", first="a", times=20), *compare("x", "y")]
    )
    assert ranking.first_wins is not None
    assert ranking.first_wins.value == pytest.approx(0.8, abs=0.02)
    assert ranking.items[0].record.comparisons == 1


def test_length_is_taken_out() -> None:
    longer = [replace(each, characters_a=400, characters_b=100) for each in compare("x", "y", times=40)]
    shorter = [replace(each, characters_a=100, characters_b=400) for each in compare("x", "y", "b", times=40)]
    ranking = rank_items([*longer, *shorter])
    assert ranking.longer_wins is not None
    assert ranking.longer_wins.low > 0.6
    assert ranking.pairs[0].beats.value == pytest.approx(0.5, abs=0.01)


def test_what_was_never_compared_with_the_others_is_left_out() -> None:
    ranking = rank_items([*compare("x", "y", times=3), *compare("v", "w", times=2), *compare("x", "u", "neither")])
    assert name_items(ranking) == ["x", "y"]
    assert ranking.left_out == ("u", "v", "w")


def test_at_most_so_many_items_are_ranked() -> None:
    ranking = rank_items([each for number in range(30) for each in compare("x", f"y{number:02}", times=31 - number)])
    assert len(ranking.items) == MOST_ITEMS
    assert "y29" in ranking.left_out


@pytest.mark.parametrize("comparisons", [[], compare("x", "y", "neither"), compare("x", "x")])
def test_nothing_to_rank_is_no_ranking(comparisons: list[Comparison]) -> None:
    ranking = rank_items(comparisons)
    assert (ranking.items, ranking.pairs) == ((), ())


def test_items_may_be_called_like_effects() -> None:
    assert name_items(rank_items([*compare("slot", "tie", times=9), *compare("slot", "tie", "b")])) == ["slot", "tie"]


def test_the_order_of_comparisons_and_of_sides_makes_no_difference() -> None:
    turned: dict[Outcome, Outcome] = {"a": "b", "b": "a", "tie": "tie", "neither": "neither"}
    slots: dict[Slot, Slot] = {"a": "b", "b": "a", "": ""}
    comparisons = simulate(replace(GOAL, comparisons=200), 1)
    swapped = [
        replace(
            each,
            a=each.b,
            b=each.a,
            outcome=turned[each.outcome],
            first=slots[each.first],
            characters_a=each.characters_b,
            characters_b=each.characters_a,
        )
        for each in reversed(comparisons)
    ]
    for one, other in zip(rank_items(comparisons).items, rank_items(swapped).items, strict=True):
        assert one.name == other.name
        assert one.record == other.record
        assert one.beats.low == pytest.approx(other.beats.low, abs=1e-9)


def test_scores_and_information_are_the_derivatives_of_the_likelihood() -> None:
    design = build_design([each for each in simulate(replace(GOAL, comparisons=80), 2) if each.outcome != "neither"])
    values = np.random.default_rng(0).normal(size=design.x.shape[1] + 1) / 3

    def find_log_likelihood(at: Array) -> float:
        chance_a, chance_b, chance_tie = predict(design.x @ at[:-1], at[-1])
        chances = np.choose(design.outcome.astype(int) + 1, [chance_b, chance_tie, chance_a])
        return float(np.log(chances).sum())

    scores, information = differentiate(design, values)
    assert scores.sum(axis=0) == pytest.approx(take_gradient(find_log_likelihood, values), rel=1e-4, abs=1e-6)
    curvature = [
        take_gradient(lambda at, row=row: float(differentiate(design, at)[0].sum(axis=0)[row]), values)
        for row in range(len(values))
    ]
    assert information - np.diag(find_precision(design)) == pytest.approx(-np.array(curvature), rel=1e-4, abs=1e-5)


def take_gradient(function: Callable[..., float], at: Array, step: float = 1e-5) -> list[float]:
    steps = np.eye(len(at)) * step
    return [(function(at + each) - function(at - each)) / (2 * step) for each in steps]


def test_a_ranking_is_the_same_to_json() -> None:
    """No infinity, no NaN."""
    text = json.dumps(asdict(rank_items(compare("x", "y", times=2000))), allow_nan=False)
    assert '"is_told": true' in text
