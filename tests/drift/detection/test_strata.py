"""Lengths given the topic: other topics are no change, longer answers are."""

import numpy as np

from drift.detection.series import Floats, standardise
from drift.detection.strata import Strata, take_out_topics
from drift.detectors import BY_NAME

DAYS = 80


def draw(share: Floats, longer: Floats) -> Strata:
    """Answers on the second topic are twice as long; `share` of them by day."""
    dice = np.random.default_rng(1)
    counts = np.stack([(1 - share) * 400, share * 400]).round()
    sums = counts * (np.array([[3.0], [6.0]]) + longer) + dice.normal(size=counts.shape) * np.sqrt(counts)
    return Strata(BY_NAME["output_length"], counts, sums, sums**2 / np.maximum(counts, 1) + counts)


def score(strata: Strata) -> Floats:
    days = np.arange(DAYS)
    return standardise([take_out_topics(strata)], days % 7, np.ones(DAYS, dtype=np.bool_)).scores[0]


def test_other_topics_do_not_make_answers_longer() -> None:
    share = np.where(np.arange(DAYS) < 60, 0.2, 0.5)
    assert np.abs(score(draw(share, np.zeros(DAYS)))).max() < 4
    whole = draw(share, np.zeros(DAYS))
    pooled = Strata(
        whole.metric, *(values.sum(axis=0, keepdims=True) for values in (whole.counts, whole.sums, whole.squares))
    )
    assert score(pooled)[60:62].min() > 5


def test_longer_answers_on_the_same_topics_are_seen() -> None:
    longer = np.where(np.arange(DAYS) < 60, 0.0, 0.4)
    assert score(draw(np.full(DAYS, 0.2), longer))[60:62].min() > 4


def test_a_topic_never_seen_before_is_taken_to_be_like_all() -> None:
    share = np.where(np.arange(DAYS) < 60, 0.0, 0.02)
    found = take_out_topics(draw(share, np.zeros(DAYS)))
    assert np.isfinite(found.sums).all()
    assert (found.squares >= 0).all()


def test_nothing_stays_nothing() -> None:
    empty = np.full((2, DAYS), np.nan)
    found = take_out_topics(Strata(BY_NAME["output_length"], empty, empty, empty))
    assert not found.counts.any()
    assert (score(Strata(BY_NAME["output_length"], empty, empty, empty)) == 0).all()
