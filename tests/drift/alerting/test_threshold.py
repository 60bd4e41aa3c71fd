"""Rules on thresholds: figures of windows and groups, judged alike now and looking back."""

from datetime import timedelta

import pytest

from drift.alerting.metrics import GENERAL
from drift.alerting.rule_records import GROUP_BY
from drift.alerting.rules import threshold
from drift.models import AlertRule
from tests.feedback.failures.filling import DAY, HOUR, NOW, fill, tell_many
from tracing.models import Project
from tracing.store import Store

SECOND = timedelta(seconds=1)


def make_rule(project: Project, **given: object) -> AlertRule:
    """A threshold that is not saved."""
    values = {"name": "Rule", "kind": "threshold", "metric": "dissatisfied", "value": 0.3, "created_at": NOW - 90 * DAY}
    return AlertRule(project=project, **(values | given))


def look_back(store: Store, rule: AlertRule, days: int = 7) -> threshold.Preview:
    return threshold.look_back(store, rule, NOW - days * DAY, NOW)


@pytest.mark.parametrize("metric", [*(each.name for each in GENERAL), "refusals", "signal_refusal"])
@pytest.mark.parametrize("group_by", GROUP_BY)
def test_every_metric_is_counted_by_every_group(store: Store, project: Project, metric: str, group_by: str) -> None:
    rule = make_rule(project, metric=metric, group_by=group_by, filter="-model:x words", least_count=1)
    assert all(each.is_over for each in threshold.find(store, rule, NOW))


def test_a_share_is_told_with_its_group_and_interval(store: Store, project: Project) -> None:
    fill(store, project, tell_many("bad", 40, NOW - HOUR, NOW - 60 * SECOND, mode=0))
    fill(store, project, tell_many("well", 40, NOW - HOUR, NOW - 60 * SECOND))
    [finding] = threshold.find(store, make_rule(project, group_by="service"), NOW)
    assert (finding.is_over, finding.segment, finding.value) == (False, {"service_name": "shop"}, pytest.approx(0.5))
    assert finding.title == "Estimated share of dissatisfied users above 30 % (service shop)"
    assert "it was 50 % of" in finding.sentence
    assert "(90 %)" in finding.evidence[0]
