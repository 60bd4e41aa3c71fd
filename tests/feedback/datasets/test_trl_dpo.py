"""Rows of TRL's `DPOTrainer`."""

from types import SimpleNamespace
from typing import Any

import pytest

from feedback.datasets.record import Reason
from feedback.datasets.trl_dpo import advise, check_row, write_row
from tests.feedback.datasets.specimens import make_record


def outline(chosen: int, rejected: int) -> Any:
    return SimpleNamespace(chosen_characters=chosen, rejected_characters=rejected)


def test_a_pair_has_one_prompt_and_two_answers() -> None:
    assert write_row(make_record("Q?", answer="yes", rejected="no"), False) == {
        "prompt": [{"role": "user", "content": "Q?"}],
        "chosen": [{"role": "assistant", "content": "yes"}],
        "rejected": [{"role": "assistant", "content": "no"}],
    }


def test_equal_answers_are_no_pair() -> None:
    assert check_row(write_row(make_record("Q?", answer="yes", rejected="yes"), False)) is Reason.SAME_TEXT
    assert check_row(write_row(make_record("Q?", answer="yes", rejected=" "), False)) is Reason.EMPTY_MESSAGE


@pytest.mark.parametrize(("longer", "is_warned"), [(2, True), (5, False), (8, True)])
def test_length_that_tells_the_answers_apart_is_warned_of(longer: int, is_warned: bool) -> None:
    rows = [outline(9, 1) if number < longer else outline(1, 9) for number in range(10)]
    advice = advise(rows)
    assert advice["share_chosen_longer"] == longer / 10
    assert ("ld_alpha" in advice["why"]) is is_warned


def test_no_pairs_have_no_lengths() -> None:
    assert "share_chosen_longer" not in advise([])
