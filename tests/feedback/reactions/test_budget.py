"""Which messages are worth a thorough reading: the likeliest, and never more than their share."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.reactions.budget import WINDOW, Budget


def choose_all(budget: Budget, batches: Sequence[Sequence[float]]) -> list[float]:
    return [batch[place] for batch in batches for place in budget.choose(batch)]


@given(
    st.floats(0, 1),
    st.lists(st.lists(st.floats(0, 1), max_size=50), max_size=30),
)
def test_never_more_than_the_share_of_what_came_so_far(share: float, batches: list[list[float]]) -> None:
    budget = Budget(share)
    came = chosen = 0
    for batch in batches:
        places = budget.choose(batch)
        came, chosen = came + len(batch), chosen + len(places)
        assert len(set(places)) == len(places)
        assert chosen <= share * came + 1e-3


@pytest.mark.parametrize("batch_size", [1, 7, 500, 10_000])
def test_messages_that_come_one_by_one_are_chosen_as_those_that_come_together(batch_size: int) -> None:
    likely = [(place * 0.6180339887) % 1 for place in range(10_000)]  # as if by chance
    batches = [likely[start : start + batch_size] for start in range(0, len(likely), batch_size)]
    chosen = choose_all(Budget(0.1), batches)
    best = sorted(likely)[-1_000:]
    assert 850 <= len(chosen) <= 1_000
    assert sum(each >= best[0] for each in chosen) > 0.85 * len(chosen)


def test_a_burst_after_a_quiet_time_gets_no_more_than_what_one_window_leaves() -> None:
    budget = Budget(0.1)
    assert choose_all(budget, [[0.001] * 1_000] * 50) == []
    assert len(choose_all(budget, [[0.9] * 1_000] * 2)) == pytest.approx(0.1 * WINDOW + 200, abs=1)


def test_nothing_likely_is_no_use() -> None:
    assert choose_all(Budget(1.0), [[0.001] * 100]) == []
    assert choose_all(Budget(0.0), [[0.9] * 100]) == []
