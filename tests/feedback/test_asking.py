"""When to ask: where it is in doubt, never as a reward, with a known probability, and the same when asked again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.asking import (
    LOW_CONFIDENCE,
    Moment,
    Reason,
    Rules,
    Situation,
    draw,
    estimate_dissatisfaction,
    find_chance,
    find_doubt,
    name_decision,
)
from feedback.satisfaction.defaults import load_defaults
from feedback.satisfaction.facts import Observation
from feedback.satisfaction.intervals import Interval
from feedback.satisfaction.votes import WORD_KINDS

SECRET = b"secret"
RULES = Rules()
KINDS = sorted({*WORD_KINDS, *(vote.name.split()[0] for vote in load_defaults().prior.votes[1:])})
TURNS = 4


def observe(kind: str, polarity: int = -1, score: float = 1.0, turn: int = TURNS - 1, label: str = "") -> Observation:
    return Observation(kind, polarity, score, score >= 0.5, turn, label)


def observations(*polarities: int) -> st.SearchStrategy[Observation]:
    return st.builds(
        observe,
        st.sampled_from(KINDS),
        st.sampled_from(polarities),
        st.floats(0, 1),
        st.integers(0, TURNS - 1),
        st.sampled_from(["", "asked"]),
    )


HEARD = st.lists(observations(-1, 1), max_size=8).map(tuple)
SITUATIONS = st.builds(Situation, HEARD, st.just(TURNS), st.integers(0, 2), st.booleans())
SHARES = st.floats(0, 1)
RULES_OF_ALL = st.builds(Rules, st.booleans(), st.integers(1, 3), st.integers(1, 30), SHARES, SHARES, SHARES)


@given(SITUATIONS, observations(1), RULES_OF_ALL)
def test_nothing_that_speaks_for_the_user_makes_asking_likelier(
    situation: Situation, good: Observation, rules: Rules
) -> None:
    better = replace(situation, observations=(*situation.observations, good))
    assert find_chance(rules, better).propensity <= find_chance(rules, situation).propensity


@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(0, 3))
def test_a_better_estimate_never_has_more_doubt(one: float, other: float, error: float) -> None:
    def make(log_odds: float) -> Interval:
        ends = [1 / (1 + 2.718281828**-each) for each in (log_odds, log_odds - error, log_odds + error)]
        return Interval(*ends)

    assert find_doubt(make(min(one, other))) <= find_doubt(make(max(one, other)))


@given(SHARES, SHARES)
def test_a_wider_interval_never_has_less_doubt(one: float, other: float) -> None:
    doubts = [find_doubt(Interval(0.1, 0.0, 0.1 + 0.9 * width)) for width in sorted((one, other))]
    assert doubts == sorted(doubts)


@given(SITUATIONS, RULES_OF_ALL)
def test_whoever_may_be_asked_is_with_at_least_the_random_share(situation: Situation, rules: Rules) -> None:
    chance = find_chance(rules, situation)
    assert 0 <= chance.propensity <= 1
    if rules.is_on and situation.asks_before < rules.most_asks:
        assert chance.propensity >= rules.random_share
    else:
        assert chance.propensity == 0


def test_a_failing_conversation_is_asked_more_often_than_a_silent_one() -> None:
    bad = Situation((observe("complaint"), observe("clarification_request")), TURNS)
    assert find_chance(RULES, bad).reason is Reason.UNCERTAIN
    assert find_chance(RULES, bad).propensity > 5 * find_chance(RULES, Situation(turns=TURNS)).propensity
    assert find_chance(RULES, Situation(turns=TURNS)).propensity == RULES.random_share


def test_an_unsure_model_is_a_reason_only_of_its_last_answer() -> None:
    last, before = (Situation((observe(LOW_CONFIDENCE, turn=turn),), TURNS) for turn in (TURNS - 1, 0))
    assert find_chance(RULES, last).reason is Reason.MODEL_UNSURE
    assert find_chance(RULES, last).propensity == pytest.approx(0.02 + 0.98 * 0.2)
    assert find_chance(RULES, before).propensity < find_chance(RULES, last).propensity


def test_over_a_day_s_budget_the_random_share_is_left() -> None:
    bad = Situation((observe("complaint"), observe("clarification_request")), TURNS, is_over_budget=True)
    chance = find_chance(RULES, bad)
    assert (chance.propensity, chance.reason) == (RULES.random_share, Reason.BUDGET)


@given(HEARD)
def test_an_estimate_lies_in_its_interval(heard: tuple[Observation, ...]) -> None:
    estimate = estimate_dissatisfaction(heard, TURNS)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_draws_are_even_and_the_same_again() -> None:
    ids = [name_decision(SECRET, 1, Moment(user_id=f"u{number}"), "turn 1") for number in range(4_000)]
    draws = [draw(SECRET, each) for each in ids]
    assert draws == [draw(SECRET, each) for each in ids]
    for share in (0.02, 0.2, 0.5):
        asked = sum(each < share for each in draws)
        assert abs(asked - 4_000 * share) < 5 * (4_000 * share * (1 - share)) ** 0.5


@pytest.mark.parametrize(
    "other",
    [
        (b"other", 1, Moment(user_id="u", conversation_id="c"), "turn 1"),
        (SECRET, 2, Moment(user_id="u", conversation_id="c"), "turn 1"),
        (SECRET, 1, Moment(user_id="v", conversation_id="c"), "turn 1"),
        (SECRET, 1, Moment(user_id="u", conversation_id="d"), "turn 1"),
        (SECRET, 1, Moment(user_id="u", conversation_id="c"), "turn 2"),
        (SECRET, 1, Moment(user_id="uc", conversation_id=""), "turn 1"),
    ],
)
def test_another_moment_is_another_decision(other: tuple[bytes, int, Moment, str]) -> None:
    assert name_decision(SECRET, 1, Moment(user_id="u", conversation_id="c"), "turn 1") != name_decision(*other)
