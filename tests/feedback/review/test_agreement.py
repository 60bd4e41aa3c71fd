"""Figures of agreement: those of published examples, those of libraries, and what is told where none can be."""

import random
import warnings
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from feedback.review.agreement import (
    ALL_ALIKE,
    NO_OVERLAP,
    Agreement,
    Rating,
    measure_agreement,
    measure_choices,
    measure_pairs,
)


def rate(*rows: str) -> list[Rating]:
    """A row for each reviewer, a letter for each item, `*` where they did not see it."""
    return [
        Rating(f"{place:03}", f"{place:03}", f"r{row}", (letter,))
        for row, letters in enumerate(rows)
        for place, letter in enumerate(letters.replace(" ", ""))
        if letter != "*"
    ]


def cross(table: Sequence[Sequence[int]]) -> list[Rating]:
    """Two reviewers by how often the first said what the row, and the second what the column stands for."""
    first, second = "", ""
    for row, column in product(range(len(table)), range(len(table))):
        first += str(row) * table[row][column]
        second += str(column) * table[row][column]
    return rate(first, second)


def values(agreement: Agreement) -> tuple[float, ...]:
    assert agreement.raw
    assert agreement.kappa
    assert agreement.alpha
    assert agreement.ac1
    return tuple(round(each.value, 3) for each in (agreement.raw, agreement.kappa, agreement.alpha, agreement.ac1))


def test_kappa_is_that_of_cohen_1960() -> None:
    raw, kappa, *_ = values(measure_agreement(cross([[88, 14, 18], [10, 40, 10], [2, 6, 12]])))
    assert (raw, kappa) == (0.7, 0.492)


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [
        (("*****34121133*3", "1*21334 3*******", "**21344*21133*4"), 0.691),  # Hayes and Krippendorff 2007
        (("123321412***", "12332241 25*3", "*33323422 51*", "123324412 51*"), 0.743),  # Krippendorff 2011, C
        (("aabbdcccedda", "babbbccceddd"), 0.692),  # Krippendorff 2011, B
        (("0100000010", "1110010000"), 0.095),  # Krippendorff 2011, A
    ],
)
def test_alpha_is_that_of_krippendorff(rows: tuple[str, ...], alpha: float) -> None:
    told = measure_agreement(rate(*rows)).alpha
    assert told
    assert round(told.value, 3) == pytest.approx(alpha, abs=0.001)


def test_ac1_stays_high_where_nearly_all_answers_are_the_same_as_gwet_2008_shows() -> None:
    told = measure_agreement(cross([[118, 5], [2, 0]]))
    assert values(told) == (0.944, -0.023, -0.025, 0.941)
    assert told.is_lopsided
    assert not measure_agreement(cross([[20, 5], [10, 15]])).is_lopsided


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_kappa_of_two_is_that_of_scikit_learn(said: list[tuple[str, str]]) -> None:
    first, second = zip(*said, strict=True)
    told = measure_agreement(rate("".join(first), "".join(second)))
    if told.kappa is None:
        assert len(set(first + second)) == 1
        assert told.why_not == ALL_ALIKE
    else:
        assert told.kappa.value == pytest.approx(cohen_kappa_score(first, second))


def test_of_more_than_two_kappa_is_the_mean_of_the_pairs_by_their_items() -> None:
    ratings = rate("aabbab", "abbbab", "aab***")
    pairs = {(each.first, each.second): each.agreement for each in measure_pairs(ratings)}
    kappas = {names: each.kappa.value if each.kappa else 0.0 for names, each in pairs.items()}
    assert [each.items for each in pairs.values()] == [6, 3, 3]
    told = measure_agreement(ratings).kappa
    assert told
    weighted = sum(kappas[names] * pairs[names].items for names in pairs) / 12
    assert told.value == pytest.approx(weighted)


def test_where_nobody_shares_an_item_it_says_so() -> None:
    for ratings in ([], rate("aab"), rate("aa**", "**ab")):
        told = measure_agreement(ratings)
        assert (told.items, told.raw, told.alpha, told.why_not) == (0, None, None, NO_OVERLAP)
        assert measure_pairs(ratings) == []


def test_where_all_say_the_same_chance_cannot_be_told() -> None:
    told = measure_agreement(rate("aaaa", "aaaa"))
    assert (told.kappa, told.alpha, told.ac1, told.why_not) == (None, None, None, ALL_ALIKE)
    assert told.raw
    assert (told.raw.value, round(told.raw.low, 2)) == (1.0, 0.51)


def test_of_few_items_full_agreement_is_not_sure() -> None:
    few, many = (measure_agreement(rate("ab" * count, "ab" * count)).alpha for count in (3, 100))
    assert few
    assert many
    assert (few.value, few.high, many.value) == (1.0, 1.0, 1.0)
    assert few.low < 0.3 < 0.9 < many.low


def test_answers_are_compared_whole_and_each_by_itself() -> None:
    ratings = [
        Rating(item, item, who, choices)
        for item, first, second in (
            ("1", ("complaint",), ("complaint", "rephrase")),
            ("2", ("none",), ("none",)),
            ("3", ("complaint",), ("complaint",)),
            ("4", ("rephrase",), ("none",)),
        )
        for who, choices in (("anna", first), ("bert", second))
    ]
    whole = measure_agreement(ratings)
    assert whole.raw
    assert whole.raw.value == 0.5
    assert whole.prevalence[0] == ("complaint", 0.375)
    by_choice = measure_choices(ratings, ["complaint", "rephrase", "praise"])
    assert {key: each.raw.value if each.raw else None for key, each in by_choice.items()} == {
        "complaint": 1.0,
        "rephrase": 0.5,
        "praise": 1.0,
    }
    assert by_choice["praise"].why_not == ALL_ALIKE


def test_the_same_words_give_the_same_figures_in_any_order() -> None:
    ratings = rate("abcabcaabb", "abcabbaabc", "ab*a*caab*")
    assert measure_agreement(ratings) == measure_agreement(ratings[::-1])


def test_turns_of_one_conversation_are_drawn_together() -> None:
    apart = rate("aabb" * 10, "abab" * 10)
    together = [
        Rating(each.item, str(int(each.item) // 20), each.reviewer, each.choices)
        for each in rate("a" * 20 + "b" * 20, "a" * 20 + "a" * 20)
    ]
    one = [Rating(each.item, "a", each.reviewer, each.choices) for each in apart]
    assert measure_agreement(together).items == measure_agreement(apart).items == 40
    told = measure_agreement(one).alpha
    assert told
    assert told.low == told.value == told.high


def test_intervals_hold_what_is_true_about_as_often_as_they_say() -> None:
    """Each of two reviewers sees what is so in nine of ten items: they agree on 82 of 100, and by chance on half."""
    told = [measure_agreement(make_world(80, random.Random(seed))).alpha for seed in range(100)]  # noqa: S311
    held = [each.low <= 0.64 <= each.high for each in told if each]
    assert 0.9 <= float(np.mean(held)) <= 0.99


def make_world(items: int, dice: random.Random) -> list[Rating]:
    truth = [dice.choice("ab") for _ in range(items)]
    return rate(*("".join(see(each, dice) for each in truth) for _ in range(2)))


def see(letter: str, dice: random.Random) -> str:
    return letter if dice.random() < 0.9 else {"a": "b", "b": "a"}[letter]


def test_no_warning_is_given_for_what_cannot_be_told() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure_agreement(rate("ab", "ba"))
        measure_agreement(rate("aa", "bb"))
