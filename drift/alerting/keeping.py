"""What a rule found becomes alerts, their history and messages on their way: all in one transaction, or nothing.

Done twice it changes nothing more: an alert is found again by its key, and what its targets know stands in its row.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from drift.alerting.finding import KEY_CHARACTERS, Finding
from drift.alerting.life import LATE, ONE_OFF, Manners, Quiet, Seen, Standing, Step, Telling, find_due, follow
from drift.alerting.messages import group_alerts, write_message
from drift.alerting.rules.kind import RuleKind
from drift.delivering.queue import enqueue
from drift.models import Alert, AlertChange, AlertRule
from tracing.models import DEMO_PROJECT, Project

What = AlertChange.What
LOOKS_OF_CALM = 1.5
"""An alert that recurs is over when two looks in a row saw nothing."""
LOOKS_OF_GAP = 3
TITLE_CHARACTERS = 300


def read_manners(rule: AlertRule, kind: RuleKind) -> Manners:
    pause = kind.choose_pause(rule)
    return Manners(
        cooldown=timedelta(minutes=rule.cooldown_minutes),
        calm=LOOKS_OF_CALM * pause if kind.recurs else timedelta(0),
        patience=max(3 * timedelta(minutes=rule.window_minutes), timedelta(days=1)) if kind.recurs else timedelta.max,
        gap=LOOKS_OF_GAP * pause,
        recurs=kind.recurs,
        muted_until=rule.muted_until,
        quiet=Quiet(rule.quiet_from, rule.quiet_until) if rule.quiet_from and rule.quiet_until else None,
    )


def read_standing(alert: Alert) -> Standing:
    return Standing(
        is_open=alert.state == Alert.State.OPEN,
        opened_at=alert.opened_at,
        last_at=alert.last_at,
        lasts=alert.lasts,
        resolved_at=alert.resolved_at,
        is_resolved_by_person=bool(alert.resolved_by),
        is_acknowledged=alert.acknowledged_at is not None,
        muted_until=alert.muted_until,
        told=Telling(alert.told_state),
        told_at=alert.told_at,
    )


def keep(rule: AlertRule, kind: RuleKind, findings: Sequence[Finding], now: datetime) -> list[Alert]:
    """Follow every alert of a rule by what it found now, and tell what is due; those that opened. The demo has none."""
    if rule.project.slug == DEMO_PROJECT or not (findings or has_standing(rule, now)):
        return []
    manners = read_manners(rule, kind)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=rule.project_id)
        known = load_latest(rule, findings, now)
        opened = [alert for each in findings if (alert := follow_finding(rule, each, known, manners, now))]
        found = {each.key for each in findings}
        for alert in list(known.values()):
            if alert.key not in found and alert.state == Alert.State.OPEN:
                take_step(alert, follow(Seen.UNKNOWN, read_standing(alert), manners, now), None, now)
        tell_due(rule, manners, now)
    return opened


def has_standing(rule: AlertRule, now: datetime) -> bool:
    """Whether anything could become of its alerts by itself."""
    is_told = Q(told_state=Telling.OPEN, resolved_at__gte=now - LATE)
    return Alert.objects.filter(Q(state=Alert.State.OPEN) | is_told, rule=rule).exists()


def load_latest(rule: AlertRule, findings: Iterable[Finding], now: datetime) -> dict[str, Alert]:
    """The latest alert of each key that was found, and every one that is open and may end by itself."""
    keys = {each.key for each in findings}
    may_end = Q(state=Alert.State.OPEN) & (Q(lasts=True) | Q(opened_at__lte=now - ONE_OFF))
    rows = Alert.objects.filter(Q(key__in=keys) | may_end, rule=rule)
    return {alert.key: alert for alert in rows.order_by("number")}


def follow_finding(
    rule: AlertRule, finding: Finding, known: dict[str, Alert], manners: Manners, now: datetime
) -> Alert | None:
    """One finding; the alert that opened, if one did."""
    if len(finding.key) > KEY_CHARACTERS:
        raise ValueError(f"The key of a finding has at most {KEY_CHARACTERS} characters, not {len(finding.key)}")
    alert = known.get(finding.key)
    seen = Seen.OVER if finding.is_over else Seen.HOLDS
    step = follow(seen, read_standing(alert) if alert else None, manners, now)
    if step is Step.OPEN:
        known[finding.key] = open_alert(rule, finding, now)
        return known[finding.key]
    if alert:
        take_step(alert, step, finding, now)
    return alert if step is Step.REOPEN else None


def open_alert(rule: AlertRule, finding: Finding, now: datetime) -> Alert:
    """A new one, with the next number of its project, which the caller has locked."""
    last = Alert.objects.filter(project_id=rule.project_id).aggregate(last=Max("number"))["last"] or 0
    alert = Alert(
        project_id=rule.project_id,
        number=last + 1,
        rule=rule,
        key=finding.key,
        opened_at=now,
        last_at=now,
        started_at=min(finding.started_at, now),
        lasts=finding.lasts,
        alarm_id=finding.alarm_id,
        event_id=finding.event_id,
        failure_mode_number=finding.failure_mode_number,
        conversation_id=finding.conversation_id,
    )
    describe(alert, finding)
    alert.save()
    note_change(alert, What.OPENED, now)
    return alert


def describe(alert: Alert, finding: Finding) -> None:
    """What it is about, as it is now."""
    alert.severity, alert.title = finding.severity, finding.title[:TITLE_CHARACTERS]
    alert.sentence, alert.evidence = finding.sentence, list(finding.evidence)
    alert.segment, alert.value = dict(finding.segment), finding.value


def take_step(alert: Alert, step: Step, finding: Finding | None, now: datetime) -> None:
    if step is Step.RESOLVE:
        close(alert, now)
    if step in (Step.HOLD, Step.REOPEN) and finding:
        describe(alert, finding)
        alert.last_at = now
        if step is Step.REOPEN:
            alert.state = Alert.State.OPEN
            note_change(alert, What.REOPENED, now)
        alert.save()


def close(alert: Alert, now: datetime, who: str = "") -> None:
    """It is over, by itself or because somebody says so."""
    alert.state, alert.resolved_at, alert.resolved_by = Alert.State.RESOLVED, now, who
    alert.save()
    note_change(alert, What.RESOLVED, now, who)


def note_change(alert: Alert, what: AlertChange.What, now: datetime, who: str = "", text: str = "") -> None:
    AlertChange.objects.create(alert=alert, at=now, who=who, what=what, text=text)


def tell_due(rule: AlertRule, manners: Manners, now: datetime) -> None:
    """Put on their way what targets of a rule have to hear by now: what opened together in one message."""
    is_open = Q(state=Alert.State.OPEN) & ~Q(told_state=Telling.OPEN)
    is_over = Q(state=Alert.State.RESOLVED, told_state=Telling.OPEN, resolved_at__gte=now - LATE)
    rows = Alert.objects.filter(is_open | is_over, rule=rule).order_by("number")
    due: dict[Telling, list[Alert]] = {Telling.NOTHING: [], Telling.OPEN: [], Telling.RESOLVED: []}
    for alert in rows:
        due[find_due(read_standing(alert), manners, now)].append(alert)
    for alerts in (*group_alerts(due[Telling.OPEN]), *([each] for each in due[Telling.RESOLVED])):
        tell_alerts(rule, alerts, now)


def tell_alerts(rule: AlertRule, alerts: Sequence[Alert], now: datetime) -> None:
    """Where nobody is to be told, they are done with, too: who is added later hears of what comes later."""
    targets = list(rule.targets.filter(is_on=True).select_related("project"))
    if targets:
        enqueue(targets, write_message(rule, alerts), alert=alerts[0], now=now)
    for alert in alerts:
        alert.told_state = alert.state
        alert.told_at = now if targets else alert.told_at
        alert.save(update_fields=["told_state", "told_at"])
