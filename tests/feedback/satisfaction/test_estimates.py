"""P(dissatisfied) of conversations: what moves it, how sure it is, and why."""

import numpy as np
import pytest
from scipy.special import logit

from feedback.satisfaction import (
    Estimates,
    Facts,
    Observation,
    Satisfaction,
    Verdict,
    estimate_conversations,
    fit_satisfaction,
    load_defaults,
    tabulate,
)
from feedback.satisfaction.estimates import NOT_SEEN, SAID, USUAL
from feedback.satisfaction.model import REVIEW_ACCURACY

COMPLAINT = Observation("complaint", -1, 0.9, True, 2)
ANGER = Observation("sentiment", -1, 0.9, True, 2)
PRAISE = Observation("praise", 1, 0.95, True, 2)
TONE = Observation("sentiment", 1, 0.9, True, 2)
ERROR = Observation("error", -1, 1.0, True, 2)


def tell(name: str, *observations: Observation, user: str = "") -> Facts:
    return Facts(name, user, observations, turns=3, answer_characters=300.0)


def build_project() -> list[Facts]:
    kinds = [(COMPLAINT,), (PRAISE, TONE), (ERROR,), (), (), (), (COMPLAINT, ERROR), (PRAISE,)]
    return [tell(f"c{row}", *kinds[row % len(kinds)], user=f"u{row % 90}") for row in range(400)]


def is_against(facts: Facts) -> bool:
    return bool({COMPLAINT, ERROR}.intersection(facts.observations))


@pytest.fixture(scope="module")
def project() -> Satisfaction:
    return fit_satisfaction(tabulate(build_project(), [], load_defaults()))


def estimate(project: Satisfaction, *facts: Facts, verdicts: list[Verdict] | None = None) -> Estimates:
    return estimate_conversations(project, tabulate(facts, verdicts or [], load_defaults()))


def test_a_complaint_raises_it_and_praise_lowers_it(project: Satisfaction) -> None:
    against, nothing, favour = estimate(
        project, tell("a", COMPLAINT), tell("b"), tell("c", PRAISE, TONE)
    ).probabilities.tolist()
    assert against > nothing > favour


def test_it_lies_in_its_interval(project: Satisfaction) -> None:
    found = estimate(project, *build_project())
    assert (found.lows < found.probabilities).all()
    assert (found.probabilities < found.highs).all()


def test_the_reasons_add_up_to_the_probability(project: Satisfaction) -> None:
    found = estimate(project, tell("a", COMPLAINT, ANGER, ERROR))
    reasons = found.explain(0)
    assert list(reasons)[-3:] == [USUAL, NOT_SEEN, SAID]
    assert {"words", "error -"} <= set(reasons)
    assert sum(reasons.values()) == pytest.approx(logit(found.probabilities[0]))


def test_what_is_hardly_known_is_less_sure(project: Satisfaction) -> None:
    assumed = Observation("false_success", -1, 1.0, True, 2)
    found = estimate(project, tell("a", COMPLAINT), tell("b", assumed))
    reach = logit(found.highs) - logit(found.lows)
    assert reach[1] > reach[0] * 0.8


def test_a_thumb_counts_beside_the_signals() -> None:
    facts = build_project()
    verdicts = [Verdict(each.conversation_id, is_against(each), turn_index=1) for each in facts[::5]]
    project = fit_satisfaction(tabulate(facts, verdicts, load_defaults()))
    down, up = Verdict("a", True, turn_index=1), Verdict("b", False, turn_index=1)
    found = estimate(project, tell("a"), tell("b"), tell("c"), verdicts=[down, up])
    assert found.probabilities[0] > found.probabilities[2] > found.probabilities[1]
    assert found.said[0] > 1


def test_a_label_of_a_reviewer_outweighs_a_signal() -> None:
    facts = build_project()
    reviews = [Verdict(each.conversation_id, ERROR in each.observations, "review") for each in facts[::5]]
    project = fit_satisfaction(tabulate(facts, reviews, load_defaults()))
    found = estimate(project, tell("a", PRAISE), verdicts=[Verdict("a", True, "review")])
    assert found.said[0] > 2


def test_a_label_counts_also_before_anything_was_learnt_from_what_was_said(project: Satisfaction) -> None:
    review = Verdict("a", True, "review")
    before, after = (estimate(project, tell("a"), verdicts=given) for given in ([], [review]))
    assert (before.said[0], after.said[0]) == (0.0, pytest.approx(logit(REVIEW_ACCURACY)))
    assert logit(after.probabilities[0]) - logit(before.probabilities[0]) == pytest.approx(logit(REVIEW_ACCURACY))
    assert estimate(project, tell("a"), verdicts=[Verdict("a", True)]).said[0] == 0


def test_reviews_move_what_a_signal_says_in_this_project() -> None:
    facts = build_project()
    reviews = [Verdict(each.conversation_id, False, "review") for each in facts if each.observations == (ERROR,)]
    before = fit_satisfaction(tabulate(facts, [], load_defaults()))
    after = fit_satisfaction(tabulate(facts, reviews, load_defaults()))
    fresh = tell("new", ERROR)
    assert estimate(after, fresh).probabilities[0] < estimate(before, fresh).probabilities[0] - 0.05


def test_a_project_of_one_conversation_is_told_with_a_wide_interval() -> None:
    facts = [tell("only", COMPLAINT)]
    project = fit_satisfaction(tabulate(facts, [], load_defaults()))
    found = estimate(project, *facts)
    assert found.highs[0] - found.lows[0] > 0.3


def test_a_project_without_conversations_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="no conversation to learn from"):
        fit_satisfaction(tabulate([], [], load_defaults()))


def test_a_verdict_on_what_is_not_known_is_left_out(project: Satisfaction) -> None:
    assert np.array_equal(
        estimate(project, tell("a"), verdicts=[Verdict("elsewhere", True)]).probabilities,
        estimate(project, tell("a")).probabilities,
    )
