"""Bins, values and outliers of a dataset's rows."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.datasets.inspecting.distributions import (
    MOST_OUTLIERS,
    MOST_VALUES,
    Measure,
    Scale,
    describe_numbers,
    describe_times,
    describe_values,
)

DAY_NS = 86_400 * 10**9
SCALES: tuple[Scale, ...] = ("doubling", "ratio", "share")


def describe(values: list[float], scale: Scale = "doubling") -> dict:  # type: ignore[type-arg]
    places = [(f"c{number}", number) for number in range(len(values))]
    return describe_numbers(Measure("length", "Length", "characters", scale), np.array(values, np.float64), places)


@given(
    values=st.lists(st.floats(0, 1), min_size=1, max_size=50), scale=st.sampled_from(SCALES), factor=st.floats(1, 1e6)
)
def test_every_row_is_in_one_bin_and_bins_join(values: list[float], scale: Scale, factor: float) -> None:
    bins = describe([value * (1 if scale == "share" else factor) for value in values], scale)["bins"]
    assert sum(each["count"] for each in bins) == len(values)
    assert all(one["to"] == other["from"] for one, other in pairwise(bins))
    assert bins[0]["count"]
    assert bins[-1]["count"]


@given(values=st.lists(st.integers(0, 100_000), min_size=1, max_size=50))
def test_a_length_lies_in_the_bin_that_says_so(values: list[int]) -> None:
    for each in describe([float(value) for value in values])["bins"]:
        assert each["count"] == sum(each["from"] <= value < each["to"] for value in values)


def test_no_rows_have_no_bins() -> None:
    assert describe([])["bins"] == []
    assert describe_times([])["bins"] == []


def test_the_surest_of_all_are_in_the_last_bin() -> None:
    assert describe([0.9, 1.0, 1.0], "share")["bins"] == [
        {"from": 0.9, "to": 0.95, "count": 1},
        {"from": 0.95, "to": 1.0, "count": 2},
    ]


def test_what_is_far_from_the_others_is_told_with_its_place() -> None:
    described = describe([100.0 + number for number in range(40)] + [90_000.0, 1.0])
    assert described["outliers"] == [
        {"conversation_id": "c40", "turn_index": 40, "value": 90_000},
        {"conversation_id": "c41", "turn_index": 41, "value": 1},
    ]


def test_a_tenth_of_long_rows_are_no_outliers_but_ten_of_them_at_most_are_told() -> None:
    ordinary = [2.0 ** (number % 10) for number in range(1_000)]
    assert describe(ordinary)["outliers"] == []
    assert len(describe([100.0] * 1_000 + [1e6] * 30)["outliers"]) == MOST_OUTLIERS


def test_among_few_rows_none_is_far() -> None:
    assert describe([10.0] * 10 + [1e9])["outliers"] == []


def test_the_most_frequent_values_are_told_and_the_rest_counted() -> None:
    values = ["de"] * 3 + ["en"] * 3 + [f"x{number}" for number in range(100)]
    described = describe_values("language", "Languages", "rows", values)
    assert described["values"][:2] == [{"value": "de", "count": 3}, {"value": "en", "count": 3}]
    assert len(described["values"]) == MOST_VALUES
    assert described["others"] == 106 - sum(each["count"] for each in described["values"])


@pytest.mark.parametrize(("days", "step"), [(1, 1), (59, 1), (60, 7), (400, 7), (1_000, 28), (2_000, 364)])
def test_times_have_a_bin_a_day_a_week_or_more(days: int, step: int) -> None:
    bins = describe_times([0, days * DAY_NS])["bins"]
    assert bins[0]["from"] == "1970-01-01"
    assert len(bins) == days // step + 1
    assert [bins[0]["count"], bins[-1]["count"]] == [1, 1]
