"""From what is stored to the hook that hears of it: a rule looks, its alert is told, and so is its end."""

import json
from datetime import UTC, datetime, timedelta

from pytest_django import Settings

from drift.alerting import passes
from drift.alerting.rule_records import read_form, save_rule
from drift.delivering.queue import run_deliveries
from drift.delivering.targets import save_target
from tests.drift.channels.conftest import SECRET, Hook, hook
from tests.feedback.failures.filling import HOUR, fill, tell_many
from tracing.models import Project
from tracing.store import Store

__all__ = ["hook"]

FORM = {"name": "Unhappy", "kind": "threshold", "metric": "dissatisfied", "value": "0.3", "severity": "critical"}


def test_a_hook_hears_of_an_alert_and_of_its_end(
    store: Store, project: Project, hook: Hook, settings: Settings
) -> None:
    settings.WEBHOOK_NETWORKS, settings.PUBLIC_URL = "127.0.0.0/8", "https://tacit.example.com"
    now = datetime.now(UTC) - 3 * HOUR
    target = save_target(project, "Hook", "webhook", {"url": hook.url, "secret": SECRET}, "anna")
    save_rule(project, read_form(FORM | {"targets": [f"{target.pk}"]}, project), "anna")
    fill(store, project, tell_many("bad", 40, now - HOUR, now - timedelta(minutes=2), mode=0))
    for minutes in (0, 1, 120, 130):
        if minutes == 120:
            fill(store, project, tell_many("well", 400, now, now + 3 * HOUR))
        passes.forget_rests()
        passes.look_at_all(store, now + timedelta(minutes=minutes))
        run_deliveries(datetime.now(UTC))
    told = [json.loads(body) for body in hook.bodies]
    assert [(each["state"], each["severity"], each["title"]) for each in told] == [
        ("firing", "critical", "Estimated share of dissatisfied users above 30 %"),
        ("resolved", "critical", "Estimated share of dissatisfied users above 30 %"),
    ]
    assert {each["link"] for each in told} == {"https://tacit.example.com/p/default/alerts/1"}
    assert len({each["key"] for each in told}) == 1
