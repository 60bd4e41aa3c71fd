"""Cohen's kappa as scikit-learn has it, and nothing where there is too little to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from feedback.judging.agreement import FEWEST, Agreement

COUNT = st.integers(0, 60)


@given(COUNT, COUNT, COUNT, COUNT)
def test_kappa_is_that_of_scikit_learn(both: int, judge: int, others: int, neither: int) -> None:
    agreement = Agreement(both, judge, others, neither)
    said = [1] * both + [1] * judge + [0] * others + [0] * neither
    told = [1] * both + [0] * judge + [1] * others + [0] * neither
    if agreement.count < FEWEST or agreement.expected == 1:
        assert agreement.kappa is None
        assert agreement.interval is None
    else:
        assert agreement.kappa == pytest.approx(cohen_kappa_score(said, told))
        low, high = agreement.interval or (2.0, -2.0)
        assert -1 <= low <= agreement.kappa <= high <= 1


def test_more_answers_make_the_interval_narrower() -> None:
    few, many = Agreement(10, 3, 2, 15).interval, Agreement(100, 30, 20, 150).interval
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]
