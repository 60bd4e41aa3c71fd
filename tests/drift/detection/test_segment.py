"""Which days are compared: holidays are left out, little traffic is pooled to weeks."""

import numpy as np

from benchmarks.drift_worlds import Kindness, make_segment
from drift.detection.segment import HOLIDAYS, find_ordinary, list_series, list_weekdays, pool_small
from drift.detection.series import DAILY, WEEKLY

WEEKDAYS = np.arange(70) % 7


def test_a_day_with_far_less_traffic_than_its_weekday_is_a_holiday() -> None:
    conversations = np.where(WEEKDAYS >= 5, 50.0, 500.0)
    assert find_ordinary(conversations, WEEKDAYS).all()
    conversations[30] = 200.0
    assert np.flatnonzero(~find_ordinary(conversations, WEEKDAYS)).tolist() == [30]


def test_lasting_loss_of_traffic_is_no_holiday() -> None:
    conversations = np.where(np.arange(70) < 40, 500.0, 100.0)
    found = find_ordinary(conversations, WEEKDAYS)
    assert not found[40 : 40 + HOLIDAYS].any()
    assert found[40 + HOLIDAYS :].all()


def test_more_traffic_is_no_holiday() -> None:
    assert find_ordinary(np.where(np.arange(70) < 40, 100.0, 900.0), WEEKDAYS).all()


def test_whole_weeks_from_the_first_day_on_are_pooled() -> None:
    segment = make_segment(1, 30, Kindness(traffic=20.0))
    pooled, step = pool_small(segment)
    assert step is WEEKLY
    assert pooled.length == 4
    assert pooled.conversations[0] == segment.conversations[:7].sum()
    for small, large in zip(segment.series, pooled.series, strict=True):
        assert large.counts.sum() == small.counts[..., :28].sum()
    assert len(list_series(pooled, list_weekdays(pooled, step), np.ones(4, dtype=np.bool_), 0)) == len(segment.series)


def test_enough_traffic_is_judged_by_days() -> None:
    segment = make_segment(1, 30)
    assert pool_small(segment) == (segment, DAILY)
    assert list_weekdays(segment, DAILY)[0] == segment.first_weekday
