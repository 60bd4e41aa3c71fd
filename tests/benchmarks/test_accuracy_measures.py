"""Measures of detectors, on cases that can be counted by hand."""

import math

import numpy as np
import pytest

from benchmarks.accuracy.measures import (
    draw_again,
    estimate,
    find_best_f1,
    list_bins,
    measure_average_precision,
    measure_calibration_error,
    measure_macro_f1,
    measure_precision,
    measure_share,
    weigh,
)

TRUTH = np.array([True, True, False, False, False])
SCORES = np.array([0.9, 0.4, 0.8, 0.1, 0.0])


def test_weights_make_feedback_as_rare_as_in_use() -> None:
    weights = weigh(TRUTH)
    assert weights[TRUTH].sum() == pytest.approx(0.05)
    assert weights.sum() == pytest.approx(1)
    assert weigh(np.array([True, True])).tolist() == [0.5, 0.5]


def test_precision_falls_where_feedback_is_rare() -> None:
    fired = np.array([True, False, True, False, False])
    assert measure_precision(TRUTH, fired) == 0.5
    assert measure_precision(TRUTH, fired, weigh(TRUTH)) == pytest.approx(0.025 / (0.025 + 0.95 / 3))


def test_what_cannot_be_said_is_nan_and_has_no_estimate() -> None:
    nothing = np.zeros(5, bool)
    assert math.isnan(measure_precision(TRUTH, nothing))
    assert math.isnan(measure_share(nothing, nothing))
    assert math.isnan(measure_average_precision(nothing, SCORES))
    assert math.isnan(find_best_f1(nothing, SCORES, 0.04)[0])
    assert estimate(lambda _: math.nan, [], 5) is None


def test_average_precision_is_the_mean_over_what_is_true() -> None:
    assert measure_average_precision(TRUTH, SCORES) == pytest.approx((1 / 1 + 2 / 3) / 2)


@pytest.mark.parametrize(("most_alarms", "expected"), [(0.0, (2 / 3, 0.9)), (0.34, (0.8, 0.4)), (1.0, (0.8, 0.4))])
def test_the_best_f1_keeps_to_the_false_alarms(most_alarms: float, expected: tuple[float, float]) -> None:
    assert find_best_f1(TRUTH, SCORES, most_alarms) == pytest.approx(expected)


def test_scores_that_are_equal_are_not_told_apart() -> None:
    """A threshold has all of them or none: the order in which they came must not help."""
    assert find_best_f1(np.array([True, False]), np.array([0.5, 0.5]), 0.0) == (0.0, math.inf)


def test_bins_tell_how_often_a_score_was_right() -> None:
    first, *_, last = list_bins(np.array([False, True, True]), np.array([0.05, 0.95, 1.0]))
    assert (first.low, first.high, first.messages, first.share) == (0.0, 0.1, 1, 0.0)
    assert (last.messages, last.mean_score, last.share) == (2, 0.975, 1.0)
    assert measure_calibration_error((first, last)) == pytest.approx((0.05 + 2 * 0.025) / 3, abs=1e-4)


def test_a_macro_f1_counts_a_class_that_was_never_told() -> None:
    assert measure_macro_f1(["a", "b"], ["a", "a"], ["a", "b"]) == pytest.approx((2 / 3 + 0) / 2)


def test_conversations_are_drawn_whole() -> None:
    for places in draw_again(["x", "y", "x", "y"], draws=20):
        counts = np.bincount(places, minlength=4)
        assert counts[0] == counts[2]
        assert counts[1] == counts[3]
        assert counts.sum() == 4


def test_an_interval_holds_the_value_and_is_the_same_each_time() -> None:
    drawn = list(draw_again([str(number) for number in range(5)], draws=100))
    first, second = (estimate(lambda at: measure_share(TRUTH[at], np.ones(len(at), bool)), drawn, 5) for _ in range(2))
    assert first == second
    assert first is not None
    assert (first.value, first.low < 0.4 < first.high) == (0.4, True)
