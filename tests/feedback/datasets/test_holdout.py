"""The holdout: always the same users, as many as were asked for, and nobody where it is off."""

import pytest

from feedback.datasets.holdout import Holdout

USERS = [f"user-{number}" for number in range(4000)]


def list_held(holdout: Holdout) -> set[str]:
    return {user for user in USERS if holdout.holds(user)}


def test_nobody_is_held_out_by_default() -> None:
    assert not list_held(Holdout())
    assert not list_held(Holdout(0.0, "secret"))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_about_so_many_users_are_held_out(share: float) -> None:
    assert len(list_held(Holdout(share, "secret"))) / len(USERS) == pytest.approx(share, abs=0.025)


def test_a_larger_share_holds_all_that_a_smaller_one_held() -> None:
    assert list_held(Holdout(0.05, "secret")) < list_held(Holdout(0.1, "secret"))


def test_another_secret_holds_others() -> None:
    one, other = (list_held(Holdout(0.1, secret)) for secret in ("one", "other"))
    assert len(one & other) < 0.3 * len(one)


def test_all_conversations_of_a_user_go_the_same_way_and_those_of_nobody_each_their_own() -> None:
    holdout = Holdout(0.5, "secret")
    assert len({holdout.holds("anna", f"c{number}") for number in range(50)}) == 1
    assert len({holdout.holds("", f"c{number}") for number in range(50)}) == 2


def test_a_conversation_is_not_taken_for_a_user_of_its_name() -> None:
    holdout = Holdout(0.5, "secret")
    assert any(holdout.holds(name) != holdout.holds("", name) for name in USERS[:20])
