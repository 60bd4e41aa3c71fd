"""Rules on thresholds: figures of windows and groups, judged alike now and looking back."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.alerting.delays import LAG, forget_delays
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


def fill_signals(store: Store, project: Project, names: list[str], *, fired: bool) -> None:
    columns = {
        "project_id": [project.pk] * len(names),
        "conversation_id": names,
        "kind": ["refusal"] * len(names),
        "fired": [fired] * len(names),
        "time": [NOW - HOUR / 2] * len(names),
        "version": [1] * len(names),
    }
    store.insert("signals", columns)


def test_signals_count_that_stand(store: Store, project: Project) -> None:
    told = tell_many("c", 50, NOW - HOUR, NOW - 60 * SECOND)
    fill(store, project, told)
    fill_signals(store, project, [each.id for each in told[:10]], fired=True)
    fill_signals(store, project, [each.id for each in told[10:20]], fired=False)
    [finding] = threshold.find(store, make_rule(project, metric="signal_refusal", value=0.1), NOW)
    assert (finding.value, finding.is_over) == (pytest.approx(0.2, abs=0.01), False)
    assert finding.title == "Conversations with the signal “Refused” above 10 %"


def fill_some_calls(store: Store, project: Project, count: int, **given: object) -> None:
    """Calls of the last hour, each a second longer than the one before, every fifth of which failed."""
    times = [NOW - HOUR / 2 - each * SECOND for each in range(count)]
    columns = {
        "project_id": [project.pk] * count,
        "hour": [each.replace(minute=0, second=0) for each in times],
        "trace_id": [f"{each}" for each in range(count)],
        "start_time": times,
        "outcome": ["completed" if each % 5 else "error" for each in range(count)],
        "request_model": ["gpt-5" if each % 2 else "gpt-4" for each in range(count)],
        "duration_ns": [each * 10**9 for each in range(count)],
        "cost_usd": [0.5 if each < 10 else None for each in range(count)],
        "version": [1] * count,
    }
    store.insert("generations_by_time", columns | {name: [value] * count for name, value in given.items()})


@pytest.mark.parametrize(
    ("metric", "value"),
    [("calls", 100), ("call_errors", 0.2), ("latency_p50", 49_500), ("latency_p95", 94_000), ("cost_total", 5.0)],
)
def test_calls_are_counted(store: Store, project: Project, metric: str, value: float) -> None:
    fill_some_calls(store, project, 100)
    [finding] = threshold.find(store, make_rule(project, metric=metric, value=0), NOW)
    assert finding.value == pytest.approx(value, rel=0.02)


def test_calls_are_narrowed_by_what_is_asked_of_lists_of_calls(store: Store, project: Project) -> None:
    fill_some_calls(store, project, 100)
    [finding] = threshold.find(store, make_rule(project, metric="calls", value=0, filter="model:gpt-5"), NOW)
    assert finding.value == 50
    by_model = threshold.find(store, make_rule(project, metric="calls", value=0, group_by="model"), NOW)
    assert {each.segment["model"]: each.value for each in by_model} == {"gpt-4": 50, "gpt-5": 50}


def test_few_say_nothing(store: Store, project: Project) -> None:
    fill(store, project, tell_many("bad", 29, NOW - HOUR, NOW - 60 * SECOND, mode=0))
    assert threshold.find(store, make_rule(project), NOW) == []
    assert len(threshold.find(store, make_rule(project, least_count=20), NOW)) == 1


def test_what_went_silent_is_found(store: Store, project: Project) -> None:
    rule = make_rule(project, metric="conversations", comparison="below", value=5)
    [silent] = threshold.find(store, rule, NOW)
    assert (silent.value, silent.sentence) == (0, "In the last hour it was 0, below the 5 of the rule.")
    fill(store, project, tell_many("c", 40, NOW - 5 * HOUR, NOW - 3 * HOUR))
    by_service = make_rule(project, metric="conversations", comparison="below", value=5, group_by="service")
    assert [(each.segment, each.value) for each in threshold.find(store, by_service, NOW)] == [
        ({"service_name": "shop"}, 0)
    ]
    assert threshold.find(store, by_service, NOW + DAY) == []


def test_looking_back_tells_when_and_how_near(store: Store, project: Project) -> None:
    fill(store, project, tell_many("well", 1_000, NOW - 7 * DAY, NOW))
    for days in (5, 3):
        fill(store, project, tell_many(f"bad-{days}", 40, NOW - days * DAY, NOW - days * DAY + 2 * HOUR, mode=0))
    rule = make_rule(project, least_count=5)
    found = look_back(store, rule)
    assert found.words == "In the last 7 days this would have alerted 2 times."
    assert [round((NOW - each.start) / DAY) for each in found.alerts] == [3, 5]
    assert all(each.end and each.end - each.start < 5 * HOUR for each in found.alerts)
    firing = [point for point in found.points if point.is_firing]
    assert firing
    assert all((point.value or 0) > 0.3 and point.count >= 5 for point in firing)
    rule.value = 0.95
    assert look_back(store, rule).words.startswith(
        "In the last 7 days this would not have alerted. The highest value was "
    )
    rule.least_count = 1_000
    assert "no window had enough" in look_back(store, rule).words


def test_now_and_then_are_judged_alike(store: Store, project: Project) -> None:
    """A window of the preview has the figure that the rule saw at the time."""
    fill(store, project, tell_many("well", 300, NOW - 2 * DAY, NOW))
    fill(store, project, tell_many("bad", 60, NOW - DAY, NOW - DAY / 2, mode=0))
    rule = make_rule(project, least_count=1, value=0.0, window_minutes=240)
    for point in look_back(store, rule, 2).points[::7]:
        [finding] = threshold.find(store, rule, point.time + LAG)
        assert finding.value == pytest.approx(point.value)


def test_what_is_not_read_yet_is_no_silence(store: Store, project: Project) -> None:
    now = datetime.now(UTC)
    fill(store, project, tell_many("c", 60, now - 3 * HOUR, now - HOUR))
    rule = make_rule(project, metric="conversations", comparison="below", value=5)
    assert [each.is_over for each in threshold.find(store, rule, now)] == [False]
    waits = {"project_id": [project.pk], "TraceId": ["t"], "SpanId": ["s"], "ingested_at": [now - HOUR]}
    store.insert("otel_traces", waits)
    forget_delays()
    assert [each.is_over for each in threshold.find(store, rule, now)] == [True]
