"""What is shipped is what training told, and is of the right sign."""

import json

import numpy as np
import pytest

from feedback.detectors import DETECTORS
from feedback.satisfaction.defaults import PATH, load_defaults, read_defaults, tell_defaults
from feedback.satisfaction.label_model import Vote
from feedback.satisfaction.votes import WORDS, name_columns


def test_what_is_told_is_read_again() -> None:
    shipped = json.loads(PATH.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(tell_defaults(read_defaults(shipped)))) == shipped


def test_words_come_first_and_every_kind_of_them_has_weights() -> None:
    defaults = load_defaults()
    assert defaults.prior.votes[0].name == WORDS
    assert defaults.words.columns == name_columns()


def test_praise_never_speaks_against_and_nothing_else_for_an_answer() -> None:
    defaults = load_defaults()
    for name, weights in zip(defaults.words.columns, defaults.words.values, strict=True):
        assert (weights <= 0).all() if " + " in name else (weights >= 0).all(), name


def test_what_is_assumed_says_so_and_is_less_sure() -> None:
    votes = {each.name: each for each in load_defaults().prior.votes}
    assert votes[WORDS].is_learnt
    assert not votes["copy +"].is_learnt
    assert votes["copy +"].deviations[1] > votes["apology -"].deviations[1]


def test_every_vote_is_a_kind_that_is_detected() -> None:
    kinds = {each.kind for each in DETECTORS}
    assert {each.name.split()[0] for each in load_defaults().prior.votes[1:]} <= kinds


@pytest.mark.parametrize("vote", load_defaults().prior.votes, ids=lambda vote: vote.name)
def test_shares_are_shares_in_both_classes(vote: Vote) -> None:
    satisfied = np.array(vote.shares)
    assert satisfied.sum() == pytest.approx(1, abs=0.001)
    assert (satisfied * np.exp(vote.ratios)).sum() == pytest.approx(1, abs=0.1)
