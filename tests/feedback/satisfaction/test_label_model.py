"""How far votes are to be believed is found without labels, and what says the same twice is not counted twice."""

import numpy as np
import numpy.typing as npt
import pytest

from feedback.satisfaction.label_model import Prior, Vote, correlate_within, fit_label_model, weigh_votes

Drawn = tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]


def build_vote(ratio: float, *, deviation: float = 1.0, share: float = 0.1) -> Vote:
    silence = float(np.log((1 - share * np.exp(ratio)) / (1 - share)))
    return Vote("vote", ("none", "cast"), (1 - share, share), (silence, ratio), (deviation, deviation))


def build_prior(*votes: Vote, prevalence: float = 0.3) -> Prior:
    return Prior(votes, np.eye(len(votes)), prevalence)


def draw(rates: list[tuple[float, float]], count: int = 4_000, prevalence: float = 0.3, seed: int = 0) -> Drawn:
    random = np.random.default_rng(seed)
    truth = random.random(count) < prevalence
    columns = [random.random(count) < np.where(truth, against, favour) for favour, against in rates]
    return truth, np.column_stack(columns).astype(int)


def test_a_vote_that_agrees_with_the_others_is_believed_more_than_before() -> None:
    truth, codes = draw([(0.05, 0.6), (0.05, 0.6), (0.05, 0.6)])
    prior = build_prior(build_vote(1.5), build_vote(1.5), build_vote(0.0, share=0.05))
    model = fit_label_model(prior, codes)
    assert model.ratios[2][1] > 0.6
    assert abs(model.prevalence - truth.mean()) < 0.1


def test_a_vote_that_agrees_with_nobody_stays_worth_little() -> None:
    _, codes = draw([(0.05, 0.6), (0.05, 0.6), (0.2, 0.2)])
    prior = build_prior(build_vote(1.5), build_vote(1.5), build_vote(0.3, share=0.2))
    assert abs(fit_label_model(prior, codes).ratios[2][1]) < 0.5


def test_a_small_project_keeps_to_what_is_shipped() -> None:
    _, codes = draw([(0.3, 0.3)] * 3, count=5)
    prior = build_prior(*(build_vote(1.0, deviation=0.3),) * 3)
    assert fit_label_model(prior, codes).ratios[0][1] == pytest.approx(1.0, abs=0.3)


def test_a_vote_that_nobody_casts_says_nothing_by_its_silence() -> None:
    _, codes = draw([(0.05, 0.6), (0.0, 0.0)])
    model = fit_label_model(build_prior(build_vote(1.5), build_vote(1.0, share=0.3)), codes)
    assert model.ratios[1][0] == pytest.approx(0.0, abs=1e-6)
    assert model.ratios[0][0] < -0.1


def test_a_vote_that_repeats_another_is_not_counted_twice() -> None:
    _, codes = draw([(0.05, 0.5), (0.05, 0.5), (0.05, 0.5)])
    prior = build_prior(*(build_vote(2.0),) * 4)
    twice = fit_label_model(prior, np.column_stack([codes, codes[:, 0]]))
    assert twice.weights[0] + twice.weights[3] < 1.5
    assert twice.weights[1] > 0.9


def test_rare_votes_are_less_known_than_frequent_ones() -> None:
    _, codes = draw([(0.2, 0.6), (0.2, 0.6), (0.001, 0.003)])
    model = fit_label_model(build_prior(*(build_vote(1.0, share=0.2),) * 3), codes)
    spreads = model.spread(np.array([[1, 0, 0], [0, 0, 1]]))
    assert spreads[1] > spreads[0]


def test_weights_of_independent_votes_are_one() -> None:
    assert weigh_votes(np.eye(3), np.array([0.5, 1.0, 2.0])).tolist() == [1.0, 1.0, 1.0]


def test_a_weight_is_never_negative() -> None:
    correlations = np.array([[1.0, 0.9], [0.9, 1.0]])
    assert weigh_votes(correlations, np.array([1.0, 0.1])).tolist() == [1.0, 0.0]


def test_correlations_are_of_what_is_left_within_classes() -> None:
    random = np.random.default_rng(1)
    truth = random.random(20_000) < 0.5
    said = truth[:, None] * 3.0 + random.normal(size=(20_000, 2))
    within = correlate_within(said, np.stack([~truth, truth]).astype(float))
    assert abs(within[0, 1]) < 0.05
    assert np.corrcoef(said.T)[0, 1] > 0.5
