"""No user, question or failure mode speaks louder than it may."""

from itertools import pairwise

import pytest

from feedback.datasets.definition import Definition
from feedback.datasets.record import Reason
from feedback.datasets.weighing.caps import drop_excess
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.sureness import choose
from tests.feedback.datasets.outlining import make_rows

UNCAPPED = {"most_per_user": 0, "most_per_template": 0, "most_per_failure_mode": 0}


def cap(rows: list[Outline], **most: int) -> tuple[list[int], dict[Reason, int]]:
    """Places of those that stay, and why the others go."""
    kept, dropped = drop_excess(rows, Definition("trl-kto", **{**UNCAPPED, **most}))
    return [row.place for row in kept], +dropped


@pytest.mark.parametrize(
    ("share", "most", "reason"),
    [
        ({"user_id": "u"}, "most_per_user", Reason.USER_CAP),
        ({"template": "t"}, "most_per_template", Reason.TEMPLATE_CAP),
        ({"failure_mode": 3}, "most_per_failure_mode", Reason.FAILURE_MODE_CAP),
    ],
)
def test_as_many_rows_as_may_share_something_stay(share: dict[str, str | int], most: str, reason: Reason) -> None:
    rows = make_rows(*([share] * 7))
    kept, dropped = cap(rows, **{most: 3})
    assert len(kept) == 3
    assert dropped == {reason: 4}
    assert cap(rows, **{most: 7}) == (list(range(7)), {})


@pytest.mark.parametrize("nothing", [{"user_id": ""}, {"template": ""}, {"failure_mode": 0}])
def test_rows_that_share_nothing_are_not_capped(nothing: dict[str, str | int]) -> None:
    rows = make_rows(*([{"template": "", **nothing}] * 5))
    assert len(cap(rows, most_per_user=1, most_per_template=1, most_per_failure_mode=1)[0]) == 5


def test_gold_stays_before_silver_and_sure_before_less_sure() -> None:
    told = [("silver", 0.95), ("gold", 0.6), ("silver", 0.7), ("gold", 0.9), ("silver", 0.92)]
    rows = make_rows(*({"user_id": "u", "tier": tier, "confidence": confidence} for tier, confidence in told))
    assert [cap(rows, most_per_user=most)[0] for most in (2, 4)] == [[1, 3], [0, 1, 3, 4]]


def test_of_rows_as_sure_as_each_other_some_stay_from_all_of_the_time() -> None:
    rows = make_rows(*([{"user_id": "u"}] * 100))
    for seed in range(5):
        places = [row.place for row in choose(rows, 10, seed)]
        gaps = [later - earlier for earlier, later in pairwise(places)]
        assert set(gaps) <= {9, 10, 11}
        assert places[0] < 10 <= 100 - places[-1] + 10
        assert places == [row.place for row in choose(list(reversed(rows)), 10, seed)]
    assert len({tuple(row.place for row in choose(rows, 10, seed)) for seed in range(20)}) > 3


def test_each_cap_counts_what_the_one_before_it_left() -> None:
    rows = make_rows(*({"user_id": "u", "failure_mode": 1} for _ in range(6)), *({"failure_mode": 1} for _ in range(2)))
    kept, dropped = cap(rows, most_per_user=2, most_per_failure_mode=3)
    assert len(kept) == 3
    assert dropped == {Reason.USER_CAP: 4, Reason.FAILURE_MODE_CAP: 1}
