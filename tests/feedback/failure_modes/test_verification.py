"""A fix is judged at any moment, and looking often does not make it look good."""

import numpy as np
import pytest

from feedback.failure_modes.verification import MOST_NEEDED, Count, decide, verify_fix

BEFORE = Count(2_000, 60)


def test_a_mode_that_stays_away_is_verified_fixed_with_its_interval() -> None:
    found = verify_fix(BEFORE, Count(1_500, 1))
    assert (found.verdict, found.words, found.needed) == ("fixed", "verified fixed", 0)
    assert found.high < 0.5
    assert found.ratio is not None
    assert found.low <= found.ratio <= found.high


def test_a_mode_that_comes_up_as_before_has_regressed() -> None:
    found = verify_fix(BEFORE, Count(3_000, 95))
    assert (found.verdict, found.words) == ("regressed", "regressed")
    assert 0.5 < found.low < 1 < found.high


def test_with_little_data_it_says_about_how_many_more_are_needed() -> None:
    found = verify_fix(BEFORE, Count(100, 0))
    assert found.verdict == "unknown"
    assert "not enough data yet (needs about" in found.words
    assert decide(BEFORE, Count(100 + found.needed, 0)) == "fixed"
    assert decide(BEFORE, Count(100 + found.needed // 2, 0)) == "unknown"


def test_a_rarer_mode_needs_more() -> None:
    needed = [verify_fix(Count(2_000, failing), Count(0, 0)).needed for failing in (100, 20, 5)]
    assert needed == sorted(needed)
    assert needed[0] < 400 < needed[2]


def test_a_mode_that_never_came_up_cannot_be_judged() -> None:
    for before in (Count(0, 0), Count(500, 0)):
        found = verify_fix(before, Count(50, 0))
        assert (found.verdict, found.ratio) == ("unknown", None)
    assert verify_fix(Count(0, 0), Count(0, 0)).needed == MOST_NEEDED


def test_looking_after_every_twenty_does_not_verify_a_fix_that_did_nothing() -> None:
    random = np.random.default_rng(1)
    verdicts = []
    for _ in range(40):
        before = Count(1_000, int(random.binomial(1_000, 0.05)))
        failing = np.cumsum(random.binomial(20, 0.05, 60))
        looks = [decide(before, Count(20 * (at + 1), int(each))) for at, each in enumerate(failing)]
        verdicts.append("fixed" in looks)
    assert sum(verdicts) <= 2


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 3 conversations is no share"):
        verify_fix(BEFORE, Count(3, 5))
