"""Rules on drift: alarms of parts of the traffic that fit, until they are over, and drift of a rule's own days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from drift.alerting import alerts
from drift.alerting.keeping import keep
from drift.alerting.rules import drift, find_kind
from drift.models import Alert, AlertRule, DriftAlarm
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOVE = {"name": "refusals", "part": "", "family": "output", "started": "2026-11-17", "share": 1.0, "shift": 0.02}


def add_alarm(project: Project, service: str = "shop", **given: Any) -> DriftAlarm:
    values = {
        "segment": {"service_name": service, "environment": "production", "prompt_version": None, "model": None},
        "segment_key": service,
        "day": date(2026, 11, 19),
        "started": date(2026, 11, 17),
        "score": 900.0,
        "bound": 91.0,
        "cause": "model",
        "causes": [{"cause": "model", "share": 0.9, "sentence": "The model changed behind its name.", "events": []}],
        "moves": [MOVE | {"before": 0.02, "after": 0.04}],
        "found_at": NOW,
    }
    return DriftAlarm.objects.create(project=project, **(values | given))


@pytest.fixture
def rule(project: Project) -> AlertRule:
    return AlertRule.objects.create(project=project, name="Drift", kind="drift", created_at=NOW - DAY)


def look(store: Store, rule: AlertRule, now: datetime = NOW) -> list[tuple[str, str]]:
    keep(rule, find_kind("drift"), drift.find(store, rule, now), now)
    return list(Alert.objects.order_by("number").values_list("title", "state"))


TITLE = "Drift in shop, in production: the model changed"


def test_an_alarm_is_an_alert_until_it_is_closed(store: Store, project: Project, rule: AlertRule) -> None:
    alarm = add_alarm(project)
    for days in range(3):
        assert [state for _, state in look(store, rule, NOW + 10 * days * DAY)] == ["open"]
    alert = Alert.objects.get()
    assert "Likeliest: The model changed behind its name." in alert.sentence
    assert alert.evidence == ["conversations with a refused answer: 0.02 before, 0.04 since"]
    assert (alert.alarm_id, alert.started_at) == (alarm.pk, datetime(2026, 11, 17, tzinfo=UTC))
    alarm.state = DriftAlarm.State.GONE
    alarm.save()
    assert [state for _, state in look(store, rule, NOW + 31 * DAY)] == ["resolved"]


def test_a_person_accepts_the_new_normal(store: Store, project: Project, rule: AlertRule) -> None:
    alarm = add_alarm(project)
    look(store, rule)
    alert = Alert.objects.get()
    alerts.accept(alert, "anna", NOW)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.closed_by, alert.state, alert.resolved_by) == ("accepted", "anna", "resolved", "anna")
    assert [each.what for each in alerts.list_changes(alert)] == ["resolved", "accepted", "opened"]
    with pytest.raises(ValueError, match="still watched"):
        alerts.accept(alert, "bob", NOW)


@pytest.mark.parametrize(("text", "count"), [("", 2), ("service:shop", 1), ("-service:shop", 1), ("model:gpt-5", 0)])
def test_alarms_are_of_parts_that_fit(store: Store, project: Project, rule: AlertRule, text: str, count: int) -> None:
    add_alarm(project)
    add_alarm(project, "blog")
    add_alarm(project, "old", day=date(2026, 10, 1), started=date(2026, 9, 29))
    rule.filter = text
    assert len(drift.find(store, rule, NOW)) == count
    assert len(drift.look_back(store, rule, NOW - 30 * DAY, NOW).alerts) == count


def fill_days(store: Store, project: Project, days: int, changed: int, count: int = 100) -> None:
    """So many days of conversations, of which a twentieth was refused, and since `changed` a half."""
    generator = np.random.default_rng(7)
    for number in range(days):
        start = NOW.replace(hour=1) - (days - number) * DAY
        names = [f"{number}-{each}" for each in range(count)]
        times = {"first_time": [start] * count, "last_time": [start] * count}
        store.insert(
            "conversations",
            {"project_id": [project.pk] * count, "conversation_id": names, "version": [1] * count, **times},
        )
        refused = generator.binomial(1, 0.5 if number >= changed else 0.05, count)
        store.insert(
            "observations",
            {
                "project_id": [project.pk] * count,
                "day": [start.date()] * count,
                "conversation_id": names,
                "time": [start] * count,
                "service_name": ["shop"] * count,
                "metrics": [["refusals"]] * count,
                "counts": [[1.0]] * count,
                "sums": [[float(each)] for each in refused],
                "squares": [[float(each)] for each in refused],
                "version": [1] * count,
            },
        )


def test_a_rule_watches_days_of_its_own(store: Store, project: Project, rule: AlertRule) -> None:
    rule.metric = "refusals"
    fill_days(store, project, 50, 46)
    assert look(store, rule) == [("Drift of conversations with a refused answer", "open")]
    alert = Alert.objects.get()
    assert alert.started_at == datetime(2026, 11, 16, tzinfo=UTC)
    assert look(store, rule, NOW + DAY) == [("Drift of conversations with a refused answer", "open")]
    [past] = drift.look_back(store, rule, NOW - 30 * DAY, NOW).alerts
    assert timedelta(0) < past.start - alert.started_at <= 3 * DAY
    assert look(store, rule, NOW + 18 * DAY) == [("Drift of conversations with a refused answer", "resolved")]
