"""Scores of days: standard without drift, the same in any unit, silent where nothing is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.detection.series import LEARNING, Floats, Residuals, Series, standardise
from drift.detectors import BY_NAME

DAYS = 200


def score(series: Series) -> Residuals:
    days = len(series.counts)
    return standardise([series], np.arange(days) % 7, np.ones(days, dtype=np.bool_))


def draw_mean(
    seed: int = 0, days: int = DAYS, mood: float = 0.1, weekend: float = 0.0, traffic: Floats | float = 500.0
) -> Series:
    dice = np.random.default_rng(seed)
    counts = dice.poisson(traffic, days).astype(np.float64)
    means = 3 + mood * dice.normal(size=days) + weekend * (np.arange(days) % 7 >= 5)
    sums = counts * means + dice.normal(size=days) * np.sqrt(counts)
    return Series(BY_NAME["input_length"], counts, sums, sums**2 / counts + counts - 1)


def draw_rate(seed: int = 0, rate: float = 0.02, days: int = DAYS) -> Series:
    dice = np.random.default_rng(seed)
    counts = dice.poisson(500, days).astype(np.float64)
    return Series(BY_NAME["refusals"], counts, dice.binomial(counts.astype(int), rate).astype(np.float64), counts)


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: draw_mean(seed, mood=0.0),
        lambda seed: draw_mean(seed, mood=0.1),
        lambda seed: draw_mean(seed, weekend=1.0),
        lambda seed: draw_mean(seed, traffic=np.where(np.arange(DAYS) % 7 >= 5, 50.0, 500.0)),
        draw_rate,
        lambda seed: draw_rate(seed, 0.4),
    ],
)
def test_scores_of_days_without_drift_are_standard(draw) -> None:  # noqa: ANN001
    scores = np.concatenate([(found := score(draw(seed))).scores[found.known] for seed in range(20)])
    assert len(scores) == 20 * (DAYS - LEARNING)
    assert abs(scores.mean()) < 0.06
    assert 0.85 < scores.std() < 1.06
    assert (np.abs(scores) > 3.3).mean() < 0.003


def test_the_first_three_weeks_are_learnt_from_alone() -> None:
    known = score(draw_mean()).known[0]
    assert not known[:LEARNING].any()
    assert known[LEARNING:].all()


def test_a_weekly_cycle_is_no_news_and_a_shift_is() -> None:
    quiet = score(draw_mean(weekend=2.0, mood=0.02))
    assert np.abs(quiet.scores).max() < 4.5
    series = draw_mean(weekend=2.0, mood=0.02)
    series.sums[100:] += 0.5 * series.counts[100:]
    moved = score(series)
    assert moved.scores[0, 100] > 5
    assert moved.shifts[0, 100] == pytest.approx(0.5, abs=0.15)


@given(scale=st.sampled_from([1e-6, 0.01, 3.0, 1e6]), away=st.sampled_from([0.0, -5.0, 100.0]))
def test_units_do_not_matter(scale: float, away: float) -> None:
    series = draw_mean(days=60)
    sums = scale * (series.sums + away * series.counts)
    squares = scale**2 * (series.squares + 2 * away * series.sums + away**2 * series.counts)
    moved = Series(series.metric, series.counts, sums, squares)
    assert score(moved).scores == pytest.approx(score(series).scores, abs=1e-4)
    assert score(moved).shifts == pytest.approx(score(series).shifts, abs=1e-4)


@given(
    counts=st.lists(st.sampled_from([0.0, 1.0, 4.0, 60.0, 1e9, float("nan"), float("inf")]), min_size=0, max_size=60),
    value=st.sampled_from([0.0, 1.0, -7.5, 1e-9, 1e9]),
)
def test_constants_gaps_and_nonsense_give_no_scores(counts: list[float], value: float) -> None:
    known = np.array(counts, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        series = Series(BY_NAME["input_length"], known, known * value, known * value**2)
    scores = score(series).scores
    assert np.isfinite(scores).all()
    assert np.abs(scores).max(initial=0.0) < 0.01


@given(told=st.lists(st.sampled_from([0.0, 500.0, -1.0, 1e12, float("nan")]), min_size=40, max_size=40))
def test_scores_are_finite_whatever_comes(told: list[float]) -> None:
    counts = np.full(40, 500.0)
    for name in ("refusals", "input_length", "question_distance"):
        found = score(Series(BY_NAME[name], counts, np.array(told), np.array(told) ** 2))
        assert np.isfinite(found.scores).all()
        assert np.isfinite(found.shifts).all()


def test_a_day_that_was_left_out_changes_nothing_after_it() -> None:
    series = draw_mean()
    ordinary = np.ones(DAYS, dtype=np.bool_)
    ordinary[50] = False
    before = standardise([series], np.arange(DAYS) % 7, ordinary)
    series.sums[50] *= 100
    after = standardise([series], np.arange(DAYS) % 7, ordinary)
    assert not after.known[0, 50]
    assert (before.scores == after.scores).all()


def test_a_day_is_judged_by_the_days_before_it_alone() -> None:
    series = draw_mean()
    before = score(series).scores[:, :150]
    series.sums[150:] *= 3
    assert (score(series).scores[:, :150] == before).all()


def test_a_new_baseline_knows_nothing_of_the_days_before() -> None:
    series = draw_mean()
    series.sums[:100] *= 2
    ordinary = np.ones(DAYS, dtype=np.bool_)
    found = standardise([series], np.arange(DAYS) % 7, ordinary, begin=100)
    assert not found.known[0, : 100 + LEARNING].any()
    assert np.abs(found.scores).max() < 4.5


def test_days_before_the_first_one_known_change_nothing() -> None:
    counts = np.full(60, 400.0)
    sums = counts * (4 + 0.05 * np.sin(np.arange(60) * 5.0))
    squares = sums**2 / counts + 2.0 * counts
    plain = standardise(
        [Series(BY_NAME["input_length"], counts, sums, squares)], np.arange(60) % 7, np.ones(60, dtype=np.bool_)
    )
    padded = [np.concatenate([np.zeros(7), one]) for one in (counts, sums, squares)]
    later = standardise(
        [Series(BY_NAME["input_length"], *padded)], np.arange(67) % 7, np.ones(67, dtype=np.bool_), begin=7
    )
    np.testing.assert_allclose(later.scores[:, 7:], plain.scores)
    np.testing.assert_allclose(later.expected[:, 7:], plain.expected)
