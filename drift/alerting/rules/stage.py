"""A stage is behind for long, so that pages tell of the past, or nobody works at all.

What is looked at is written down by `config.watching` each minute, by a process that works or by one that serves: so it
is found while all workers are dead, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from drift.alerting.finding import Finding, write_key
from drift.alerting.rules.kind import PastAlert, Preview, RuleKind
from drift.models import AlertRule
from feedback.pages.arrivals import STAGE_WORDS, write_lag
from tracing.pulses import KEPT, Measured, find_behind, list_measured, read_work
from tracing.store import Store

CURRENT = timedelta(minutes=3)
"""What was measured before says nothing of now."""
BEHIND, SILENT = "Stages are behind", "Nobody works on what comes in"
BEHIND_KEY, SILENT_KEY = write_key("stage", "behind"), write_key("stage", "silent")
USUAL_MINUTES = 5.0


def find(_store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding] | None:
    """That stages are behind, or no longer are; the same of work as a whole, where the rule is of all stages."""
    length = timedelta(minutes=rule.window_minutes)
    measured = choose(rule, list_measured(now - length - CURRENT))
    latest = max((each[-1].minute for each in measured.values()), default=None)
    behind = [describe_behind(rule, measured, now)] if latest and now - latest <= CURRENT else []
    return [*behind, *describe_silence(rule, now)] or None


def choose(rule: AlertRule, measured: Mapping[str, list[Measured]]) -> dict[str, list[Measured]]:
    return {stage: each for stage, each in measured.items() if not rule.choices or stage in rule.choices}


def find_late(
    rule: AlertRule, measured: Mapping[str, Sequence[Measured]], now: datetime
) -> list[tuple[str, float, datetime]]:
    """Stages that were behind at each look for as long as the rule says, the worst first, with their lag and since."""
    limit, length = 60 * (rule.value or USUAL_MINUTES), timedelta(minutes=rule.window_minutes)
    since = {stage: find_behind(each, limit) for stage, each in measured.items()}
    late = [(stage, measured[stage][-1].lag_seconds, at) for stage, at in since.items() if at and now - at >= length]
    return sorted(late, key=lambda each: -each[1])


def describe_behind(rule: AlertRule, measured: Mapping[str, Sequence[Measured]], now: datetime) -> Finding:
    late = find_late(rule, measured, now)
    lines = tuple(f"{STAGE_WORDS.get(stage, stage)}: {write_lag(lag)} behind" for stage, lag, _ in late)
    started_at = min((at for _, _, at in late), default=now)
    limit = f"{rule.value or USUAL_MINUTES:g} min"
    sentence = f"{lines[0].capitalize()}, and over {limit} since {started_at:%H:%M} UTC." if late else ""
    return Finding(
        key=BEHIND_KEY,
        title=BEHIND,
        sentence=sentence,
        severity=rule.severity,
        started_at=started_at,
        value=late[0][1] / 60 if late else None,
        evidence=lines,
        is_over=not late,
    )


def describe_silence(rule: AlertRule, now: datetime) -> Iterator[Finding]:
    """Nothing where nobody has ever worked: then there is nothing that ended."""
    work = read_work()
    if work is None or rule.choices:
        return
    yield Finding(
        key=SILENT_KEY,
        title=SILENT,
        sentence=f"No worker was heard since {work.at:%H:%M} UTC: what comes in is kept, and not read.",
        severity=rule.severity,
        started_at=work.at,
        evidence=("See whether a worker runs and its broker answers; `tacit doctor` tells.",),
        is_over=now - work.at < timedelta(minutes=rule.window_minutes),
    )


def look_back(_store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    """Of the day whose minutes are kept; of silence nothing is known any more."""
    alerts = list(walk(rule, choose(rule, list_measured(max(since, until - KEPT))), until))
    times = {0: "not have alerted", 1: "have alerted once"}.get(len(alerts), f"have alerted {len(alerts)} times")
    words = f"In the last day, which is all that is kept of it, this would {times}."
    return Preview(tuple(reversed(alerts)), words)


def walk(rule: AlertRule, measured: Mapping[str, Sequence[Measured]], until: datetime) -> Iterator[PastAlert]:
    """The alerts that there would have been, the oldest first."""
    limit, length = 60 * (rule.value or USUAL_MINUTES), timedelta(minutes=rule.window_minutes)
    rows = sorted((each.minute, stage, each.lag_seconds > limit) for stage, found in measured.items() for each in found)
    since: dict[str, datetime] = {}
    start = None
    for minute, among in groupby((row for row in rows if row[0] <= until), key=lambda row: row[0]):
        for _, stage, is_behind in among:
            since = {**since, stage: since.get(stage, minute)} if is_behind else drop(since, stage)
        is_late = any(minute - at >= length for at in since.values())
        if start is not None and not is_late:
            yield PastAlert(start, minute, BEHIND)
        start = (start or minute) if is_late else None
    if start is not None:
        yield PastAlert(start, None, BEHIND)


def drop(since: Mapping[str, datetime], stage: str) -> dict[str, datetime]:
    return {name: at for name, at in since.items() if name != stage}


KIND = RuleKind(
    "stage",
    "Stage behind",
    "A stage of Tacit itself is behind for long, or nobody works on what comes in.",
    find,
    look_back,
    choices=STAGE_WORDS,
    recurs=True,
)
