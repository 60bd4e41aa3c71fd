"""Log odds as SciPy works them out, without loading it."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from feedback import odds

LOG_ODDS = st.floats(-700, 700)


@given(LOG_ODDS)
def test_probabilities_are_those_of_scipy_to_the_last_digits(log_odds: float) -> None:
    assert float(odds.expit(log_odds)) == pytest.approx(float(scipy.special.expit(log_odds)), rel=1e-12, abs=0)
    assert float(odds.log_expit(log_odds)) == pytest.approx(float(scipy.special.log_expit(log_odds)), rel=1e-12, abs=0)


@given(st.floats(0, 1))
def test_log_odds_are_those_of_scipy(probability: float) -> None:
    assert float(odds.logit(probability)) == pytest.approx(
        float(scipy.special.logit(probability)), rel=1e-12, abs=1e-15
    )


def test_arrays_keep_their_shape() -> None:
    assert np.allclose(odds.logit(odds.expit([[-2.0, 0.0], [1.0, 3.0]])), [[-2.0, 0.0], [1.0, 3.0]])
