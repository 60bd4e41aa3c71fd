"""How a change spread, as bars."""

import pytest

from drift.ledger.rollout import Share
from drift.pages.rollouts import MOST_BARS, draw_rollout, find_spread


def make_shares(hours: int, begins: int = 0) -> list[Share]:
    """Ten calls an hour, of which the new value has all from an hour on."""
    return [Share(hour, "new" if hour >= begins else "old", 10, 1.0) for hour in range(hours)]


def test_bars_tell_the_share_of_the_new_value() -> None:
    found = draw_rollout([*make_shares(4, 2), Share(3, "other", 30, 0.75)], "new", "old")
    assert [bar.new_share for bar in found.bars] == [0.0, 0.0, 1.0, 0.25]
    assert [bar.old_share for bar in found.bars] == [1.0, 1.0, 0.0, 0.0]
    assert found.now == pytest.approx(0.25)
    assert found.bars[-1].words == "1 Jan 03:00: 25 % of 40 calls had the new value"


def test_two_weeks_are_told_by_few_bars_that_lose_no_call() -> None:
    found = draw_rollout(make_shares(336, 100), "new", "old")
    assert len(found.bars) <= MOST_BARS
    assert sum(bar.calls for bar in found.bars) == 3360


def test_hours_without_calls_have_no_bar() -> None:
    found = draw_rollout([Share(0, "old", 5, 1.0), Share(9, "new", 5, 1.0)], "new", "old")
    assert [bar.left for bar in found.bars] == [0.0, 90.0]


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_rollout([], "new", "old").now is None


def test_how_far_a_change_has_spread_is_told_of_the_latest_day_and_of_both_values_alone() -> None:
    shares = [
        Share(0, "old", 900, 1.0),
        Share(90, "old", 10, 0.1),
        Share(90, "new", 30, 0.3),
        Share(91, "other", 60, 1.0),
    ]
    assert find_spread(shares, "new", "old") == pytest.approx(0.75)
    assert find_spread(shares, "unseen", "neither") is None
    assert find_spread(shares, "new", "") is None
    assert find_spread([], "new", "old") is None
