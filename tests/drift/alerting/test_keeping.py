"""Findings become alerts, their history and messages: once each, whatever happens in between."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction

from drift.alerting import alerts
from drift.alerting.finding import Finding
from drift.alerting.keeping import keep
from drift.alerting.rules import find_kind
from drift.delivering.targets import save_target
from drift.models import Alert, AlertChange, AlertRule, Delivery
from tracing.models import DEMO_PROJECT, Project

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THRESHOLD = find_kind("threshold")


def find(key: str = "threshold:all", **given: Any) -> Finding:
    values = {"title": "Errors above 5 %", "sentence": "It was 8 %.", "severity": "warning", "started_at": NOW - HOUR}
    return Finding(key, **(values | given))


OVER = find(is_over=True)


@pytest.fixture
def rule(project: Project) -> AlertRule:
    """One that tells a webhook."""
    target = save_target(project, "Pager", "webhook", {"url": "https://example.org/h", "secret": "s" * 40}, "anna")
    rule = AlertRule.objects.create(
        project=project, name="Errors", kind="threshold", metric="call_errors", value=0.05, created_at=NOW - HOUR
    )
    rule.targets.add(target)
    return rule


def list_told() -> list[tuple[str, str]]:
    """What left, the oldest first."""
    rows = Delivery.objects.order_by("created_at", "pk")
    return [(each.message["state"], each.message["title"]) for each in rows]


def list_history() -> list[str]:
    return list(AlertChange.objects.order_by("pk").values_list("what", flat=True))


FIRING, RESOLVED = ("firing", "Errors above 5 %"), ("resolved", "Errors above 5 %")


def test_an_alert_opens_once_and_resolves_by_itself(rule: AlertRule) -> None:
    for minute in range(3):
        keep(rule, THRESHOLD, [find(value=minute)], NOW + minute * MINUTE)
    alert = Alert.objects.get()
    assert (alert.number, alert.state, alert.value, alert.told_state) == (1, "open", 2.0, "open")
    keep(rule, THRESHOLD, [OVER], NOW + 8 * MINUTE)
    assert Alert.objects.get().state == "open"
    for _ in range(2):
        keep(rule, THRESHOLD, [OVER], NOW + 14 * MINUTE)
    alert = Alert.objects.get()
    assert (alert.state, alert.resolved_by, alert.resolved_at) == ("resolved", "", NOW + 14 * MINUTE)
    assert list_told() == [FIRING, RESOLVED]
    assert list_history() == ["opened", "resolved"]


def test_what_comes_back_within_the_cooldown_is_the_same_alert_and_waits(rule: AlertRule) -> None:
    keep(rule, THRESHOLD, [find()], NOW)
    keep(rule, THRESHOLD, [OVER], NOW + 10 * MINUTE)
    keep(rule, THRESHOLD, [find()], NOW + 20 * MINUTE)
    assert (Alert.objects.get().state, list_told()) == ("open", [FIRING, RESOLVED])
    keep(rule, THRESHOLD, [find()], NOW + 70 * MINUTE)
    assert (Alert.objects.count(), list_told()) == (1, [FIRING, RESOLVED, FIRING])
    keep(rule, THRESHOLD, [OVER], NOW + 90 * MINUTE)
    keep(rule, THRESHOLD, [find()], NOW + 200 * MINUTE)
    assert sorted(Alert.objects.values_list("number", "state")) == [(1, "resolved"), (2, "open")]


def test_findings_of_one_look_are_told_in_one_message(rule: AlertRule) -> None:
    found = [find(f"threshold:service:{name}", title=f"Errors ({name})") for name in ("a", "b", "<script>")]
    found.append(find("other:1", title="Another"))
    keep(rule, THRESHOLD, found, NOW)
    assert sorted(list_told()) == [("firing", "3 alerts of “Errors”"), ("firing", "Another")]
    [message] = [each.message for each in Delivery.objects.all() if "3 alerts" in each.message["title"]]
    assert message["evidence"] == ["1: Errors (a)", "2: Errors (b)", "3: Errors (<script>)"]
    assert Alert.objects.filter(state="open", told_state="open").count() == 4


def test_quiet_hours_keep_what_still_holds(rule: AlertRule) -> None:
    rule.quiet_from, rule.quiet_until = time(12), time(14)
    keep(rule, THRESHOLD, [find("threshold:a", title="A"), find("threshold:b", title="B")], NOW)
    ends = [find("threshold:a", title="A"), find("threshold:b", title="B", is_over=True)]
    keep(rule, THRESHOLD, ends, NOW + HOUR)
    assert list_told() == []
    keep(rule, THRESHOLD, [find("threshold:a", title="A")], NOW + 2 * HOUR)
    assert list_told() == [("firing", "A")]


def test_a_muted_rule_fills_the_inbox_alone(rule: AlertRule) -> None:
    rule.muted_until = NOW + HOUR
    keep(rule, THRESHOLD, [find()], NOW)
    assert (Alert.objects.get().state, list_told()) == ("open", [])
    keep(rule, THRESHOLD, [find()], NOW + HOUR)
    assert list_told() == [FIRING]


def test_who_is_added_later_hears_of_what_comes_later(rule: AlertRule) -> None:
    targets = list(rule.targets.all())
    rule.targets.clear()
    keep(rule, THRESHOLD, [find()], NOW)
    rule.targets.set(targets)
    keep(rule, THRESHOLD, [find()], NOW + MINUTE)
    keep(rule, THRESHOLD, [OVER], NOW + 20 * MINUTE)
    assert (Alert.objects.get().told_at, list_told()) == (None, [])


def test_what_only_happened_is_resolved_after_a_day_and_never_told_again(rule: AlertRule) -> None:
    once = find("model:1", lasts=False)
    for hours in (0, 1, 23, 24, 25):
        keep(rule, find_kind("change"), [once] if hours < 25 else [], NOW + hours * HOUR)
    assert (Alert.objects.get().state, list_told()) == ("resolved", [FIRING])


def keep_and_die(rule: AlertRule) -> None:
    with transaction.atomic():
        keep(rule, THRESHOLD, [find()], NOW)
        raise RuntimeError("killed")


def test_nothing_is_kept_of_a_look_that_was_cut_off(rule: AlertRule) -> None:
    with pytest.raises(RuntimeError):
        keep_and_die(rule)
    assert (Alert.objects.count(), AlertChange.objects.count(), Delivery.objects.count()) == (0, 0, 0)
    keep(rule, THRESHOLD, [find()], NOW)
    assert list_told() == [FIRING]


def test_the_demo_never_alerts(rule: AlertRule) -> None:
    rule.project.slug = DEMO_PROJECT
    assert keep(rule, THRESHOLD, [find()], NOW) == []
    assert Alert.objects.count() == 0


def test_what_is_told_beside_the_passes_is_told_once(rule: AlertRule) -> None:
    once = find("anger:c-1", lasts=False, conversation_id="c-1")
    assert [alert and alert.number for alert in (alerts.tell(once, rule, NOW), alerts.tell(once, rule, NOW))] == [
        1,
        None,
    ]
    assert list_told() == [FIRING]


@pytest.fixture
def alert(rule: AlertRule) -> Alert:
    keep(rule, THRESHOLD, [find()], NOW)
    return Alert.objects.get()


def test_what_a_person_resolved_does_not_open_again_while_it_holds(rule: AlertRule, alert: Alert) -> None:
    alerts.resolve(alert, "anna", NOW + MINUTE)
    assert (alert.state, alert.resolved_by, list_told()) == ("resolved", "anna", [FIRING, RESOLVED])
    for minute in range(2, 120, 6):
        keep(rule, THRESHOLD, [find()], NOW + minute * MINUTE)
    assert (Alert.objects.get().state, list_told()) == ("resolved", [FIRING, RESOLVED])
    keep(rule, THRESHOLD, [find()], NOW + 240 * MINUTE)
    assert Alert.objects.filter(state="open").count() == 1


def test_people_acknowledge_mute_and_note(rule: AlertRule, alert: Alert) -> None:
    alerts.acknowledge(alert, "anna", NOW)
    alerts.acknowledge(alert, "bob", NOW)
    alerts.mute(alert, NOW + HOUR, "anna", NOW)
    alerts.note(alert, " It was the cache. ", "bob", NOW)
    alerts.unmute(alert, "anna", NOW)
    assert (alert.acknowledged_by, alert.muted_until) == ("anna", None)
    assert [(each.what, each.who) for each in reversed(alerts.list_changes(alert))] == [
        ("opened", ""),
        ("acknowledged", "anna"),
        ("muted", "anna"),
        ("note", "bob"),
        ("unmuted", "anna"),
    ]
    project = rule.project
    assert [len(alerts.list_alerts(project, state)) for state in alerts.STATES] == [1, 1, 0, 1, 0]
    assert (alerts.count_open(project), alerts.find_alert(project, 1), alerts.find_alert(project, 2**40)) == (
        0,
        alert,
        None,
    )


def test_what_cannot_be_done_is_told_in_words(rule: AlertRule, alert: Alert) -> None:
    with pytest.raises(ValueError, match="to come"):
        alerts.mute(alert, NOW, "anna", NOW)
    with pytest.raises(ValueError, match="not muted"):
        alerts.unmute(alert, "anna", NOW)
    with pytest.raises(ValueError, match="Only drift"):
        alerts.accept(alert, "anna", NOW)
    with pytest.raises(ValueError, match="empty"):
        alerts.note(alert, "  ", "anna", NOW)
    alerts.resolve(alert, "anna", NOW)
    with pytest.raises(ValueError, match="resolved already"):
        alerts.acknowledge(alert, "anna", NOW)


def test_a_long_list_is_read_by_pages(rule: AlertRule) -> None:
    keep(rule, THRESHOLD, [replace(OVER, key=f"threshold:{each}", is_over=False) for each in range(5)], NOW)
    first = alerts.list_alerts(rule.project, limit=2)
    second = alerts.list_alerts(rule.project, limit=3, before=first[-1].number)
    assert [each.number for each in (*first, *second)] == [5, 4, 3, 2, 1]
