"""Rules are looked at when they are due, each by itself; where one cannot be, the others are."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.alerting import passes
from drift.models import Alert, AlertRule
from tests.feedback.failures.filling import HOUR, fill, tell_many
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make_rule(project: Project, name: str, **given: object) -> AlertRule:
    values = {"kind": "threshold", "metric": "dissatisfied", "value": 0.3, "created_at": NOW - HOUR}
    return AlertRule.objects.create(project=project, name=name, **(values | given))


def test_a_figure_out_of_bounds_is_an_alert_by_group(store: Store, project: Project) -> None:
    make_rule(project, "Unhappy", group_by="service")
    fill(store, project, tell_many("bad", 40, NOW - HOUR, NOW - 2 * MINUTE, mode=0))
    assert passes.look_at_all(store, NOW) == 5
    assert passes.look_at_all(store, NOW) == 0  # they rest
    [alert] = Alert.objects.all()
    assert (alert.key, alert.segment) == ("threshold:service:shop", {"service_name": "shop"})
    passes.forget_rests()
    fill(store, project, tell_many("well", 400, NOW, NOW + HOUR))
    passes.look_at_all(store, NOW + HOUR)
    assert Alert.objects.get().state == "resolved"


def test_one_rule_that_cannot_be_looked_at_holds_no_other(
    store: Store, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    make_rule(project, "Broken", filter="signal:")
    make_rule(project, "Few", metric="conversations", comparison="below", value=5)
    passes.look_at_all(store, NOW)
    assert [alert.title for alert in Alert.objects.all()] == ["Conversations below 5"]
    assert "cannot be looked at" in caplog.text


def test_a_rule_that_is_off_is_not_looked_at(store: Store, project: Project) -> None:
    make_rule(project, "Few", metric="conversations", comparison="below", value=5, is_on=False)
    passes.look_at_all(store, NOW)
    assert Alert.objects.count() == 0
