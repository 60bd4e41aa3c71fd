"""A group claims lift where its turns fail more than others, and not because its topic is popular."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from feedback.failure_modes.clustering import Floats, Numbers, normalise
from feedback.failure_modes.lift import correct_by_rate, correct_each, find_tail, measure_lifts

WIDTH = 32


def draw_topics(sizes: list[int], seed: int) -> tuple[Floats, Numbers]:
    random = np.random.default_rng(seed)
    topics = np.repeat(np.arange(len(sizes)), sizes)
    centres = normalise(np.random.default_rng(99).normal(size=(len(sizes), WIDTH)).astype(np.float32))
    noise = random.normal(size=(len(topics), WIDTH)).astype(np.float32) * 0.6 / np.sqrt(WIDTH)
    return normalise(centres[topics] + noise), topics


def list_rows(topics: Numbers) -> list[Numbers]:
    return [np.flatnonzero(topics == topic) for topic in range(int(topics.max()) + 1)]


@pytest.mark.parametrize("seed", range(5))
def test_a_topic_that_is_only_popular_claims_nothing(seed: int) -> None:
    failing, topics = draw_topics([120, 20, 20], seed)
    well, _ = draw_topics([1200, 200, 200], seed + 50)
    lifts = measure_lifts(list_rows(topics), failing, ["complaint"] * len(failing), well)
    assert [each.is_claimed for each in lifts] == [False] * 3


def test_a_topic_that_fails_more_claims_lift_with_its_interval() -> None:
    failing, topics = draw_topics([60, 20, 20], 1)
    well, _ = draw_topics([200, 400, 400], 2)
    first, *others = measure_lifts(list_rows(topics), failing, ["complaint"] * len(failing), well)
    assert first.is_claimed
    assert 1.5 < first.ratio.low < 6.0 < first.ratio.high  # odds of .3 against .05
    assert [each.is_claimed for each in others] == [False, False]


def test_failures_of_other_kinds_do_not_count() -> None:
    failing, topics = draw_topics([60, 20, 20], 1)
    well, _ = draw_topics([200, 400, 400], 2)
    kinds = ["refusal" if topic == 0 else "complaint" for topic in topics]
    lifts = measure_lifts(list_rows(topics), failing, kinds, well)
    assert max(each.failing for each in lifts[1:]) <= 10
    assert lifts[0].failing <= 30


def test_nothing_to_measure_gives_nothing() -> None:
    nothing = np.empty((0, WIDTH), np.float32)
    assert measure_lifts([], nothing, [], nothing) == []


def test_without_turns_that_went_well_nothing_is_claimed() -> None:
    failing, topics = draw_topics([60, 20, 20], 1)
    lifts = measure_lifts(list_rows(topics), failing, ["complaint"] * 100, failing[:0])
    assert not any(each.is_claimed for each in lifts)


def test_corrections_never_lower_a_value_and_keep_the_order() -> None:
    values = [0.2, 0.001, 0.04, 0.04, 1.0]
    for correct in (correct_by_rate, correct_each):
        corrected = correct(values)
        assert all(after >= before for before, after in zip(values, corrected, strict=True))
        assert np.argmin(corrected) == 1
        assert max(corrected) <= 1


def test_turns_that_are_not_here_count_by_those_that_stand_for_them() -> None:
    failing, topics = draw_topics([60, 400, 400], 1)
    well, _ = draw_topics([200, 400, 400], 2)
    rows = list_rows(topics)
    all_of_them = measure_lifts(rows, failing, ["complaint"] * len(failing), well)[0]
    kept = np.array([row for row, topic in enumerate(topics) if topic == 0 or row % 4 < 2])
    weights = np.where(topics[kept] == 0, 1.0, 2.0).astype(np.float32)
    few = measure_lifts(list_rows(topics[kept]), failing[kept], ["complaint"] * len(kept), well, weights)[0]
    bare = measure_lifts(list_rows(topics[kept]), failing[kept], ["complaint"] * len(kept), well)[0]
    assert abs(few.ratio.value / all_of_them.ratio.value - 1) < 0.1
    assert bare.ratio.value > 1.5 * all_of_them.ratio.value


def test_a_group_that_stands_for_more_proves_no_more_than_was_looked_at() -> None:
    failing, topics = draw_topics([60, 60], 1)
    well, _ = draw_topics([200, 400], 2)
    bare, heavy = (
        measure_lifts(list_rows(topics)[:1], failing, ["complaint"] * len(failing), well, weights)[0]
        for weights in (None, np.where(topics == 0, 100.0, 1.0).astype(np.float32))
    )
    assert heavy.failing == bare.failing


COUNTS = st.integers(0, 2_000)


@given(st.tuples(COUNTS, COUNTS), st.tuples(COUNTS, COUNTS))
def test_the_tail_is_that_of_fishers_exact_test(inside: tuple[int, int], outside: tuple[int, int]) -> None:
    expected = float(fisher_exact((inside, outside), alternative="greater")[1])
    assert find_tail(inside, outside) == pytest.approx(expected, abs=1e-9)
