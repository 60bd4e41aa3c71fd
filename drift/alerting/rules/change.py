"""The app or the provider changed something, as the ledger saw at the first call that had it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from drift.alerting.finding import Finding, write_key
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind, say_count
from drift.alerting.segment_filter import fits
from drift.ledger.diffs import compare_texts
from drift.ledger.fields import INSTRUCTIONS, TITLES
from drift.models import AlertRule, LedgerEvent
from drift.recording.events import tell_event
from tracing.filter_language import read_filter
from tracing.store import Store
from tracing.times import EPOCH, to_ns

OVERLAP = timedelta(minutes=10)
"""Events become visible a little after their time; whatever was found before is known by its key."""
OLD = timedelta(days=1)
"""Changes at calls that were older when they were read are history, as in logs that were imported."""
MOST_PREVIEWED = 1_000
MOST_LINES = 4
LONGEST_LINE = 250


def find(_store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding]:
    since = max((rule.looked_until or rule.created_at) - OVERLAP, rule.created_at)
    events = select(rule).filter(told_at__gt=since, told_at__lte=now + OVERLAP)
    return [describe(rule, each) for each in events if matches(rule, each) and not is_old(each)]


def select(rule: AlertRule) -> QuerySet[LedgerEvent]:
    events = LedgerEvent.objects.filter(project_id=rule.project_id).order_by("time_ns", "pk")
    return events.filter(field__in=rule.choices) if rule.choices else events


def matches(rule: AlertRule, event: LedgerEvent) -> bool:
    return fits(read_filter(rule.filter), {"service_name": event.service_name, "environment": event.environment})


def is_old(event: LedgerEvent) -> bool:
    return event.time_ns < to_ns(event.told_at - OLD)


def read_time(event: LedgerEvent) -> datetime:
    return EPOCH + timedelta(microseconds=event.time_ns // 1000)


def describe(rule: AlertRule, event: LedgerEvent) -> Finding:
    return Finding(
        key=write_key(event.field, f"{event.pk}"),
        title=tell_event(event),
        sentence=f"The first call that had it came at {read_time(event).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.",
        severity=rule.severity,
        started_at=read_time(event),
        segment={"service_name": event.service_name, "environment": event.environment},
        evidence=tuple(write_lines(event)),
        event_id=event.pk,
        lasts=False,
    )


def write_lines(event: LedgerEvent) -> Iterator[str]:
    """Of changed instructions the first lines that differ, as they were (-) and as they are (+)."""
    if event.field != INSTRUCTIONS or not (event.old and event.new):
        return
    changed = [line for hunk in compare_texts(event.old, event.new).hunks for line in hunk if line.kind != "equal"]
    for line in changed[:MOST_LINES]:
        for sign, kind in (("-", "removed"), ("+", "added")):
            if line.kind in ("changed", kind):
                yield f"{sign} {cut(''.join(part.text for part in line.parts if part.kind in ('equal', kind)))}"


def cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE].rstrip()}…"


def look_back(_store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    events = select(rule).filter(time_ns__gte=to_ns(since), time_ns__lt=to_ns(until)).reverse()[:MOST_PREVIEWED]
    alerts = [PastAlert(read_time(each), None, tell_event(each)) for each in events if matches(rule, each)]
    return Preview(tuple(alerts), say_count(len(alerts), (until - since).days))


KIND = RuleKind(
    "change",
    "Change of the app or the provider",
    "A prompt, a model, a tool, a parameter or a release is new in a call.",
    find,
    look_back,
    choices=TITLES,
)
