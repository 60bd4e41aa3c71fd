"""Evidence: rare without a change, soon there with one, and its start is the day of the change."""

import numpy as np
import pytest

from drift.detection.e_detector import MOST, STARTS, sum_families, weigh, weigh_evidence
from drift.detection.metrics import Family, Metric
from drift.detection.series import Floats, Residuals
from drift.detection.watch import find_bound
from drift.detectors import BY_NAME, METRICS

ONE = [BY_NAME["refusals"]]


def make_residuals(scores: Floats, shifts: Floats | None = None) -> Residuals:
    known = np.ones(scores.shape, dtype=np.bool_)
    return Residuals(scores, known, scores if shifts is None else shifts, scores, np.zeros_like(scores))


def count_alarms(metrics: list[Metric], bound: float, days: int, seed: int) -> int:
    """Alarms in so many days without a change; after each everything begins anew."""
    scores = np.random.default_rng(seed).normal(size=(len(metrics), days))
    alarms, begin = 0, 0
    for day in range(days):
        part = make_residuals(
            scores[:, begin : day + 1][:, -STARTS:], np.ones((len(metrics), min(day + 1 - begin, STARTS)))
        )
        if weigh_evidence(metrics, part, part.scores.shape[1] - 1).total >= bound:
            alarms, begin = alarms + 1, day + 1
    return alarms


@pytest.mark.parametrize("metrics", [ONE, list(METRICS[2:10])])
def test_false_alarms_are_no_more_than_one_in_c_days(metrics: list[Metric]) -> None:
    bound, days = 50.0, 5_000
    assert count_alarms(metrics, bound, days, 1) <= days / bound
    assert count_alarms(metrics, 5.0, 500, 1) > 0


def test_metrics_that_are_copies_of_each_other_raise_no_more_alarms() -> None:
    days, bound = 4_000, 50.0
    scores = np.repeat(np.random.default_rng(2).normal(size=(1, days)), 6, axis=0)
    metrics = [metric for metric in METRICS if metric.family is Family.OUTPUT]
    found = make_residuals(scores, np.ones_like(scores))
    high = [weigh_evidence(metrics, found, day).total >= bound for day in range(days)]
    assert np.diff(np.array(high).astype(int)).clip(0).sum() <= days / bound


@pytest.mark.parametrize("size", [1.0, 2.0, 4.0, -1.0, -4.0])
def test_a_lasting_shift_is_found_with_its_start(size: float) -> None:
    scores = np.random.default_rng(3).normal(0, 0.5, (1, 60))
    scores[:, 40:] += size
    evidence = weigh_evidence(ONE, make_residuals(scores), 59)
    assert evidence.total > 300
    assert abs(evidence.start - 40) <= 5


def test_a_gradual_change_is_found_before_it_is_complete() -> None:
    scores = np.random.default_rng(4).normal(size=(1, 60))
    scores[:, 40:54] += np.arange(1, 15) / 14 * 4
    scores[:, 54:] += 4
    days = [day for day in range(60) if weigh_evidence(ONE, make_residuals(scores), day).total > 365]
    assert 42 < days[0] < 53


@pytest.mark.parametrize("odd", [6.0, 50.0, -1e9])
def test_one_odd_day_is_no_change(odd: float) -> None:
    metrics = list(METRICS[7:16])
    for seed in range(5):
        scores = np.random.default_rng(seed).normal(0, 0.7, size=(len(metrics), 60))
        scores[0, 59] = odd
        evidence = weigh_evidence(metrics, make_residuals(scores, np.ones_like(scores)), 59)
        assert evidence.total < find_bound(1)
        scores[0, 59] = np.sign(odd) * MOST
        assert evidence.total == weigh_evidence(metrics, make_residuals(scores, np.ones_like(scores)), 59).total


def test_what_is_too_small_to_matter_is_no_evidence() -> None:
    scores = np.full((1, 60), 4.0)
    assert weigh_evidence(ONE, make_residuals(scores, np.full((1, 60), 0.009)), 59).total == 0
    assert weigh_evidence(ONE, make_residuals(scores, np.full((1, 60), 0.011)), 59).total > 1e6


def test_a_distance_only_grows() -> None:
    distance = [BY_NAME["question_distance"]]
    far, near = (make_residuals(np.full((1, 30), size), np.ones((1, 30))) for size in (3.0, -3.0))
    assert weigh_evidence(distance, far, 29).total > 1e6
    assert weigh_evidence(distance, near, 29).total < 30


def test_families_weigh_alike_and_parts_share_the_weight_of_their_name() -> None:
    topic, length, refusals, cut = (
        BY_NAME[name] for name in ("topic_share", "input_length", "refusals", "cut_answers")
    )
    weights = weigh([topic, topic, length, refusals, cut], np.array([True, True, True, True, False]))
    assert weights.tolist() == [0.125, 0.125, 0.25, 0.5, 0.0]


def test_the_family_that_moved_has_the_evidence() -> None:
    metrics = [BY_NAME["input_length"], BY_NAME["refusals"]]
    scores = np.random.default_rng(7).normal(size=(2, 60))
    scores[1, 50:] += 3
    shares = sum_families(metrics, weigh_evidence(metrics, make_residuals(scores), 59))
    assert shares[Family.OUTPUT] > 0.95
    assert sum(shares.values()) == pytest.approx(1)
