"""Loops: one is found where there is one, and hardly ever where there is none, with and without a holdout."""

from dataclasses import replace

import pytest

from benchmarks.loops import LOOPING, WORLDS, World, is_warned, run_world, simulate
from feedback.loops import Exposure, Loop, correct_for_many, find_loops

NO_LOOPS = [world for world in WORLDS if not world.loop and world.holdout]
WITHOUT = [world for world in WORLDS if not world.loop and not world.holdout]
GOAL = WORLDS[0]


def test_a_loop_is_found_and_its_item_named() -> None:
    runs = run_world(GOAL, 10)
    assert sum(loops[0].item == LOOPING and loops[0].is_warning for loops in runs) >= 9


@pytest.mark.parametrize("world", NO_LOOPS + WITHOUT, ids=lambda world: world.title)
def test_where_there_is_no_loop_hardly_anything_is_warned_of(world: World) -> None:
    assert sum(is_warned(loops) for loops in run_world(world, 12)) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("world", NO_LOOPS + WITHOUT, ids=lambda world: world.title)
def test_in_200_runs_without_a_loop_at_most_5_percent_are_warned(world: World) -> None:
    assert sum(is_warned(loops) for loops in run_world(world, 200)) <= 0.05 * 200


def test_an_item_that_gets_better_for_everybody_is_not_one_that_feeds_on_itself() -> None:
    totals, exposures = simulate(replace(GOAL, loop=0.0, growth=0.15, better=0.12, scatter=0.0, wandering=0.0), 3)
    [found] = [loop for loop in find_loops(totals, exposures) if loop.item == LOOPING]
    assert found.control == "holdout"
    assert found.exposure
    assert found.exposure.low > 0
    assert found.praise
    assert found.praise.low > 0
    assert not found.is_warning


def test_the_holdout_is_what_a_loop_is_compared_with_where_there_is_one() -> None:
    controls = [find_loops(*simulate(replace(GOAL, holdout=share), 1))[0].control for share in (0.1, 0.0)]
    assert controls == ["holdout", "before"]


@pytest.mark.parametrize("world", [replace(GOAL, weeks=5), replace(GOAL, conversations=20)], ids=str)
def test_too_little_is_not_judged(world: World) -> None:
    for loop in find_loops(*simulate(world, 1)):
        assert (loop.control, loop.p, loop.praise, loop.is_warning) == ("", 1.0, None, False)


def test_what_everybody_meets_is_not_judged() -> None:
    totals, exposures = simulate(GOAL, 1)
    everywhere = [replace(each, exposed=totals[each.week, each.is_held_out]) for each in exposures]
    assert {loop.control for loop in find_loops(totals, everywhere)} == {""}


def test_nothing_at_all_gives_nothing() -> None:
    assert find_loops({}, []) == []
    assert not find_loops({}, [Exposure("x", 1, False, 3, 1)])[0].is_warning


def test_many_items_make_each_less_sure() -> None:
    loops = [Loop("a", "holdout", p=0.02), Loop("b", "holdout", p=0.03), Loop("c", "holdout", p=0.6), Loop("d", "")]
    assert {loop.item: loop.p for loop in correct_for_many(loops)} == {"a": 0.06, "b": 0.06, "c": 0.6, "d": 1.0}
