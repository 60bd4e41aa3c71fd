"""Rules on stages of Tacit: what is behind for long is told, and that nobody works, until it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from config.watching import Watch
from drift.alerting.keeping import keep
from drift.alerting.passes import forget_rests
from drift.alerting.rule_records import ensure_builtin_rules, list_rules
from drift.alerting.rules import find_kind, stage
from drift.delivering.queue import COURIER
from drift.delivering.targets import save_target
from drift.models import Alert, AlertRule, Delivery
from drift.pages.rules import tell_rule
from tracing.models import Project, StageMinute, WorkerPulse
from tracing.silence import SILENCE
from tracing.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rule(project: Project) -> AlertRule:
    return AlertRule.objects.create(
        project=project, name="Stages", kind="stage", value=5, window_minutes=10, created_at=NOW, severity="critical"
    )


def measure(name: str, *lags: float, start: datetime = NOW) -> datetime:
    """The lag of each minute; the last of them."""
    minutes = [start + number * MINUTE for number in range(len(lags))]
    rows = (StageMinute(stage=name, minute=at, lag_seconds=lag) for at, lag in zip(minutes, lags, strict=True))
    StageMinute.objects.bulk_create(rows)
    return minutes[-1]


def look(store: Store, rule: AlertRule, now: datetime) -> list[tuple[str, str]]:
    keep(rule, find_kind("stage"), stage.find(store, rule, now) or (), now)
    return list(Alert.objects.order_by("number").values_list("title", "state"))


def test_a_stage_that_is_behind_for_long_alerts_until_it_caught_up(store: Store, rule: AlertRule) -> None:
    behind = measure("signals", *[301.0] * 10)
    assert look(store, rule, behind) == []  # for nine minutes
    behind = measure("signals", 720.0, start=NOW + 10 * MINUTE)
    measure("reading", 299.0, start=behind)
    assert look(store, rule, behind) == [(stage.BEHIND, "open")]
    alert = Alert.objects.get()
    assert alert.sentence == "Listening: 12 min behind, and over 5 min since 12:00 UTC."
    assert (alert.value, alert.evidence, alert.severity) == (12.0, ["listening: 12 min behind"], "critical")
    assert look(store, rule, behind + 30 * MINUTE) == [(stage.BEHIND, "open")]  # nobody measured since
    done = measure("signals", 0.0, 0.0, 0.0, start=NOW + 11 * MINUTE)
    for minutes in range(3):
        states = look(store, rule, done + minutes * MINUTE)
    assert states == [(stage.BEHIND, "resolved")]


def test_a_rule_of_some_stages_looks_at_no_others(store: Store, rule: AlertRule) -> None:
    behind = measure("signals", *[900.0] * 12)
    WorkerPulse.objects.create(holder="dead:1", at=NOW - 60 * MINUTE)
    rule.choices = ["reading"]
    assert look(store, rule, behind) == []
    rule.choices = ["signals"]
    assert look(store, rule, behind) == [(stage.BEHIND, "open")]


def test_a_preview_walks_the_minutes_that_are_kept(store: Store, rule: AlertRule) -> None:
    measure("signals", *[0.0] * 5, *[400.0] * 15, *[0.0] * 5, *[400.0] * 12)
    found = stage.look_back(store, rule, NOW - 100 * MINUTE, NOW + 40 * MINUTE)
    spans = [(each.start, each.end) for each in found.alerts]
    assert spans == [(NOW + 35 * MINUTE, None), (NOW + 15 * MINUTE, NOW + 20 * MINUTE)]
    assert found.words.endswith("this would have alerted 2 times.")


def test_a_process_that_serves_tells_that_nobody_works(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker was stopped: the web process looks at the rules, and puts the message on its way."""
    monkeypatch.setattr(SILENCE, "work", None)
    monkeypatch.setattr(COURIER, "_is_at_work", False)  # not for the tests after this one
    sent: list[bool] = []
    monkeypatch.setattr(COURIER, "wake", lambda: sent.append(COURIER._is_at_work))
    ensure_builtin_rules(project)
    [rule] = [each for each in list_rules(project) if each.kind == "stage"]
    assert tell_rule(rule, find_kind("stage")) == "For 10 minutes more than 5 minutes behind: any stage of Tacit"
    rule.targets.add(
        save_target(
            project, "Ops", "webhook", {"url": "https://hooks.example/x", "secret": "whsec_" + 32 * "QUFB"}, "me"
        )
    )
    watch = Watch(works=False, serves=True)
    began = watch._began_at
    WorkerPulse.objects.create(holder="dead:1", at=began)
    for minutes in (0.5, 5, 11):
        forget_rests()
        watch.look(began + minutes * MINUTE)
        assert (SILENCE.work is not None) == (minutes > 1)
        assert Alert.objects.count() == (minutes > 10)
    alert = Alert.objects.get()
    assert (alert.title, alert.state, Delivery.objects.get().alert) == (stage.SILENT, "open", alert)
    assert set(sent) == {True}, "this process sends it itself"
    for minutes in (12, 13, 14):
        WorkerPulse.objects.update(at=began + minutes * MINUTE)
        forget_rests()
        watch.look(began + minutes * MINUTE)
    assert (Alert.objects.get().state, SILENCE.work) == ("resolved", None)
