"""When to ask: where it is in doubt, never as a reward, with a known probability, and the same when asked again."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.asking import (
    LOW_CONFIDENCE,
    Moment,
    Outlook,
    Reason,
    Rules,
    Situation,
    draw,
    find_chance,
    find_doubt,
    name_decision,
)
from feedback.estimating import estimate_known
from feedback.outlooks import read_outlook
from feedback.satisfaction import Verdict, fit_satisfaction, tabulate
from feedback.satisfaction.defaults import load_defaults
from feedback.satisfaction.facts import Facts, Observation
from feedback.satisfaction.votes import WORD_KINDS
from feedback.satisfaction_fits import Fitted, load_shipped
from feedback.satisfaction_records import Estimate, Known

SECRET = b"secret"
RULES = Rules()
KINDS = sorted({*WORD_KINDS, *(vote.name.split()[0] for vote in load_defaults().prior.votes[1:])})
TURNS = 4


def observe(kind: str, polarity: int = -1, score: float = 1.0, turn: int = TURNS - 1, label: str = "") -> Observation:
    return Observation(kind, polarity, score, score >= 0.5, turn, label)


def make_known(*heard: Observation, verdicts: Sequence[Verdict] = ()) -> Known:
    return Known([Facts("c", observations=heard, turns=TURNS)], verdicts)


@cache
def fit_perverse() -> Fitted:
    """A project whose users thumb down what they praised and copied: a model that has learnt that praise is bad."""
    praised = (observe("praise", 1), observe("copy", 1), observe("accept", 1))
    facts = [Facts(str(each), observations=praised if each % 2 else (), turns=TURNS) for each in range(200)]
    verdicts = [Verdict(str(each), each % 2 == 1, turn_index=1) for each in range(200)]
    satisfaction = fit_satisfaction(tabulate(facts, verdicts, load_defaults()), load_defaults())
    return Fitted("perverse", satisfaction)


def estimate_one(fitted: Fitted, known: Known) -> Estimate:
    """The estimate of the one conversation, as the stage makes it."""
    return estimate_known(fitted, known)["c"]


def find_situation(known: Known, fitted: Fitted) -> Situation:
    return Situation(read_outlook(estimate_one(fitted, known)))


def observations(*polarities: int) -> st.SearchStrategy[Observation]:
    return st.builds(
        observe,
        st.sampled_from(KINDS),
        st.sampled_from(polarities),
        st.floats(0, 1),
        st.integers(0, TURNS - 1),
        st.sampled_from(["", "asked"]),
    )


SHARES = st.floats(0, 1)
FITS = st.sampled_from([load_shipped, fit_perverse]).map(lambda fit: fit())
HEARD = st.lists(observations(-1, 1), max_size=8)
SAID = st.lists(st.booleans().map(lambda is_bad: Verdict("c", is_bad, turn_index=1)), max_size=2)
OUTLOOKS = st.builds(Outlook, turns=st.integers(1, 9), high_unpraised=SHARES, is_model_unsure=st.booleans())
SITUATIONS = st.builds(Situation, OUTLOOKS, st.integers(0, 2), st.booleans())
RULES_OF_ALL = st.builds(Rules, st.booleans(), st.integers(1, 3), st.integers(1, 30), SHARES, SHARES, SHARES)


@settings(max_examples=60, deadline=None)
@given(FITS, HEARD, SAID, st.lists(observations(1), max_size=3), st.booleans(), RULES_OF_ALL)
def test_nothing_that_speaks_for_the_user_makes_asking_likelier(
    fitted: Fitted,
    heard: list[Observation],
    said: list[Verdict],
    good: list[Observation],
    is_thumbed: bool,
    rules: Rules,
) -> None:
    """Whatever a project's model has learnt to make of it, and however much wider the interval is with it."""
    thumbs = [*said, Verdict("c", False)] if is_thumbed else said
    before, after = make_known(*heard, verdicts=said), make_known(*heard, *good, verdicts=thumbs)
    chances = [find_chance(rules, find_situation(known, fitted)).propensity for known in (before, after)]
    assert chances[1] <= chances[0]


def test_a_model_that_takes_praise_for_displeasure_is_no_reason_to_ask_who_praises() -> None:
    silent, praised = make_known(), make_known(observe("praise", 1), observe("copy", 1), observe("accept", 1))
    estimates = [estimate_one(fit_perverse(), known) for known in (silent, praised)]
    assert estimates[1].probability.high > estimates[0].probability.high
    assert estimates[1].high_unpraised == estimates[0].high_unpraised


@given(SHARES, SHARES)
def test_a_higher_end_never_has_less_doubt(one: float, other: float) -> None:
    assert find_doubt(min(one, other)) <= find_doubt(max(one, other))


@given(SITUATIONS, RULES_OF_ALL)
def test_whoever_may_be_asked_is_with_at_least_the_random_share(situation: Situation, rules: Rules) -> None:
    chance = find_chance(rules, situation)
    assert 0 <= chance.propensity <= 1
    if rules.is_on and situation.asks_before < rules.most_asks:
        assert chance.propensity >= rules.random_share
    else:
        assert chance.propensity == 0


def test_a_failing_conversation_is_asked_more_often_than_one_that_was_not_heard_of() -> None:
    bad = find_situation(make_known(observe("complaint"), observe("clarification_request")), load_shipped())
    assert find_chance(RULES, bad).reason is Reason.UNCERTAIN
    assert find_chance(RULES, bad).propensity > 5 * find_chance(RULES, Situation()).propensity
    assert find_chance(RULES, Situation()).propensity == RULES.random_share


def test_an_unsure_model_is_a_reason_only_of_its_last_answer() -> None:
    last, before = (
        replace(find_situation(known, load_shipped()).outlook, high_unpraised=0.0)
        for known in (make_known(observe(LOW_CONFIDENCE, turn=turn)) for turn in (TURNS - 1, 0))
    )
    chance = find_chance(RULES, Situation(last))
    assert chance.reason is Reason.MODEL_UNSURE
    assert chance.propensity == pytest.approx(0.02 + 0.98 * 0.2)
    assert find_chance(RULES, Situation(before)).reason is Reason.CHANCE


def test_over_a_day_s_budget_the_random_share_is_left() -> None:
    bad = Situation(Outlook(high_unpraised=0.9), is_over_budget=True)
    chance = find_chance(RULES, bad)
    assert (chance.propensity, chance.reason) == (RULES.random_share, Reason.BUDGET)


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
