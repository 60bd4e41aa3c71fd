"""Neither the class nor the length of an answer gives it away."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.record import Reason
from feedback.datasets.weighing.balance import balance_classes, describe_balance, match_lengths, share_chosen_longer
from feedback.datasets.weighing.outline import Outline
from tests.examples import count_examples
from tests.feedback.datasets.outlining import make_rows

LENGTHS = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), max_size=25)


def make_pairs(lengths: list[tuple[int, int]]) -> list[Outline]:
    return make_rows(*({"chosen_characters": chosen, "rejected_characters": other} for chosen, other in lengths))


@pytest.mark.parametrize(("balance", "good", "bad"), [(2, 6, 3), (1, 3, 3), (1.5, 4, 3), (4, 10, 3), (0, 10, 3)])
def test_the_larger_class_has_at_most_so_many_times_the_rows(balance: float, good: int, bad: int) -> None:
    rows = make_rows(*([{"label": True}] * 10), *([{"label": False}] * 3))
    kept, dropped = balance_classes(rows, balance, seed=1)
    assert Counter(row.label for row in kept) == {True: good, False: bad}
    assert dropped.total() == dropped[Reason.BALANCE] == 13 - good - bad


def test_the_surest_of_the_larger_class_stay() -> None:
    rows = make_rows({"label": True}, *({"label": False, "tier": tier} for tier in ("silver", "gold", "silver")))
    assert [row.place for row in balance_classes(rows, 1, seed=0)[0]] == [0, 2]


@pytest.mark.parametrize("label", [True, None])
def test_one_class_alone_is_not_balanced(label: bool | None) -> None:
    rows = make_rows(*([{"label": label}] * 4))
    assert balance_classes(rows, 1, seed=0)[0] == rows


@settings(max_examples=count_examples(100), deadline=None)
@given(LENGTHS)
def test_about_half_of_the_chosen_answers_are_longer_and_no_pair_went_in_vain(lengths: list[tuple[int, int]]) -> None:
    pairs = make_pairs(lengths)
    kept, dropped = match_lengths(pairs, seed=0)
    assert len(kept) + dropped.total() == len(pairs)
    longer, shorter = count_kinds(pairs)
    if not longer or not shorter:
        assert kept == pairs
        return
    after_longer, after_shorter = count_kinds(kept)
    same = len(pairs) - longer - shorter
    assert after_longer <= 0.55 * len(kept) + 1e-9
    if after_shorter < shorter:
        assert after_longer == longer
        one_more = (after_longer) / (after_longer + after_shorter + 1 + same)
        assert one_more < 0.45 or after_longer / (after_longer + after_shorter) >= 0.45
        assert after_longer / (after_longer + after_shorter) <= 0.55
    if after_longer < longer:
        assert (after_longer + 1) > 0.55 * (len(kept) + 1)


def count_kinds(pairs: list[Outline]) -> tuple[int, int]:
    longer = sum(pair.chosen_characters > pair.rejected_characters for pair in pairs)
    return longer, sum(pair.chosen_characters < pair.rejected_characters for pair in pairs)


def test_pairs_go_from_the_ratios_that_outnumber_the_other_kind() -> None:
    pairs = make_pairs([(400, 100)] * 6 + [(110, 100)] * 4 + [(100, 110)] * 4)
    kept, dropped = match_lengths(pairs, seed=0)
    assert Counter(pair.chosen_characters for pair in kept) == {110: 4, 100: 4}
    assert dropped == {Reason.LENGTH: 6}
    assert share_chosen_longer(kept) == 0.5


def test_the_spread_is_told() -> None:
    rows = make_rows(
        {"label": True, "language": "de", "model": "m", "failure_mode": 2},
        {"label": False, "language": "de"},
        {"label": False, "chosen_characters": 3, "rejected_characters": 2},
    )
    assert describe_balance(rows) == {
        "label": {"desirable": 0.3333, "undesirable": 0.6667},
        "failure_mode": {"2": 0.3333},
        "language": {"de": 0.6667, "en": 0.3333},
        "model": {"m": 0.3333},
        "chosen_longer": 1.0,
    }
    assert describe_balance([]) == {"label": {}, "failure_mode": {}, "language": {}, "model": {}}
