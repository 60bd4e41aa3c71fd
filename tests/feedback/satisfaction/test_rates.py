"""Rates against known truth, on simulated projects whose thumbs are far off; and what is said where little is known."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.satisfaction import WORLDS, Figures, World, learn_shipped, run_world, simulate, summarise
from feedback.satisfaction.model import REVIEW_ACCURACY, fit_satisfaction
from feedback.satisfaction.rates import FEWEST_VERDICTS, Rates, count_thumbs, estimate_rates
from feedback.satisfaction.table import Table, Verdicts

BIASED, SILENT = WORLDS[0], WORLDS[1]


def estimate(world: World, seed: int = 1) -> tuple[float, Rates]:
    truth, table = simulate(world, np.random.default_rng(seed))
    return float(truth.mean()), estimate_rates(fit_satisfaction(table, learn_shipped()), table)


def check_corrected(figures: Figures, least: float, most: float) -> None:
    assert figures.thumbs - figures.truth > 0.2
    assert abs(figures.corrected_bias) < 0.03
    assert figures.corrected_error < 0.03
    assert least <= figures.corrected_holds <= most


def test_the_corrected_rate_finds_the_truth_where_thumbs_are_20_points_off() -> None:
    check_corrected(summarise(run_world(BIASED, 12)), 0.67, 1.0)


def test_without_a_single_thumb_the_implicit_interval_holds_the_truth() -> None:
    figures = summarise(run_world(SILENT, 10))
    assert figures.implicit_holds >= 0.7
    assert figures.width < 0.3


@pytest.mark.slow
def test_corrected_intervals_hold_the_truth_as_often_as_they_say() -> None:
    check_corrected(summarise(run_world(BIASED, 200)), 0.85, 0.95)


@pytest.mark.slow
def test_implicit_intervals_hold_the_truth_in_most_projects() -> None:
    assert summarise(run_world(SILENT, 200)).implicit_holds >= 0.8


def test_without_thumbs_there_is_no_corrected_rate_and_it_is_said_why() -> None:
    _, rates = estimate(SILENT)
    assert rates.thumbs is None
    assert rates.corrected is None
    assert rates.leaning is None
    assert rates.reason == "0 verdicts are too few to correct with; from 20 on there is a corrected rate"


def test_thumbs_make_the_interval_narrower() -> None:
    rates = [estimate(world)[1] for world in (SILENT, BIASED)]
    assert rates[1].corrected is not None
    assert rates[1].corrected.high - rates[1].corrected.low < rates[0].implicit.high - rates[0].implicit.low


def test_it_says_how_few_the_rate_leans_on() -> None:
    _, rates = estimate(BIASED)
    assert rates.leaning is not None
    assert rates.thumbs is not None
    assert FEWEST_VERDICTS < rates.leaning.effective <= rates.thumbs.thumbs
    assert 1 / rates.thumbs.thumbs <= rates.leaning.largest < 0.1
    assert f"worth {rates.leaning.effective:,.0f} of equal weight" in rates.reason


def test_weighted_thumbs_agree_with_the_corrected_rate() -> None:
    _, rates = estimate(BIASED)
    assert rates.leaning is not None
    assert rates.corrected is not None
    assert rates.leaning.rate == pytest.approx(rates.corrected.value, abs=0.03)


def build_thumbs(users: list[int], downs: list[bool]) -> Table:
    _, table = simulate(World(conversations=len(users), users=3), np.random.default_rng(0))
    count = len(users)
    none = np.zeros(count, bool)
    verdicts = Verdicts(np.arange(count), np.array(downs), none, none, np.zeros(count), np.zeros(count))
    return Table(table.votes, np.array(users), table.turns, table.answer_characters, none, np.zeros(count), verdicts)


def test_thumbs_of_different_users_count_each() -> None:
    thumbs = count_thumbs(build_thumbs(list(range(10)), [True] * 8 + [False] * 2))
    assert thumbs is not None
    assert (thumbs.thumbs, thumbs.users) == (10, 10)
    assert thumbs.effective == pytest.approx(9, abs=1)
    assert thumbs.share.value == pytest.approx(0.8)


def test_many_thumbs_of_one_user_are_hardly_more_than_one() -> None:
    thumbs = count_thumbs(build_thumbs([0] * 20 + [1] * 20, [True] * 20 + [False] * 20))
    assert thumbs is not None
    assert thumbs.effective < 4
    assert thumbs.share.high - thumbs.share.low > 0.5


def test_thumbs_that_all_agree_have_an_interval_still() -> None:
    thumbs = count_thumbs(build_thumbs([0, 1, 2], [False] * 3))
    assert thumbs is not None
    assert thumbs.share.value == 0
    assert thumbs.share.high > 0.3


def test_labels_of_reviewers_alone_give_a_corrected_rate_that_leans_on_no_user() -> None:
    random = np.random.default_rng(1)
    truth, table = simulate(SILENT, random)
    judged = np.arange(0, len(table), 30)
    said = truth[judged] ^ (random.random(len(judged)) > REVIEW_ACCURACY)
    none, zeros = np.zeros(len(judged), bool), np.zeros(len(judged))
    table = replace(table, verdicts=Verdicts(judged, said, none, ~none, zeros, zeros))
    rates = estimate_rates(fit_satisfaction(table, learn_shipped()), table)
    assert (rates.thumbs, rates.leaning) == (None, None)
    assert rates.reason == "from signals and 200 verdicts, all of them labels of reviewers"
    assert rates.corrected is not None
    assert rates.corrected.low < truth.mean() < rates.corrected.high
    assert rates.corrected.high - rates.corrected.low < rates.implicit.high - rates.implicit.low
