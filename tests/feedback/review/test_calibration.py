"""Whether reviews made probabilities truer, told against simulated projects whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.satisfaction import World, learn_shipped, simulate
from feedback.review.calibration import (
    FEWEST,
    FOLDS,
    MOST_WEIGHT,
    Judgement,
    calibrate,
    leave_out,
    list_bins,
    lose,
    measure,
    measure_change,
    split,
    weigh,
)
from feedback.satisfaction import Table, fit_satisfaction
from feedback.satisfaction.table import Verdicts

SILENT = World(conversations=600, users=150, rate=0.9, dependence=1.5, is_explicit=False)
"""Nearly everybody is dissatisfied, and all votes hang together: without a word of anybody estimates are far off."""


def judge(truth: np.ndarray, chosen: np.ndarray, propensities: np.ndarray) -> list[Judgement]:
    return [Judgement(int(at), f"c-{at}", bool(truth[at]), float(propensities[at])) for at in chosen]


def review(table: Table, judgements: list[Judgement]) -> Table:
    """The table with what reviewers said of these beside what its users did."""
    count = len(judgements)
    said = Verdicts(
        conversations=np.array([each.place for each in judgements]),
        dissatisfied=np.array([each.is_dissatisfied for each in judgements]),
        asked=np.zeros(count, bool),
        reviewed=np.ones(count, bool),
        turn_indices=np.zeros(count),
        answer_characters=np.zeros(count),
    )
    names = ("conversations", "dissatisfied", "asked", "reviewed", "turn_indices", "answer_characters")
    joined = [np.concatenate([getattr(table.verdicts, name), getattr(said, name)]) for name in names]
    return replace(table, verdicts=Verdicts(*joined))


def test_reviews_of_a_project_unlike_others_make_its_probabilities_truer() -> None:
    random = np.random.default_rng(1)
    truth, table = simulate(SILENT, random)
    propensities = np.where(random.random(len(truth)) < 0.5, 0.5, 0.2)
    chosen = np.flatnonzero(random.random(len(truth)) < propensities)
    judgements = judge(truth, chosen, propensities)
    found = calibrate(review(table, judgements), judgements, fit_satisfaction(table, learn_shipped()))
    assert found
    assert found.is_better
    assert found.after.log_loss < found.before.log_loss
    assert found.after.brier < found.before.brier
    assert abs(found.after.mean - found.share) < abs(found.before.mean - found.share)
    assert found.after.error < 0.06 < found.before.error
    assert 100 < found.effective < found.conversations == len(chosen)


def test_probabilities_are_not_judged_on_what_they_learnt_from() -> None:
    """Words of chance make estimates worse wherever they were not said; of those who said them they look right."""
    random = np.random.default_rng(5)
    truth, table = simulate(replace(SILENT, rate=0.25), random)
    chosen = np.flatnonzero(random.random(len(truth)) < 0.2)
    said = random.random(len(truth)) < 0.5
    judgements = judge(said, chosen, np.full(len(truth), 0.2))
    found = calibrate(review(table, judgements), judgements, fit_satisfaction(table, learn_shipped()))
    assert found
    assert found.after.log_loss > 0.65  # what a coin toss costs is .69


def test_too_few_reviews_tell_nothing() -> None:
    truth, table = simulate(SILENT, np.random.default_rng(7))
    satisfaction = fit_satisfaction(table, learn_shipped())
    few = judge(truth, np.arange(FEWEST - 1), np.full(len(truth), 0.1))
    assert calibrate(review(table, few), few, satisfaction) is None


def test_the_same_reviews_in_another_order_give_the_same_figures() -> None:
    judgements = judge(np.arange(40) % 3 == 0, np.arange(40), np.full(40, 0.2))
    folds = dict(zip(judgements, split(judgements).tolist(), strict=True))
    turned = dict(zip(judgements[::-1], split(judgements[::-1]).tolist(), strict=True))
    assert folds == turned
    assert sorted(folds.values()) == sorted(np.arange(40) % FOLDS)


def test_leaving_out_keeps_what_users_said() -> None:
    truth, table = simulate(replace(SILENT, is_explicit=True), np.random.default_rng(9))
    reviewed = review(table, judge(truth, np.arange(10), np.full(len(truth), 0.2)))
    left = leave_out(reviewed, np.arange(4))
    assert left.verdicts.reviewed.sum() == 6
    assert left.verdicts.of_users.sum() == table.verdicts.of_users.sum() > 0
    assert set(left.verdicts.conversations[left.verdicts.reviewed].tolist()) == {4, 5, 6, 7, 8, 9}


def test_who_was_hardly_likely_to_be_chosen_counts_more_up_to_a_bound() -> None:
    judgements = [Judgement(at, str(at), False, chance) for at, chance in enumerate([0.5, 0.5, 0.25, 1e-9])]
    weights = weigh(judgements)
    assert weights.mean() == pytest.approx(1)
    assert weights[2] == pytest.approx(2 * weights[0])
    assert weights[3] == pytest.approx(MOST_WEIGHT * (weights[0] + weights[2]) / 2)


def test_figures_of_a_constructed_case() -> None:
    probabilities = np.array([0.1, 0.1, 0.9, 0.9])
    said = np.array([False, True, True, True])
    found = measure(probabilities, said, np.array([1.0, 1.0, 1.0, 3.0]))
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.01 + 3 * 0.01) / 6)
    assert found.log_loss == pytest.approx(-(5 * np.log(0.9) + np.log(0.1)) / 6)
    assert [(each.low, each.high, each.count, each.share) for each in found.bins] == [
        (0.0, 0.2, 2, 0.5),
        (0.8, 1.0, 2, 1.0),
    ]
    assert found.error == pytest.approx((2 * 0.4 + 4 * 0.1) / 6)
    assert found.mean == pytest.approx((0.2 + 3.6) / 6)


def test_bins_hold_everything_from_0_to_1() -> None:
    edges = np.array([1e-6, 0.2, 0.4, 0.6, 0.8, 1 - 1e-6])
    assert sum(each.count for each, _ in list_bins(edges, np.ones(6, bool), np.ones(6))) == 6


def test_a_change_that_could_be_chance_has_zero_in_its_interval() -> None:
    random = np.random.default_rng(10)
    noise = random.normal(0, 1, 400)
    assert measure_change(noise - noise.mean(), np.ones(400)).low < 0 < measure_change(noise, np.ones(400)).high + 1
    sure = measure_change(noise - 1, np.ones(400))
    assert sure.high < 0
    assert sure.low < sure.value < sure.high


def test_losses_are_those_of_what_was_said() -> None:
    assert lose(np.array([0.25, 0.25]), np.array([True, False])) == pytest.approx(-np.log([0.25, 0.75]))
