"""What reviewers said of conversations in failure modes, counted: a mode is verified, mixed, or not known yet."""

import pytest

from feedback.review.membership import NONE, Judged, Membership, measure_memberships


def judge(held: int, said: int, count: int, propensity: float = 1.0) -> list[Judged]:
    return [Judged(f"{held}-{said}-{propensity}-{at}", held, said, propensity) for at in range(count)]


@pytest.mark.parametrize(
    ("belong", "do_not", "verdict"),
    [
        (4, 0, "unsure"),
        (5, 0, "verified"),
        (8, 3, "unsure"),
        (9, 2, "verified"),
        (5, 5, "unsure"),
        (0, 4, "unsure"),
        (0, 5, "mixed"),
        (1, 11, "mixed"),
    ],
)
def test_a_mode_is_verified_where_surely_more_than_half_belongs(belong: int, do_not: int, verdict: str) -> None:
    found = measure_memberships([*judge(3, 3, belong), *judge(3, NONE, do_not)])[3]
    assert (found.reviewed, found.belonging, found.verdict) == (belong + do_not, belong, verdict)
    assert found.is_verified == (verdict == "verified")


def test_conversations_that_were_found_elsewhere_are_told_apart() -> None:
    found = measure_memberships([*judge(3, 3, 2), *judge(4, 3, 1), *judge(NONE, 3, 2), *judge(4, NONE, 1)])
    assert (found[3].reviewed, found[3].belonging, found[3].found) == (2, 2, 3)
    assert (found[4].reviewed, found[4].belonging, found[4].found) == (2, 0, 0)
    assert set(found) == {3, 4}


def test_the_share_weighs_what_was_rarely_chosen_the_more() -> None:
    found = measure_memberships([*judge(3, 3, 10, 1.0), *judge(3, NONE, 5, 0.1)])[3]
    assert found.share
    assert found.share.value == pytest.approx(10 / 60)
    assert found.share.low < 10 / 60 < found.share.high


def test_it_is_said_how_many_reviews_are_missing() -> None:
    assert Membership().missing == 5
    assert measure_memberships([*judge(3, 3, 2), *judge(3, NONE, 1)])[3].missing == 2
