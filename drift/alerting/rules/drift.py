"""Days are no longer like those before: in a segment that is watched anyway, or of one metric and filter of the rule's
own.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from drift.alerting.finding import Finding, write_key
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind, say_count
from drift.alerting.segment_filter import fits
from drift.detection.causes import Cause
from drift.detection.watch import Alarm, Watched
from drift.detectors import BY_NAME
from drift.models import Alert, AlertRule, DriftAlarm
from drift.watching.segments import read_segment_name
from tracing.filter_language import read_filter
from tracing.filter_sql import compile_filter
from tracing.store import Store
from tracing.times import to_ns

OLD = timedelta(days=14)
"""Drift of days before that, as in logs that were imported, is history."""
CAUSES: Mapping[str, str] = {
    Cause.SYSTEM_PROMPT: "the system prompt changed",
    Cause.USERS: "users changed",
    Cause.MODEL: "the model changed",
    Cause.RETRIEVAL: "retrieval changed",
    Cause.FEEDBACK_WIDGET: "the way to give feedback changed",
    Cause.INFRASTRUCTURE: "the infrastructure changed",
    Cause.UNKNOWN: "cause unknown",
}
PAUSE = timedelta(minutes=1)
OWN_PAUSE = timedelta(hours=1)
"""Days of a filter are added up from conversations; they change slowly."""


def choose_pause(rule: AlertRule) -> timedelta:
    return OWN_PAUSE if rule.metric else PAUSE


def find(store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding]:
    return find_own(store, rule, now) if rule.metric else find_watched(rule, now)


def find_watched(rule: AlertRule, now: datetime) -> list[Finding]:
    """Alarms of segments within the filter, and of those that were told which are over."""
    has_alert = Q(alerts__rule=rule, alerts__state=Alert.State.OPEN)
    is_new = Q(state=DriftAlarm.State.OPEN, day__gte=(now - OLD).date())
    alarms = select(rule).filter(has_alert | is_new).distinct()
    return [describe(rule, each) for each in alarms if fits(read_filter(rule.filter), each.segment)]


def select(rule: AlertRule) -> QuerySet[DriftAlarm]:
    return DriftAlarm.objects.filter(project_id=rule.project_id).order_by("day", "pk")


def describe(rule: AlertRule, alarm: DriftAlarm) -> Finding:
    return Finding(
        key=write_key(alarm.cause, f"{alarm.pk}"),
        title=write_title(alarm),
        sentence=write_sentence(alarm),
        severity=rule.severity,
        started_at=at_midnight(alarm.started),
        segment=alarm.segment,
        value=alarm.score,
        evidence=tuple(say_move(move) for move in alarm.moves),
        is_over=alarm.state != DriftAlarm.State.OPEN,
        alarm_id=alarm.pk,
    )


def write_title(alarm: DriftAlarm) -> str:
    """As `Drift in shop, production: users changed`."""
    return f"Drift in {read_segment_name(alarm.segment).words}: {CAUSES.get(alarm.cause, alarm.cause)}"


def write_sentence(alarm: DriftAlarm) -> str:
    told = [str(each.get("sentence", "")).rstrip(".") for each in alarm.causes]
    causes = f" Likeliest: {'; or: '.join(filter(None, told))}." if any(told) else ""
    return f"Since {alarm.started:%Y-%m-%d} days are no longer like those before.{causes}"


def say_move(move: Mapping[str, Any]) -> str:
    """A move in figures.

    >>> say_move({"name": "refusals", "part": "", "before": 0.02, "after": 0.04})
    'refused answers: 0.02 before, 0.04 since'
    """
    name = str(move.get("name", ""))
    words = BY_NAME[name].words if name in BY_NAME else name
    part = f" ({move['part']})" if move.get("part") else ""
    return f"{words}{part}: {float(move['before']):.3g} before, {float(move['after']):.3g} since"


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def find_own(store: Store, rule: AlertRule, now: datetime) -> list[Finding]:
    """The alarm of the rule's own metric and filter that lasts, and the end of those that do not any more."""
    until = (now - timedelta(days=1)).date()  # today is not over
    watched = watch(store, rule, until)
    found = [describe_own(rule, watched, alarm, until) for alarm in watched.alarms]
    keys = {each.key for each in found}
    told = Alert.objects.filter(rule=rule, state=Alert.State.OPEN).exclude(key__in=keys)
    ended = [Finding(each.key, each.title, each.sentence, each.severity, now, is_over=True) for each in told]
    return [each for each in found if each.started_at >= now - OLD or is_known(rule, each)] + ended


def is_known(rule: AlertRule, finding: Finding) -> bool:
    return Alert.objects.filter(rule=rule, key=finding.key).exists()


def watch(store: Store, rule: AlertRule, until: date) -> Watched:
    from drift.watching.alarm_records import watch_filter

    where = compile_filter(read_filter(rule.filter), "conversations", to_ns(at_midnight(until)))
    return watch_filter(store, rule.project_id, rule.metric, where, until)


def find_day(watched: Watched, day: int, until: date) -> date:
    return until - timedelta(days=len(watched.scores) - 1 - day)


def describe_own(rule: AlertRule, watched: Watched, alarm: Alarm, until: date) -> Finding:
    started = find_day(watched, alarm.started, until)
    moves = [{"name": each.name, "part": each.part, "before": each.before, "after": each.after} for each in alarm.moves]
    return Finding(
        key=write_key("own", f"{started}"),
        title=title_own(rule),
        sentence=f"Since {started} days are no longer like those before.",
        severity=rule.severity,
        started_at=at_midnight(started),
        value=alarm.score,
        evidence=(*map(say_move, moves), *([f"Only what matches: {rule.filter}"] if rule.filter else [])),
    )


def title_own(rule: AlertRule) -> str:
    return f"Drift: {BY_NAME[rule.metric].words}"


def look_back(store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    alerts = look_back_own(store, rule, since, until) if rule.metric else look_back_watched(rule, since, until)
    return Preview(tuple(alerts), say_count(len(alerts), (until - since).days))


def look_back_watched(rule: AlertRule, since: datetime, until: datetime) -> list[PastAlert]:
    """Alarms that there were."""
    alarms = select(rule).filter(day__gte=since.date(), day__lte=until.date()).reverse()
    own = [each for each in alarms if fits(read_filter(rule.filter), each.segment)]
    return [PastAlert(at_midnight(each.day), each.closed_at, write_title(each)) for each in own]


def look_back_own(store: Store, rule: AlertRule, since: datetime, until: datetime) -> list[PastAlert]:
    last = (until - timedelta(days=1)).date()
    watched = watch(store, rule, last)
    days = [at_midnight(find_day(watched, alarm.day, last)) for alarm in reversed(watched.alarms)]
    return [PastAlert(day, None, title_own(rule)) for day in days if day >= since]


KIND = RuleKind(
    "drift",
    "Drift",
    "Days are no longer like those before.",
    find,
    look_back,
    choose_pause,
)
