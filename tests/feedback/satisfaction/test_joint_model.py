"""The joint model: its gradient is the derivative of what it minimises, and it finds what made the data."""

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.satisfaction import WORLDS, learn_shipped, simulate
from feedback.satisfaction.joint_model import ANSWERED, SILENT, VOLUNTEERED, Likelihood, Sample
from feedback.satisfaction.model import Satisfaction, build_sample, fit_satisfaction

STEP = 1e-6

Fitted = tuple[npt.NDArray[np.bool_], Sample, Satisfaction]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    truth, table = simulate(WORLDS[0], np.random.default_rng(2))
    satisfaction = fit_satisfaction(table, learn_shipped())
    sample = build_sample(table, satisfaction.score(table).sum(axis=1), satisfaction.scales)
    return truth, sample, satisfaction


@pytest.mark.parametrize("is_explicit", [True, False])
def test_the_gradient_is_the_derivative(fitted: Fitted, is_explicit: bool) -> None:
    _, sample, satisfaction = fitted
    likelihood = Likelihood(sample, satisfaction.ratios, is_explicit=is_explicit)
    at = likelihood.start() + 0.1 * np.random.default_rng(0).normal(size=likelihood.layout.size)
    _, gradient = likelihood.measure(at)
    steps = np.eye(len(at)) * STEP
    slopes = [(likelihood.measure(at + step)[0] - likelihood.measure(at - step)[0]) / (2 * STEP) for step in steps]
    assert np.allclose(gradient, slopes, rtol=1e-3, atol=1e-2)


def test_it_ends_where_nothing_is_better(fitted: Fitted) -> None:
    _, sample, satisfaction = fitted
    likelihood = Likelihood(sample, satisfaction.ratios, is_explicit=True)
    best = likelihood.measure(satisfaction.joint.parameters)[0]
    random = np.random.default_rng(1)
    for _ in range(10):
        beside = satisfaction.joint.parameters + 0.05 * random.normal(size=likelihood.layout.size)
        assert likelihood.measure(beside)[0] > best


def test_it_finds_that_the_dissatisfied_speak_up_more(fitted: Fitted) -> None:
    _, _, satisfaction = fitted
    *_, volunteering, _, thumbs, _ = satisfaction.joint.layout.split(satisfaction.joint.parameters)
    assert volunteering[1] == pytest.approx(WORLDS[0].selection, abs=0.5)
    assert thumbs[1] > 2
    assert thumbs[2] > 0 > thumbs[3]


def test_who_was_asked_and_who_was_not_are_told_apart(fitted: Fitted) -> None:
    _, sample, _ = fitted
    assert {SILENT, VOLUNTEERED, ANSWERED} == set(sample.spoke.tolist())
    assert sample.asked[sample.spoke == ANSWERED].all()
