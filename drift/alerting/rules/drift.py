"""Days are no longer like those before: in a segment that is watched anyway, or of one metric and filter of the rule's
own.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from drift.alerting.finding import Finding, write_key
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind, say_count
from drift.alerting.segment_filter import fits, names_parts
from drift.detection.causes import Cause
from drift.detection.watch import Alarm, Watched
from drift.detectors import BY_NAME
from drift.models import Alert, AlertRule, DriftAlarm
from drift.watching.alarms import watch_filter
from drift.watching.segments import read_segment_name
from tracing.filter_language import read_filter
from tracing.filter_sql import compile_filter
from tracing.store import Store
from tracing.times import to_ns

OLD = timedelta(days=14)
"""Drift of days before that, as in logs that were imported, is history; and where a rule watches days of its own, the
new normal."""
LASTED = timedelta(days=7)
"""So long it is told that it is."""
SAME = timedelta(days=3)
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


def has_own(rule: AlertRule) -> bool:
    """Whether it watches something that is not watched anyway."""
    return bool(rule.metric) or not names_parts(read_filter(rule.filter))


def choose_pause(rule: AlertRule) -> timedelta:
    return OWN_PAUSE if has_own(rule) else PAUSE


def find(store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding]:
    return find_own(store, rule, now) if has_own(rule) else find_watched(rule, now)


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
    'conversations with a refused answer: 0.02 before, 0.04 since'
    """
    name = str(move.get("name", ""))
    words = BY_NAME[name].words if name in BY_NAME else name
    part = f" ({move['part']})" if move.get("part") else ""
    return f"{words}{part}: {float(move['before']):.3g} before, {float(move['after']):.3g} since"


def at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def find_own(store: Store, rule: AlertRule, now: datetime) -> list[Finding]:
    """Alarms of the rule's own metric and filter; after a while each is the new normal."""
    until = (now - timedelta(days=1)).date()  # today is not over
    watched = watch(store, rule, until)
    keys = {each.key: each.started_at for each in Alert.objects.filter(rule=rule)}
    return [
        describe_own(rule, watched, alarm, until, keys)
        for alarm in watched.alarms
        if until - find_day(watched, alarm.day, until) <= OLD + LASTED
    ]


def watch(store: Store, rule: AlertRule, until: date) -> Watched:
    where = compile_filter(read_filter(rule.filter), "conversations", to_ns(at_midnight(until)))
    return watch_filter(store, rule.project_id, rule.metric, where, until, goes_on=True)


def find_day(watched: Watched, day: int, until: date) -> date:
    return until - timedelta(days=len(watched.scores) - 1 - day)


def describe_own(
    rule: AlertRule, watched: Watched, alarm: Alarm, until: date, known: Mapping[str, datetime]
) -> Finding:
    """`known` are alerts that there are: as days are counted again, a start may move a little."""
    started, day = find_day(watched, alarm.started, until), find_day(watched, alarm.day, until)
    moves = [{"name": each.name, "part": each.part, "before": each.before, "after": each.after} for each in alarm.moves]
    same = [key for key, time in known.items() if abs(time.date() - started) <= SAME]
    return Finding(
        key=same[0] if same else write_key("own", f"{started}"),
        title=title_own(rule),
        sentence=f"Since {started} days are no longer like those before.",
        severity=rule.severity,
        started_at=at_midnight(started),
        value=alarm.score,
        evidence=(*map(say_move, moves), *([f"Only what matches: {rule.filter}"] if rule.filter else [])),
        is_over=until - day > OLD,
    )


def title_own(rule: AlertRule) -> str:
    what = BY_NAME[rule.metric].words if rule.metric else "what was chosen"
    return f"Drift of {what}"


def look_back(store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    alerts = look_back_own(store, rule, since, until) if has_own(rule) else look_back_watched(rule, since, until)
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
