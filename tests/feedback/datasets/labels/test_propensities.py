"""How likely answers are judged, and what rows weigh for it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.datasets.labels.propensities import LARGEST_RATIO, measure_clipped, name_stratum, weigh
from tests.feedback.datasets.dialogue import Dialogue

STRATA = st.sampled_from(["a", "b", "c"])


def test_what_is_judged_less_often_weighs_more() -> None:
    found = weigh(["often", "often", "seldom"], Counter(often=2, seldom=20))
    assert found[0] == found[1]
    assert found[0][0] > found[2][0]
    assert found[0][1] < found[2][1]


def test_where_all_are_judged_as_often_all_weigh_the_same() -> None:
    assert weigh(["a", "a"], Counter(b=100)) == [(0.75, 1.0), (0.75, 1.0)]


@given(st.lists(STRATA, min_size=1, max_size=30), st.dictionaries(STRATA, st.integers(0, 10_000)))
def test_weights_have_the_mean_one_and_are_bounded(rows: list[str], unjudged: dict[str, int]) -> None:
    found = weigh(rows, Counter(unjudged))
    assert len(found) == len(rows)
    assert all(0 < propensity < 1 and weight > 0 for propensity, weight in found)
    assert sum(weight for _, weight in found) / len(rows) == pytest.approx(1, abs=1e-4)
    by_stratum = dict(zip(rows, found, strict=True))
    assert [by_stratum[stratum] for stratum in rows] == found


def test_a_rare_stratum_is_clipped() -> None:
    rows = ["often"] * 999 + ["rare"]
    clipped = weigh(rows, Counter(rare=10**8))
    assert clipped[-1][1] / clipped[0][1] == pytest.approx(LARGEST_RATIO, rel=1e-4)
    assert measure_clipped([propensity for propensity, _ in clipped]) == 0.001


def test_no_rows_weigh_nothing() -> None:
    assert weigh([], Counter(a=3)) == []


def test_strata_tell_place_length_and_model() -> None:
    dialogue = (
        Dialogue().ask("1", "x" * 10).ask("2", {"text": "x" * 400, "model": "m"}).ask("3", "").ask("4", "x" * 2000)
    )
    assert [name_stratum(turn, turn.answer) for turn in dialogue.turns] == [
        "first/short/",
        "early/middling/m",
        "early/short/",
        "later/long/",
    ]
