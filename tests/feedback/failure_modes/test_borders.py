"""Borders follow what people said of turns: simulated worlds of which the truth is known."""

from dataclasses import dataclass, replace
from statistics import mean

import numpy as np
import numpy.typing as npt
import pytest

from feedback.failure_modes.borders import Turns, drop_examples, find_border, learn_borders, list_outside, rank_modes
from feedback.failure_modes.catalogue import APART, NONE, Catalogue, Mode, assign_turns, find_known
from feedback.failure_modes.clustering import LEAST_SIZE, Floats, normalise

WIDTH = 48
KIND = "answer"
CENTRES = normalise(np.random.default_rng(8).normal(size=(3, WIDTH)).astype(np.float32))
SEEDS = range(8)


@dataclass(frozen=True)
class Errors:
    """Shares of fresh turns that were put wrong, without reviews and with them, and the border that was learnt."""

    before: float
    after: float
    border: float


def draw(centre: Floats, likeness: Floats, seed: int) -> Floats:
    """Turns that are so much like a centre, and otherwise each of its own kind."""
    noise = np.random.default_rng(seed).normal(size=(len(likeness), WIDTH)).astype(np.float32)
    noise = normalise(noise - (noise @ centre)[:, None] * centre)
    return normalise(likeness[:, None] * centre + ((1 - likeness**2) ** 0.5)[:, None] * noise)


