"""Rules on failure modes: new ones are told, and surges and regressions until they are over."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.alerting.keeping import keep
from drift.alerting.rules import failure_mode, find_kind
from drift.models import Alert, AlertRule
from feedback.models import FailureModeChange
from tests.feedback.failures.filling import make_mode
from tracing.models import Project
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def rule(project: Project) -> AlertRule:
    return AlertRule.objects.create(project=project, name="Modes", kind="failure_mode", created_at=NOW - HOUR)


def look(store: Store, rule: AlertRule, now: datetime) -> list[tuple[str, str]]:
    keep(rule, find_kind("failure_mode"), failure_mode.find(store, rule, now), now)
    return list(Alert.objects.order_by("number").values_list("title", "state"))


def test_a_surge_holds_until_the_mode_calms(store: Store, project: Project, rule: AlertRule) -> None:
    mode = make_mode(project, 3, name="Late <b>orders", surging_since=NOW)
    FailureModeChange.objects.create(mode=mode, at=NOW, what="surging")
    FailureModeChange.objects.create(mode=mode, at=NOW - 2 * HOUR, what="found")  # before the rule was made
    told = "Failure mode grows quickly: Late <b>orders"
    assert look(store, rule, NOW) == [(told, "open")]
    assert look(store, rule, NOW + 50 * HOUR) == [(told, "open")]
    mode.surging_since = None
    mode.save()
    assert look(store, rule, NOW + 51 * HOUR) == [(told, "resolved")]
    assert Alert.objects.get().failure_mode_number == 3


def test_what_happened_can_be_chosen(store: Store, project: Project, rule: AlertRule) -> None:
    mode = make_mode(project, 3, regressed_at=NOW)
    for what in ("found", "regressed", "note"):
        FailureModeChange.objects.create(mode=mode, at=NOW, what=what)
    assert len(failure_mode.find(store, rule, NOW)) == 2
    rule.choices = ["regressed"]
    assert [each.key.partition(":")[0] for each in failure_mode.find(store, rule, NOW)] == ["regressed"]
    assert failure_mode.look_back(store, rule, NOW - HOUR, NOW).words.endswith("have alerted once.")
