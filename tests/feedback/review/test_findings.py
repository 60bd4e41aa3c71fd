"""Shares of what was found: weighed by how likely items were chosen, and by the control alone."""

import pytest

from feedback.review.findings import Settled, find_shares


def test_an_item_counts_for_those_like_it_that_were_not_chosen() -> None:
    sure = [Settled(f"s{place}", ("dissatisfied",), 1.0, is_control=False) for place in range(10)]
    rare = [Settled(f"r{place}", ("satisfied",), 0.1, is_control=True) for place in range(9)]
    rare.append(Settled("r9", ("dissatisfied",), 0.1, is_control=True))
    satisfied, dissatisfied, unknown = find_shares([*sure, *rare], ["satisfied", "dissatisfied", "cannot_tell"])
    assert (satisfied.items, dissatisfied.items, unknown.items) == (9, 11, 0)
    assert dissatisfied.share.value == pytest.approx(20 / 110)
    assert dissatisfied.control
    assert dissatisfied.control.value == pytest.approx(0.1)
    assert dissatisfied.share.low < 20 / 110 < dissatisfied.share.high
    assert unknown.share.value == 0.0


def test_without_a_control_share_or_any_item_nothing_is_told() -> None:
    assert find_shares([], ["satisfied"]) == []
    [found] = find_shares([Settled("a", ("satisfied",), 0.5, is_control=False)], ["satisfied"])
    assert found.control is None


def test_answers_that_are_offered_no_longer_are_told_too() -> None:
    settled = [Settled("a", ("mode:3",), 0.5, is_control=True), Settled("b", ("none",), 0.5, is_control=True)]
    assert [each.key for each in find_shares(settled, ["none"])] == ["none", "mode:3"]
