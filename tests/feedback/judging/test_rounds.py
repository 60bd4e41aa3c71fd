"""The judge rates what chance and people chose, within its budget, and keeps what it said where it can be found."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from feedback.derivation import derive_signals
from feedback.judging import rounds
from feedback.judging.endpoint import Endpoint
from feedback.judging.figures import load_figures
from feedback.judging.rounds import Plan, judge_for_a_while, load_day
from feedback.models import JudgeDay
from feedback.records import load_signals
from feedback.tunings import set_detector
from tests.feedback.judging.conftest import Judge, complete
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

WRONG = (("Capital of Australia?", "Sydney."), ("canberra, surely", "Yes, Canberra."), ("thanks!", "Welcome."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_unreadable", {})


def plan(judge: Judge, share: float = 1.0, calls: int = 100) -> Plan:
    return Plan(Endpoint(judge.url, "small-model", SecretStr("")), share, calls)


def rate(shown: dict[str, str]) -> object:
    return complete("served" if "thanks" in shown["next_message"] else "failed", f"It says {shown['next_message']}.")


def test_each_answer_that_a_message_followed_is_rated_once(teller: Teller, judge: Judge) -> None:
    judge.reply = rate
    teller.tell("a", WRONG)
    assert judge_for_a_while(teller.store, plan(judge)) == 2
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    derive_signals(teller.store, [(teller.project.pk, "a")])
    told = [each for each in load_signals(teller.store, teller.project.pk, ["a"])["a"] if each.kind == "judgement"]
    assert [(each.turn_index, each.label, each.polarity, each.fired) for each in told] == [
        (0, "failed", -1, True),
        (1, "served", 1, True),
    ]
    assert told[0].evidence.reason == "small-model rates it failed: It says canberra, surely."
    today = load_day(teller.project.pk)
    assert (today.calls, today.input_tokens, today.output_tokens, today.problem) == (2, 1_400, 40, "")


def test_chance_chooses_about_its_share_and_people_the_rest(teller: Teller, judge: Judge) -> None:
    with teller.together():
        for number in range(120):
            teller.tell(f"c{number}", WRONG[:2])
        teller.tell("rated", WRONG[:2], feedback=[teller.thumb("rated", 0, "down")])
    count = judge_for_a_while(teller.store, plan(judge, share=0.1))
    assert 3 <= count <= 30
    assert judge_for_a_while(teller.store, plan(judge, share=0.0)) == 0
    derive_signals(teller.store, [(teller.project.pk, "rated")])
    assert load_figures(teller.store, teller.project.pk).with_people.both_bad == 1


def test_the_budget_of_a_day_holds(teller: Teller, judge: Judge) -> None:
    with teller.together():
        for number in range(9):
            teller.tell(f"c{number}", WRONG)
    assert judge_for_a_while(teller.store, plan(judge, calls=7)) == 7
    assert len(judge.asked) == 7
    assert judge_for_a_while(teller.store, plan(judge, calls=7)) == 0
    JudgeDay.objects.update(day=datetime.now(UTC).date() - timedelta(days=1))
    assert judge_for_a_while(teller.store, plan(judge, calls=7)) == 7


def test_what_cannot_be_read_is_not_asked_again_and_told(teller: Teller, judge: Judge) -> None:
    judge.reply = lambda _: complete("excellent")
    teller.tell("a", WRONG[:2])
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    today = load_day(teller.project.pk)
    assert (len(judge.asked), today.unreadable) == (1, 1)
    assert "excellent" in today.problem


def test_an_endpoint_that_fails_is_left_alone_for_a_while_and_nothing_is_lost(teller: Teller, judge: Judge) -> None:
    judge.status = 500
    teller.tell("a", WRONG)
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    today = load_day(teller.project.pk)
    assert (len(judge.asked), today.failures, today.problem) == (2, 1, "The endpoint answered 500.")
    judge.status = 200
    JudgeDay.objects.update(rests_until=datetime.now(UTC))
    assert judge_for_a_while(teller.store, plan(judge)) == 2
    assert load_day(teller.project.pk).problem == ""


def test_where_the_detector_is_off_nothing_is_sent(teller: Teller, judge: Judge) -> None:
    set_detector(teller.project.pk, "judgement", is_on=False, threshold=None)
    teller.tell("a", WRONG)
    assert judge_for_a_while(teller.store, plan(judge)) == 0
    assert judge.asked == []


def test_old_answers_are_not_judged(teller: Teller, judge: Judge) -> None:
    teller.tell("a", WRONG, age_hours=60)
    assert judge_for_a_while(teller.store, plan(judge)) == 0


def test_without_a_setting_nothing_runs(judge: Judge, settings: object) -> None:
    settings.JUDGE_URL = ""  # type: ignore[attr-defined]
    rounds.start_round()
    assert judge.asked == []
    assert rounds.read_plan() is None
