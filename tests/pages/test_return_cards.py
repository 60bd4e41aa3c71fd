"""Rows and curves of the page of returns: what they say and where they stand."""

import pytest

from feedback.pages.return_cards import build_rows, draw_curves, write_cost
from feedback.regression import Estimate
from feedback.returns import Effect, Outcome


def make_effect(value: float, reach: float, users: float = 50.0) -> Effect:
    difference = Estimate(value, value - reach, value + reach)
    return Effect("thumbs/down", 100, 60, users, 0.4, 0.4 - value, difference, value, difference.scale(-users))


@pytest.mark.parametrize(
    ("value", "outcome", "expected"),
    [
        (-0.2, "return", "cost 10 returning users a week (5 to 15)"),
        (0.2, "return", "go with more: about 10 returning users a week (5 to 15)"),
        (-0.05, "return", "cannot be told apart from nothing (-2.5 to 7.5 returning users a week)"),
        (-0.2, "goal", "cost 10 users at the goal a week (5 to 15)"),
    ],
)
def test_what_it_costs_is_said_with_its_interval(value: float, outcome: Outcome, expected: str) -> None:
    assert write_cost(make_effect(value, 0.1), outcome) == expected


def test_intervals_stand_around_the_middle_on_one_scale() -> None:
    none, fewer = build_rows([make_effect(0.0, 0.1), make_effect(-0.3, 0.1)], "return", {"thumbs": "Thumbs"})
    assert none.title == "Thumbs (down)"
    assert (none.left, none.dot, none.width) == (37.5, 50.0, 25.0)
    assert (fewer.left, fewer.dot, fewer.width) == (0.0, 12.5, 25.0)


def test_wide_intervals_stay_on_the_scale() -> None:
    [row] = build_rows([make_effect(-0.7, 0.6)], "return", {})
    assert row.left == row.dot == 0.0
    assert row.left + row.width <= 100


def test_curves_rise_from_the_bottom() -> None:
    curves = draw_curves("Thumbs", [0.0, 0.25], [0.0, 1.0])
    assert (curves.after, curves.others) == ("M0,100 L1000,75", "M0,100 L1000,0")
    assert curves.days == ((0, 0.0, 0.0), (1, 0.25, 1.0))