def draw_traffic(line: float, seed: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Turns that are more and less like one failure, and turns of another. To people, those belong to the first (0)
    that are as much like it as a line says, others (1) to none; the rest (2) to the second."""
    likeness = np.random.default_rng(seed).uniform(0.1, 0.95, 200).astype(np.float32)
    every = [draw(CENTRES[0], likeness, 2 * seed), draw(CENTRES[1], np.full(100, 0.7, np.float32), 2 * seed + 1)]
    return np.vstack(every), np.array([*np.where(likeness >= line, 0, 1), *[2] * 100])


def find_numbers(catalogue: Catalogue, vectors: Floats) -> npt.NDArray[np.int64]:
    return find_known(catalogue.modes, catalogue.centre(vectors), KIND)


def review(line: float, reviewed: int, seed: int) -> Errors:
    """Some of the turns of one day are reviewed, those of another are put by what was learnt."""
    vectors, kind = draw_traffic(line, seed)
    catalogue = assign_turns(Catalogue(), vectors, [KIND] * len(vectors)).catalogue
    numbers = find_numbers(catalogue, vectors)
    number = int(np.bincount(numbers[kind == 0]).argmax())
    chosen = np.random.default_rng(seed).choice(len(vectors), reviewed, replace=False)
    other = int(np.bincount(numbers[kind == 2]).argmax())
    said = [(number, NONE, other)[kind[row]] for row in chosen]
    turns = Turns(vectors[chosen], [KIND] * reviewed, numbers[chosen].tolist())
    learnt = learn_borders(catalogue, turns, said)
    rest = [row for row in np.flatnonzero(numbers == number).tolist() if row not in set(chosen.tolist())]
    members = Turns(vectors[rest], [KIND] * len(rest), [number] * len(rest))
    if find_mode(learnt, number).border > APART and (outside := list_outside(learnt, number, members)):
        gone = Turns(members.vectors[outside], [KIND] * len(outside), [number] * len(outside))
        learnt = learn_borders(drop_examples(learnt, gone), turns, said)
    fresh, belongs = draw_traffic(line, seed + 1000)
    wrong = [float(((find_numbers(each, fresh) == number) != (belongs == 0)).mean()) for each in (catalogue, learnt)]
    return Errors(*wrong, find_mode(learnt, number).border)


def find_mode(catalogue: Catalogue, number: int) -> Mode:
    return next(mode for mode in catalogue.modes if mode.number == number)


@pytest.mark.parametrize("reviewed", [20, 60, 120])
def test_where_people_draw_the_line_that_modes_begin_with_reviews_do_no_harm(reviewed: int) -> None:
    found = [review(0.5, reviewed, seed) for seed in SEEDS]
    assert mean(each.before for each in found) < 0.05
    assert all(each.after <= each.before + 0.01 for each in found)
    assert mean(each.border for each in found) == pytest.approx(APART, abs=0.02)


@pytest.mark.parametrize("line", [0.2, 0.4, 0.6, 0.8])
def test_wherever_people_draw_the_line_modes_are_no_worse_with_reviews(line: float) -> None:
    for reviewed in (20, 120):
        found = [review(line, reviewed, seed) for seed in SEEDS]
        assert all(each.after <= each.before + 0.01 for each in found)


def test_a_border_that_was_too_wide_becomes_as_narrow_as_people_see_it() -> None:
    few, some, many = ([review(0.7, reviewed, seed) for seed in SEEDS] for reviewed in (20, 60, 120))
    assert mean(each.before for each in few) > 0.12
    assert mean(each.after for each in some) < 0.7 * mean(each.before for each in some)
    assert mean(each.after for each in many) < 0.25 * mean(each.before for each in many)
    assert all(each.after < each.before - 0.05 for each in many)


def test_a_border_becomes_wider_where_turns_outside_belong() -> None:
    ratios, belongs = np.linspace(0.3, 1.0, 36), [ratio > 0.4 for ratio in np.linspace(0.3, 1.0, 36)]
    assert find_border(ratios, belongs) == pytest.approx(0.4, abs=0.02)


def test_a_border_stays_without_enough_evidence() -> None:
    far = [0.55, 0.55, 0.56, 0.56, 0.56]
    near = [0.9, 0.9, 0.8, 0.8, 0.7, 0.7]
    told = [True] * len(near) + [False] * len(far)
    assert find_border(np.array([*near, *far]), told) == pytest.approx((0.7 + 0.56) / 2)
    assert find_border(np.array([*near, *far[:4]]), told[:-1]) == APART, "four that do not belong are too few"
    assert find_border(np.array([*near[2:], *far]), told[2:]) == APART, "and so are four that do"
    assert find_border(np.array([*near, *[0.9] * 5]), told) == APART, "no border puts these right"


def test_modes_that_nobody_reviewed_have_the_border_that_all_begin_with() -> None:
    vectors, _ = draw_traffic(0.7, 1)
    catalogue = assign_turns(Catalogue(), vectors, [KIND] * len(vectors)).catalogue
    nothing = Turns(vectors[:0], [], [])
    assert {mode.border for mode in learn_borders(narrow(catalogue, 0.8), nothing, []).modes} == {APART}


def narrow(catalogue: Catalogue, border: float) -> Catalogue:
    return replace(catalogue, modes=tuple(replace(mode, border=border) for mode in catalogue.modes))


def test_members_outside_of_a_narrower_border_are_told_and_do_not_join_again() -> None:
    vectors, _ = draw_traffic(0.7, 1)
    found = assign_turns(Catalogue(), vectors, [KIND] * len(vectors))
    own = [row for row, each in enumerate(found.numbers) if each == 1]
    turns = Turns(vectors[own], [KIND] * len(own), [1] * len(own))
    outside = [list_outside(narrow(found.catalogue, border), 1, turns) for border in (0.3, 0.8, 5.0)]
    assert 0 <= len(outside[0]) < len(outside[1]) < len(outside[2]) == len(own)
    gone = Turns(turns.vectors[outside[1]], [KIND] * len(outside[1]), [1] * len(outside[1]))
    left = drop_examples(narrow(found.catalogue, 0.8), gone)
    assert [mode.count for mode in left.modes if mode.number == 1] == [len(own) - len(outside[1])]
    assert 1 not in find_numbers(left, gone.vectors)


def test_so_few_examples_as_make_no_mode_stay() -> None:
    vectors, _ = draw_traffic(0.7, 1)
    found = assign_turns(Catalogue(), vectors, [KIND] * len(vectors))
    left = drop_examples(found.catalogue, Turns(vectors, [KIND] * len(vectors), found.numbers))
    assert {mode.count for mode in left.modes} == {LEAST_SIZE}


def test_modes_are_ranked_by_likeness_of_whatever_kind() -> None:
    vectors, kinds = draw_traffic(0.1, 1)
    catalogue = assign_turns(Catalogue(), vectors, ["form" if each == 2 else KIND for each in kinds]).catalogue
    ranked = rank_modes(catalogue, CENTRES[1])
    [form] = [mode.number for mode in catalogue.modes if mode.examples[0].kind == "form"]
    assert ranked[0] == form
    assert sorted(ranked) == [mode.number for mode in catalogue.modes]
