"""Logistic regression: right where the truth is known, wider where rows scatter, and never without an answer."""

import numpy as np
import pytest
from scipy.special import expit

from feedback.regression import Estimate, fit_logistic


def make_rows(scatter: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    design = np.column_stack([np.ones(60), np.linspace(-1, 1, 60)])
    trials = np.full(60, 400.0)
    log_odds = design @ [-1.0, 0.5] + chance.normal(0, scatter, 60)
    return design, chance.binomial(400, expit(log_odds)).astype(float), trials


def test_it_finds_the_coefficients() -> None:
    fit = fit_logistic(*make_rows(0.0))
    assert fit.coefficients == pytest.approx([-1.0, 0.5], abs=0.06)
    assert fit.estimate([0, 1]).is_told
    assert fit.test_positive([0, 1]) < 0.001
    assert fit.test_positive([0, -1]) > 0.999


def test_rows_that_scatter_make_it_less_sure() -> None:
    sure, unsure = (fit_logistic(*make_rows(scatter)) for scatter in (0.0, 0.5))
    assert unsure.dispersion > 3 > sure.dispersion >= 1
    widths = [fit.estimate([0, 1]).high - fit.estimate([0, 1]).low for fit in (sure, unsure)]
    assert widths[1] > 1.5 * widths[0]


def test_outcomes_that_never_differ_give_no_infinity() -> None:
    design = np.column_stack([np.ones(10), np.arange(10.0)])
    for successes in (np.zeros(10), np.full(10, 5.0)):
        assert np.isfinite(fit_logistic(design, successes, np.full(10, 5.0)).coefficients).all()


def test_fewer_rows_than_coefficients_are_refused() -> None:
    with pytest.raises(ValueError, match="1 rows cannot tell 2 coefficients"):
        fit_logistic(np.ones((1, 2)), np.ones(1), np.ones(1))


def test_an_estimate_is_told_where_its_interval_leaves_out_nothing() -> None:
    assert Estimate(1, 0.1, 2).is_told
    assert Estimate(-1, -2, -0.1).is_told
    assert not Estimate(1, -0.1, 2).is_told
