"""Modes keep their numbers from day to day, and what people merge or split stays so."""

import numpy as np
import pytest

from feedback.failure_modes.catalogue import (
    NONE,
    Assignment,
    Catalogue,
    Examples,
    Mode,
    assign_turns,
    merge_modes,
    split_mode,
)
from feedback.failure_modes.clustering import Floats, normalise

WIDTH = 48
KIND = "complaint"
CENTRES = normalise(np.random.default_rng(5).normal(size=(6, WIDTH)).astype(np.float32))


def draw(failures: dict[int, int], seed: int) -> Floats:
    """So many turns of each failure, in the order of the mapping."""
    random = np.random.default_rng(seed)
    rows = np.repeat(list(failures), list(failures.values()))
    noise = random.normal(size=(len(rows), WIDTH)).astype(np.float32) * 0.6 / np.sqrt(WIDTH)
    return normalise(CENTRES[rows] + noise)


def assign(vectors: Floats, catalogue: Catalogue | None = None, kind: str = KIND) -> Assignment:
    return assign_turns(catalogue or Catalogue(), vectors, [kind] * len(vectors))


def test_the_same_failures_keep_their_numbers_on_ten_days() -> None:
    catalogue = Catalogue()
    for day in range(10):
        found = assign(draw({0: 15, 1: 10, 2: 8}, day), catalogue)
        catalogue = found.catalogue
        assert found.numbers == (1,) * 15 + (2,) * 10 + (3,) * 8
    assert [(mode.number, mode.count) for mode in catalogue.modes] == [(1, 150), (2, 100), (3, 80)]


def test_a_failure_that_comes_later_is_a_new_mode() -> None:
    first = assign(draw({0: 20, 1: 15}, 1))
    second = assign(draw({0: 10, 3: 12}, 2), first.catalogue)
    assert second.numbers == (1,) * 10 + (3,) * 12


def test_too_few_turns_wait_until_there_are_enough() -> None:
    first = assign(draw({0: 20, 1: 15, 4: 3}, 1))
    assert first.numbers[-3:] == (NONE,) * 3
    waiting = draw({0: 20, 1: 15, 4: 3}, 1)[-3:]
    second = assign(np.vstack([waiting, draw({4: 4}, 2)]), first.catalogue)
    assert set(second.numbers) == {3}


def test_modes_of_different_kinds_are_different() -> None:
    vectors = draw({0: 40}, 1)
    kinds = ["refusal"] * 20 + ["complaint"] * 20
    found = assign_turns(Catalogue(), np.vstack([vectors, draw({1: 20}, 2)]), [*kinds, *["complaint"] * 20])
    assert len(set(found.numbers[:20])) == len(set(found.numbers[20:40])) == 1
    assert found.numbers[0] != found.numbers[20]


def test_merged_modes_stay_one() -> None:
    first = assign(draw({0: 20, 1: 15, 2: 10}, 1))
    merged = merge_modes(first.catalogue, {2, 3})
    assert [mode.number for mode in merged.modes] == [1, 2]
    again = assign(draw({0: 10, 1: 10, 2: 10}, 2), merged)
    assert again.numbers == (1,) * 10 + (2,) * 20


def test_a_mode_that_was_split_stays_split() -> None:
    first = assign(draw({0: 20, 1: 15, 2: 10}, 1))
    merged = merge_modes(first.catalogue, {2, 3})
    vectors = draw({1: 15, 2: 10}, 1)
    split = split_mode(merged, 2, vectors, [KIND] * 25, [False] * 15 + [True] * 10)
    assert [mode.number for mode in split.modes] == [1, 2, 4]
    again = assign(draw({0: 10, 1: 10, 2: 10}, 2), split)
    assert again.numbers == (1,) * 10 + (2,) * 10 + (4,) * 10


def test_a_mode_that_was_split_stays_split_however_alike_its_parts_are() -> None:
    first = assign(draw({0: 20, 1: 15}, 1))
    vectors = draw({0: 20}, 1)
    split = split_mode(first.catalogue, 1, vectors, [KIND] * 20, [at % 2 == 0 for at in range(20)])
    again = assign(draw({0: 30}, 2), split)
    assert set(again.numbers) == {1, 3}
    assert again.joined == ()


