"""A threshold that follows what people say: it aims at .8, needs many verdicts, and leaves well alone."""

import numpy as np
import pytest

from feedback.thresholds import AIM, LEAST_JUDGED, Judged, Scored, Suggestion, suggest_threshold, to_logit, to_share

SHIPPED = 0.75
RUNS = 30


def draw_world(seed: int, level: float, verdicts: int) -> tuple[list[Judged], list[Scored]]:
    """Signals of an app in which the odds of being right are those of the score, bent by `level` logits; people judge
    some of those that they are shown (.4 and more)."""
    random = np.random.default_rng(seed)
    scores = random.beta(0.4, 1.2, size=4_000).round(3)
    values, counts = np.unique(scores, return_counts=True)
    shown = random.choice(scores[scores >= 0.4], size=verdicts, replace=False)
    right = random.random(verdicts) < to_share(level + to_logit(shown))
    judged = [
        Judged(float(score), int(is_right), int(not is_right)) for score, is_right in zip(shown, right, strict=True)
    ]
    return judged, [Scored(float(score), int(count)) for score, count in zip(values, counts, strict=True)]


def find_truth(scored: list[Scored], level: float, threshold: float) -> float:
    scores = np.array([each.score for each in scored if each.score >= threshold])
    weights = np.array([each.signals for each in scored if each.score >= threshold])
    return float(np.average(to_share(level + to_logit(scores)), weights=weights))


def suggest(level: float, verdicts: int) -> list[tuple[Suggestion | None, float]]:
    """What is suggested in some runs, and what is truly right of all that would fire then."""
    found = []
    for seed in range(RUNS):
        judged, scored = draw_world(seed, level, verdicts)
        suggestion = suggest_threshold(judged, scored, SHIPPED, SHIPPED)
        threshold = SHIPPED if suggestion is None or suggestion.threshold is None else suggestion.threshold
        found.append((suggestion, find_truth(scored, level, threshold)))
    return found


@pytest.mark.parametrize(("level", "moved"), [(-2.0, RUNS), (-1.0, 25)])
def test_where_too_much_is_wrong_it_rises_until_four_of_five_are_right(level: float, moved: int) -> None:
    found = suggest(level, 400)
    given = [each for each, _ in found if each]
    assert len(given) >= moved
    assert all(each.threshold and each.threshold > SHIPPED and each.fired < each.fired_now for each in given)
    truths = [truth for _, truth in found]
    assert abs(float(np.median(truths)) - AIM) < 0.05
    assert sum(truth >= AIM - 0.1 for truth in truths) >= 0.9 * RUNS


def test_where_nearly_all_is_right_it_falls_and_keeps_four_of_five_right() -> None:
    found = suggest(1.0, 400)
    assert all(
        each and each.threshold and each.threshold < SHIPPED and each.fired > each.fired_now for each, _ in found
    )
    assert sum(truth >= AIM for _, truth in found) >= 0.9 * RUNS


@pytest.mark.parametrize("verdicts", [20, 100, 400])
def test_where_the_shipped_threshold_is_right_it_is_mostly_left_alone(verdicts: int) -> None:
    found = suggest(-0.45, verdicts)
    assert sum(suggestion is not None for suggestion, _ in found) <= 0.2 * RUNS
    assert all(truth >= AIM - 0.06 for _, truth in found)


def test_a_handful_moves_nothing_and_a_few_move_it_less_than_many() -> None:
    assert all(suggestion is None for suggestion, _ in suggest(-2.0, LEAST_JUDGED - 1))
    few, many = ([each.threshold for each, _ in suggest(-2.0, count) if each and each.threshold] for count in (20, 400))
    assert float(np.median(few)) < float(np.median(many))


def test_nothing_is_suggested_where_nobody_looked() -> None:
    judged = [Judged(0.9, 60, 0)]
    scored = [Scored(step / 100, 10) for step in range(1, 100)]
    suggestion = suggest_threshold(judged, scored, SHIPPED, SHIPPED)
    assert suggestion is None or (suggestion.threshold or 1) >= 0.9


def test_where_even_the_surest_are_wrong_it_says_that_no_threshold_would_do() -> None:
    scored = [Scored(step / 100, 10) for step in range(1, 100)]
    suggestion = suggest_threshold([Judged(0.98, 0, 200), Judged(0.8, 0, 200)], scored, SHIPPED, SHIPPED)
    assert suggestion is not None
    assert (suggestion.threshold, suggestion.precision, suggestion.fired) == (None, None, 0)
    assert suggestion.precision_now < 0.3


def test_it_needs_signals_to_say_anything_of() -> None:
    assert suggest_threshold([Judged(0.9, 0, 100)], [], SHIPPED, SHIPPED) is None
