"""Conversations are told as they are stored, heard by the real detectors, and handed over to a hook of this machine."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from drift.alerting.keeping import keep
from drift.alerting.rules import find_kind
from drift.delivering.queue import enqueue, run_deliveries
from drift.delivering.targets import save_target, switch_target
from drift.handing_over.deriving import LIVE, forget_hand_overs, hand_over, hand_over_changed
from drift.models import Alert, AlertRule, Delivery, HandOver
from feedback.detectors.verdict import Verdict
from feedback.records import Hearing, write_hearings
from tests.drift.channels.conftest import SECRET, Hook, hook
from tests.pages.conftest import Teller
from tracing.models import DEMO_PROJECT, Project
from tracing.store import Store

__all__ = ["hook"]

NOW = datetime.now(UTC)
SOON = 1 / 60
"""A minute ago, in hours."""
CALM = ("Where is my order?", "It was sent on Monday.")
ASKS = [CALM, ("I want to talk to a real person.", "I am sorry.")]
ANGRY = [CALM, ("Are you kidding me? What a stupid bot.", "I am sorry.")]


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> None:
    LIVE.forget()
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    settings.PUBLIC_URL = "https://tacit.example.com"


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


def make_rule(project: Project, hook: Hook, **fields: Any) -> AlertRule:
    target = save_target(
        project, f"Hook {AlertRule.objects.count()}", "webhook", {"url": hook.url, "secret": SECRET}, "anna"
    )
    usual = {"name": target.name, "kind": AlertRule.Kind.CONVERSATION, "created_at": NOW}
    rule: AlertRule = AlertRule.objects.create(project=project, **(usual | fields))
    rule.targets.add(target)
    return rule


def hear(teller: Teller, *names: str, machine: str = "") -> None:
    """Write down that these were listened to, as the stage `signals` does."""
    hearings = dict.fromkeys(names, Hearing("test", Verdict(machine, 1.0, "so it said")))
    write_hearings(teller.store, teller.project.pk, hearings, (), int(datetime.now(UTC).timestamp() * 1e6))


def talk(teller: Teller, name: str, turns: Sequence[tuple[str, str]], **fields: Any) -> None:
    teller.tell(name, turns, **({"age_hours": SOON} | fields))
    hear(teller, name)


def list_told(hook: Hook) -> list[dict[str, Any]]:
    run_deliveries(datetime.now(UTC))
    return [json.loads(body) for body in hook.bodies]


def test_who_asks_for_a_person_is_handed_over_once_and_without_a_word_of_theirs(teller: Teller, hook: Hook) -> None:
    rule = make_rule(teller.project, hook)
    talk(teller, "c-1", ASKS, user_id="u-4", service_name="shop", environment="production")
    talk(teller, "c-2", [CALM])
    assert hand_over_changed(teller.store) == 2
    [told] = list_told(hook)
    assert {name: told[name] for name in ("type", "reason", "conversation_id", "user_id", "turn_index")} == {
        "type": "hand_over",
        "reason": "asks_for_person",
        "conversation_id": "c-1",
        "user_id": "u-4",
        "turn_index": 1,
    }
    assert (told["service_name"], told["environment"]) == ("shop", "production")
    assert told["link"] == "https://tacit.example.com/p/default/conversations/c-1"
    assert abs(datetime.fromisoformat(told["time"]) - datetime.now(UTC)) < timedelta(minutes=2)
    assert "real person" not in json.dumps(told)
    assert [(each.conversation_id, each.reason) for each in rule.hand_overs.all()] == [("c-1", "asks_for_person")]

    talk(teller, "c-1", [*ASKS, ("Give me a human, please.", "I am sorry.")], user_id="u-4")
    LIVE.forget()
    hand_over_changed(teller.store)
    assert len(list_told(hook)) == 1


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        (ANGRY, "anger"),
        (
            [
                ("How do I reset the thermostat?", "Here is how to clean it."),
                ("How can I reset my thermostat?", "Here is how to clean it."),
                ("How to reset the thermostat please?", "Here is how to clean it."),
                ("What do I do to reset the thermostat?", "Here is how to clean it."),
            ],
            "third_rephrase",
        ),
        ([("Tell me my balance.", "I'm sorry, but I can't help with that.")] * 2, "repeated_refusal"),
        ([CALM, ("Thank you!", "You are welcome.")], None),
    ],
)
def test_each_reason_is_heard_in_real_words(
    teller: Teller, hook: Hook, turns: Sequence[tuple[str, str]], reason: str | None
) -> None:
    make_rule(teller.project, hook, choices=[reason] if reason else [])
    talk(teller, "c-1", turns, age_hours=5 / 60)
    hand_over_changed(teller.store)
    assert [told["reason"] for told in list_told(hook)] == ([reason] if reason else [])


def test_old_turns_machines_and_other_reasons_hand_nothing_over(teller: Teller, hook: Hook) -> None:
    make_rule(teller.project, hook, choices=["asks_for_person"])
    talk(teller, "old", ASKS, age_hours=1)
    talk(teller, "angry", ANGRY)
    teller.tell("test", ASKS, age_hours=SOON)
    hear(teller, "test", machine="evaluation")
    assert hand_over_changed(teller.store) == 3
    assert list_told(hook) == []
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("service:shop", ["c-shop"]),
        ("-service:shop", ["c-bank"]),
        ("monday", ["c-bank", "c-shop"]),
        ('"my order"', ["c-bank", "c-shop"]),
        ('"order my"', []),
        ("nonsense:nonsense", []),
    ],
)
def test_a_filter_says_which_conversations(teller: Teller, hook: Hook, text: str, names: list[str]) -> None:
    make_rule(teller.project, hook, filter=text)
    for service in ("shop", "bank"):
        talk(teller, f"c-{service}", ASKS, service_name=service)
    hand_over_changed(teller.store)
    assert sorted(told["conversation_id"] for told in list_told(hook)) == names


@pytest.mark.parametrize(
    "fields",
    [
        {"is_on": False},
        {"kind": AlertRule.Kind.THRESHOLD},
        {"muted_until": NOW + timedelta(days=1)},
        {"quiet_from": time(0), "quiet_until": time(23, 59, 59, 999999)},
    ],
)
def test_a_rule_that_is_off_muted_or_quiet_hands_nothing_over(
    teller: Teller, hook: Hook, fields: dict[str, Any]
) -> None:
    make_rule(teller.project, hook, **fields)
    talk(teller, "c-1", ASKS)
    hand_over_changed(teller.store)
    assert list_told(hook) == []
    assert not HandOver.objects.exists()


def test_every_rule_hands_over_for_itself(teller: Teller, hook: Hook) -> None:
    for choices in (["anger"], ["asks_for_person"], []):
        make_rule(teller.project, hook, choices=choices)
    talk(teller, "c-1", ASKS)
    hand_over_changed(teller.store)
    assert len(list_told(hook)) == 2


def test_the_demo_and_other_projects_are_not_told(teller: Teller, hook: Hook) -> None:
    make_rule(teller.project, hook)
    other = Project.objects.create(slug="other", name="Other")
    talk(Teller(other, teller.store), "c-1", ASKS)
    hand_over_changed(teller.store)
    assert list_told(hook) == []
    Project.objects.filter(pk=teller.project.pk).update(slug=DEMO_PROJECT)
    talk(teller, "c-1", ASKS)
    hand_over_changed(teller.store)
    assert list_told(hook) == []


def test_what_was_cut_off_before_it_was_done_is_done_again_and_told_once(
    teller: Teller, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = make_rule(teller.project, hook)
    talk(teller, "c-1", ASKS)

    def die(*_given: Any, **_named: Any) -> None:
        raise SystemExit

    monkeypatch.setattr("drift.handing_over.deriving.enqueue", die)
    with pytest.raises(SystemExit):
        hand_over_changed(teller.store)
    assert not HandOver.objects.exists()
    assert not Alert.objects.exists()
    monkeypatch.setattr("drift.handing_over.deriving.enqueue", enqueue)
    LIVE.forget()
    hand_over_changed(teller.store)
    LIVE.forget()
    teller.store.execute("TRUNCATE TABLE watermarks")
    hand_over_changed(teller.store)
    assert len(list_told(hook)) == 1
    assert rule.hand_overs.count() == 1


def test_the_inbox_has_a_hand_over_for_a_day_and_nobody_is_told_twice(teller: Teller, hook: Hook) -> None:
    rule = make_rule(teller.project, hook)
    talk(teller, "c-1", ASKS, user_id="u-4")
    hand_over_changed(teller.store)
    alert = Alert.objects.get()
    assert (alert.conversation_id, alert.state, alert.lasts) == ("c-1", Alert.State.OPEN, False)
    assert alert.title == "A conversation needs a person: the user asks for a person"
    assert Delivery.objects.get().alert == alert
    kind = find_kind(rule.kind)
    keep(rule, kind, kind.find(teller.store, rule, NOW) or (), datetime.now(UTC))
    assert len(list_told(hook)) == 1
    keep(rule, kind, (), datetime.now(UTC) + timedelta(days=1))
    alert.refresh_from_db()
    assert (alert.state, len(list_told(hook))) == (Alert.State.RESOLVED, 1)


def test_hand_overs_of_long_ago_are_forgotten(teller: Teller, hook: Hook) -> None:
    rule = make_rule(teller.project, hook)
    for days in (89, 91):
        HandOver.objects.create(rule=rule, conversation_id=f"{days}", reason="anger", at=NOW - timedelta(days=days))
    assert forget_hand_overs(NOW) == 1
    assert [each.conversation_id for each in rule.hand_overs.all()] == ["89"]


def test_two_processes_hand_over_once(teller: Teller, hook: Hook) -> None:
    rule = make_rule(teller.project, hook)
    talk(teller, "c-1", ASKS)
    HandOver.objects.create(rule=rule, conversation_id="c-1", reason="anger", at=NOW)  # the other was quicker
    hand_over(teller.store, [(teller.project.pk, "c-1")], NOW)
    assert not Delivery.objects.exists()


def test_hostile_ids_are_only_text(teller: Teller, hook: Hook) -> None:
    make_rule(teller.project, hook)
    name = "<!channel>\u202e\x00'; DROP TABLE " + "x" * 900
    talk(teller, name, ASKS, user_id="<script>")
    hand_over_changed(teller.store)
    [told] = list_told(hook)
    assert (told["user_id"], told["link"]) == ("<script>", "")
    assert "DROP TABLE xxx" in told["conversation_id"]
    assert len(HandOver.objects.get().conversation_id) == 500


def test_the_stage_is_behind_until_it_has_looked(teller: Teller, hook: Hook) -> None:
    assert LIVE.measure_lag(teller.store) == 0
    talk(teller, "c-1", ASKS)
    assert LIVE.measure_lag(teller.store) > 0
    hand_over_changed(teller.store)
    assert LIVE.measure_lag(teller.store) == 0


def test_a_target_that_is_off_hears_nothing_but_the_others_do(teller: Teller, hook: Hook) -> None:
    rule = make_rule(teller.project, hook)
    off = save_target(teller.project, "Off", "webhook", {"url": hook.url, "secret": SECRET}, "anna")
    rule.targets.add(off)
    switch_target(off, is_on=False)
    talk(teller, "c-1", ASKS)
    hand_over_changed(teller.store)
    assert len(list_told(hook)) == 1
