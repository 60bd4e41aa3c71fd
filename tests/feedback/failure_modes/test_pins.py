"""Conversations stay where people said that they belong, and go back where what was said is taken back."""

import numpy as np

from feedback.failure_modes.catalogue import NONE, Catalogue, assign_turns
from feedback.failure_modes.clustering import Floats, normalise
from feedback.failure_modes.pins import Pin, Said, pin_turns, repin

KIND = "answer"
CENTRES = normalise(np.random.default_rng(5).normal(size=(3, 48)).astype(np.float32))


def draw(failures: dict[int, int], seed: int) -> Floats:
    """So many turns of each failure, in the order of the mapping."""
    rows = np.repeat(list(failures), list(failures.values()))
    noise = np.random.default_rng(seed).normal(size=(len(rows), 48)).astype(np.float32) * 0.6 / np.sqrt(48)
    return normalise(CENTRES[rows] + noise)


def test_a_conversation_goes_where_it_belongs_once() -> None:
    first = pin_turns({}, {"a": Said(2, 7), "b": Said(1, 7)}, {"a": 1, "b": 1}, 3)
    assert first.moves == {"a": 2}
    assert first.pins == {"a": Pin(2, 1, 7, 3), "b": Pin(1, 1, 7, 3)}
    assert pin_turns(first.pins, {"a": Said(2, 7), "b": Said(1, 7)}, {"a": 5, "b": 1}, 6).moves == {}, "moved since"


def test_what_is_said_anew_moves_it_again_and_it_remembers_where_it_was_first() -> None:
    pinned = pin_turns({"a": Pin(2, 1, 7, 3)}, {"a": Said(NONE, 8)}, {"a": 2}, 4)
    assert pinned.moves == {"a": NONE}
    assert pinned.pins == {"a": Pin(NONE, 1, 8, 4)}
    assert pin_turns(pinned.pins, {}, {"a": NONE}, 4).moves == {"a": 1}


def test_what_is_taken_back_goes_back_unless_it_went_elsewhere_meanwhile() -> None:
    pins = {"a": Pin(2, 1, 7, 3), "b": Pin(2, 1, 7, 3), "c": Pin(2, NONE, 7, 3)}
    pinned = pin_turns(pins, {}, {"a": 2, "b": 4, "c": 2}, 5)
    assert pinned.moves == {"a": 1, "c": NONE}
    assert not pinned.pins


def test_a_conversation_that_does_not_fail_now_keeps_its_pin() -> None:
    pinned = pin_turns({}, {"a": Said(2, 7)}, {}, 3)
    assert (pinned.moves, pinned.pins) == ({}, {"a": Pin(2, NONE, 7, 3)})


def test_a_person_who_moves_a_conversation_later_is_followed() -> None:
    assert repin({"a": Pin(2, 1, 7, 3), "b": Pin(2, 1, 7, 3)}, {"a"}, 4) == {"a": Pin(4, 1, 7, 3), "b": Pin(2, 1, 7, 3)}


def test_what_belongs_to_none_of_the_modes_joins_none_of_them() -> None:
    known = assign_turns(Catalogue(), draw({0: 20, 1: 20}, 1), [KIND] * 40).catalogue
    alike = draw({0: 4}, 2)
    assert assign_turns(known, alike, [KIND] * 4).numbers == (1,) * 4
    assert assign_turns(known, alike, [KIND] * 4, since=[3, 3, 0, 0]).numbers == (NONE, NONE, 1, 1)


def test_what_belongs_to_none_may_found_a_mode_with_others_and_join_a_later_one() -> None:
    known = assign_turns(Catalogue(), draw({0: 20, 1: 20}, 1), [KIND] * 40).catalogue
    found = assign_turns(known, draw({2: 8}, 2), [KIND] * 8, since=[3] * 3 + [0] * 5)
    assert found.numbers == (3,) * 8
    assert assign_turns(found.catalogue, draw({2: 1}, 3), [KIND], since=[3]).numbers == (3,)