def test_a_split_holds_when_the_mode_it_was_split_from_becomes_another() -> None:
    alike = draw({0: 3}, 1) * 0.6
    modes = [Mode(number, (Examples(KIND, 20, alike[number - 1]),)) for number in (1, 2)]
    catalogue = Catalogue((*modes, Mode(3, (Examples(KIND, 20, alike[2]),), frozenset({2}))), 4)
    found = assign(draw({0: 1}, 2)[:0], catalogue)
    assert found.joined == ((2, 1),)
    assert [(mode.number, mode.split_from) for mode in found.catalogue.modes] == [(1, frozenset()), (3, frozenset({1}))]


def test_modes_that_were_split_can_be_merged_again() -> None:
    first = assign(draw({0: 20, 1: 15}, 1))
    split = split_mode(first.catalogue, 1, draw({0: 20}, 1), [KIND] * 20, [at % 2 == 0 for at in range(20)])
    merged = merge_modes(split, {1, 3})
    assert [(mode.number, mode.count, mode.split_from) for mode in merged.modes] == [
        (1, 20, frozenset()),
        (2, 15, frozenset()),
    ]


def test_canned_answers_that_differ_are_one_failure_all_the_same() -> None:
    random = np.random.default_rng(4)
    answers = normalise(CENTRES[0] + 0.9 * normalise(random.normal(size=(4, WIDTH)).astype(np.float32)))
    canned = normalise(np.repeat(answers, 8, axis=0) + 0.01 * random.normal(size=(32, WIDTH)).astype(np.float32))
    found = assign(np.vstack([canned, draw({1: 20, 2: 20}, 5)]))
    assert len(set(found.numbers[:32])) == 1
    assert len(found.catalogue.modes) == 3


def test_modes_that_turn_out_to_be_alike_become_the_older_one() -> None:
    one, other = (Examples(KIND, 20, each) for each in draw({0: 2}, 1) * 0.6)
    catalogue = Catalogue((Mode(1, (one,)), Mode(2, (other,)), Mode(3, (Examples(KIND, 9, CENTRES[2] * 0.6),))), 4)
    found = assign(draw({2: 6}, 3), catalogue)
    assert found.joined == ((2, 1),)
    assert [(mode.number, mode.count) for mode in found.catalogue.modes] == [(1, 40), (3, 15)]


def test_turns_that_have_little_in_common_are_no_mode() -> None:
    strangers = normalise(np.random.default_rng(6).normal(size=(60, 1_000)).astype(np.float32))
    assert set(assign(strangers).numbers) == {NONE}


def test_numbers_are_not_used_twice() -> None:
    first = assign(draw({0: 20, 1: 15}, 1))
    merged = merge_modes(first.catalogue, {1, 2})
    again = assign(draw({3: 20}, 2), merged)
    assert set(again.numbers) == {3}


def test_what_cannot_be_merged_or_split_is_said() -> None:
    catalogue = assign(draw({0: 20, 1: 15}, 1)).catalogue
    with pytest.raises(ValueError, match=r"modes \[1, 9\] cannot be merged"):
        merge_modes(catalogue, {1, 9})
    with pytest.raises(ValueError, match="mode 1 cannot be split"):
        split_mode(catalogue, 1, draw({0: 2}, 1), [KIND] * 2, [True, True])


def test_no_turns_change_nothing() -> None:
    catalogue = assign(draw({0: 20, 1: 15}, 1)).catalogue
    found = assign(draw({0: 1}, 1)[:0], catalogue)
    assert found.numbers == ()
    assert found.catalogue.modes == catalogue.modes


def test_turns_that_come_again_are_not_taken_for_new_ones() -> None:
    vectors = draw({0: 3, 1: 2}, 1)
    first = assign(vectors).catalogue
    new = np.array([False] * 5 + [True])
    second = assign_turns(first, np.vstack([vectors, draw({4: 1}, 2)]), [KIND] * 6, new=new).catalogue
    assert (first.seen, second.seen) == (5, 6)


def test_of_many_modes_the_most_alike_become_one_the_others_stay() -> None:
    random = np.random.default_rng(7)
    means = normalise(random.normal(size=(60, 1000)).astype(np.float32))
    means[41] = normalise(means[[7]] + 0.2 * means[[41]])[0]
    modes = tuple(Mode(at + 1, (Examples(KIND, 20, mean),)) for at, mean in enumerate(means))
    found = assign_turns(Catalogue(modes, 61), np.empty((0, 1000), np.float32), [])
    assert found.joined == ((42, 8),)
    assert [mode.number for mode in found.catalogue.modes] == [at for at in range(1, 61) if at != 42]
    apart = (*modes[:41], Mode(42, modes[41].examples, frozenset({8})), *modes[42:])
    assert assign_turns(Catalogue(apart, 61), np.empty((0, 1000), np.float32), []).joined == ()
