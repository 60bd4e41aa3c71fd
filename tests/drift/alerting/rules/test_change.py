"""Rules on changes: what the ledger saw is told once, of the fields and parts that are chosen, and history is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drift.alerting.passes import look_at_all, look_at_changes
from drift.alerting.rules import change
from drift.models import Alert, AlertRule, LedgerEvent
from tracing.models import DEMO_PROJECT, Project
from tracing.store import Store
from tracing.times import to_ns

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def add_event(project: Project, field: str = "request_model", **given: Any) -> LedgerEvent:
    """Told a second ago, at a call of then."""
    values = {"service_name": "shop", "environment": "production", "kind": "new", "old": "gpt-4", "new": "gpt-5"}
    values |= {"time_ns": to_ns(NOW), "told_at": NOW, "trace_id": f"{LedgerEvent.objects.count()}"}
    return LedgerEvent.objects.create(project=project, field=field, **(values | given))


@pytest.fixture
def rule(project: Project) -> AlertRule:
    return AlertRule.objects.create(
        project=project, name="Changes", kind="change", created_at=NOW - DAY, severity="info"
    )


def test_a_change_is_an_alert_at_the_next_look_and_once(store: Store, project: Project, rule: AlertRule) -> None:
    assert look_at_changes(store, NOW) == 1
    event = add_event(project)
    assert [look_at_changes(store, NOW + MINUTE) for _ in range(3)] == [1, 0, 0]
    look_at_all(store, NOW + 2 * MINUTE)
    [alert] = Alert.objects.filter(rule=rule)
    assert (alert.title, alert.event_id) == ("Model of `shop` changed from `gpt-4` to `gpt-5`", event.pk)
    assert (alert.severity, alert.lasts, alert.key) == ("info", False, f"request_model:{event.pk}")


def test_changed_instructions_are_told_with_the_lines_that_differ(
    store: Store, project: Project, rule: AlertRule
) -> None:
    old = "You are kind.\nBe brief and polite.\nNever guess.\n" + "x" * 900
    add_event(project, "system_instructions", old=old, new=old.replace("brief", "verbose").replace("x", "y", 1))
    [finding] = change.find(store, rule, NOW)
    assert finding.title == "System instructions of `shop` changed in 2 places"
    assert finding.evidence[:2] == ("- Be brief and polite.", "+ Be verbose and polite.")
    assert [len(each) for each in finding.evidence[2:]] == [253, 253]


@pytest.mark.parametrize(
    ("choices", "text", "count"),
    [
        ([], "", 1),
        (["request_model"], "", 1),
        (["tools"], "", 0),
        ([], "service:shop", 1),
        ([], "service:blog", 0),
        ([], "-environment:production", 0),
    ],
)
def test_fields_and_parts_can_be_chosen(
    store: Store, project: Project, rule: AlertRule, choices: list[str], text: str, count: int
) -> None:
    rule.choices, rule.filter = choices, text
    add_event(project)
    assert len(change.find(store, rule, NOW)) == count
    assert len(change.look_back(store, rule, NOW - DAY, NOW + DAY).alerts) == count


def test_history_is_not_news(store: Store, project: Project, rule: AlertRule) -> None:
    add_event(project, time_ns=to_ns(NOW - 2 * DAY))  # of a log that was imported
    add_event(project, told_at=NOW - 2 * DAY, time_ns=to_ns(NOW - 2 * DAY))  # before the rule was made
    assert change.find(store, rule, NOW) == []


def test_what_was_missed_while_nothing_ran_is_told_later(store: Store, project: Project, rule: AlertRule) -> None:
    look_at_all(store, NOW - 5 * MINUTE * 60)
    add_event(project)
    look_at_all(store, NOW + 3 * DAY)
    assert Alert.objects.filter(rule=rule).count() == 0  # its rest is a matter of this process
    look_at_changes(store, NOW + 3 * DAY)
    assert Alert.objects.filter(rule=rule).count() == 1


def test_changes_of_the_demo_are_no_alerts(store: Store, project: Project) -> None:
    demo = Project.objects.create(slug=DEMO_PROJECT, name="Demo")
    AlertRule.objects.create(project=demo, name="Changes", kind="change", created_at=NOW - DAY)
    add_event(demo)
    look_at_all(store, NOW)
    look_at_changes(store, NOW)
    assert (Alert.objects.count(), AlertRule.objects.filter(project=demo, is_builtin=True).count()) == (0, 0)
