"""A figure of a window of time is above or below a value: of all that matches the filter, or of each group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from drift.alerting.delays import LAG, measure_delay
from drift.alerting.finding import Finding, write_key
from drift.alerting.life import Manners, Seen, live_through
from drift.alerting.measuring import (
    LOOKS_AT_LEAST,
    SILENT_WINDOWS,
    Figures,
    Measured,
    Windows,
    choose_windows,
    fill_totals,
    measure,
)
from drift.alerting.metrics import BY_NAME, Shape, ThresholdMetric, format_value
from drift.alerting.rules.kind import PastAlert, Point, Preview, RuleKind, say_count
from drift.models import AlertRule
from tracing.filter_language import read_filter
from tracing.store import Store

GROUPS = {"service": "service_name", "environment": "environment", "model": "model", "prompt_version": "prompt_version"}
MOST_GROUPS = 50


def choose_pause(rule: AlertRule) -> timedelta:
    return max(LOOKS_AT_LEAST, timedelta(minutes=rule.window_minutes) / 10)


def find(store: Store, rule: AlertRule, now: datetime) -> Sequence[Finding]:
    """A finding for each group that can be judged, also for those that are within bounds."""
    metric, length = BY_NAME[rule.metric], timedelta(minutes=rule.window_minutes)
    silent = metric.shape is Shape.TOTAL and rule.group_by
    windows = Windows(now - measure_delay(store, metric.source), length, SILENT_WINDOWS if silent else 1)
    figures = load(store, rule, metric, windows)
    latest = [(name, own[0], judge(rule, metric, own[0])) for name, own in figures.items() if 0 in own]
    return [describe(rule, metric, name, own, seen, windows) for name, own, seen in latest if seen is not Seen.UNKNOWN]


def load(store: Store, rule: AlertRule, metric: ThresholdMetric, windows: Windows) -> Figures:
    """Of the groups with most, if there are very many."""
    figures = measure(store, rule.project_id, metric, read_filter(rule.filter), rule.group_by, windows)
    largest = sorted(figures, key=lambda name: -sum(each.count for each in figures[name].values()))
    kept = {name: figures[name] for name in largest[:MOST_GROUPS]}
    return fill_totals(metric, kept, rule.group_by, windows)


def judge(rule: AlertRule, metric: ThresholdMetric, measured: Measured | None) -> Seen:
    """Whether a window is out of bounds; where it holds too little, that is not known."""
    if measured is None or measured.value is None or rule.value is None:
        return Seen.UNKNOWN
    if metric.shape is not Shape.TOTAL and measured.count < rule.least_count:
        return Seen.UNKNOWN
    is_above = rule.comparison == AlertRule.Comparison.ABOVE
    is_out = measured.value > rule.value if is_above else measured.value < rule.value
    return Seen.HOLDS if is_out else Seen.OVER


def describe(
    rule: AlertRule, metric: ThresholdMetric, name: str, measured: Measured, seen: Seen, windows: Windows
) -> Finding:
    return Finding(
        key=write_key("threshold", f"{rule.group_by}:{name}" if rule.group_by else "all"),
        title=write_title(rule, metric, name),
        sentence=write_sentence(rule, metric, measured),
        severity=rule.severity,
        started_at=windows.until - windows.length,
        segment={GROUPS[rule.group_by]: name} if rule.group_by else {},
        value=measured.value,
        evidence=write_evidence(rule, metric, measured),
        is_over=seen is Seen.OVER,
    )


def write_title(rule: AlertRule, metric: ThresholdMetric, name: str) -> str:
    """As `Calls that failed above 5 % (service shop)`."""
    title = f"{metric.title[:1].upper()}{metric.title[1:]} {rule.comparison} {format_value(metric, rule.value)}"
    return f"{title} ({rule.group_by.replace('_', ' ')} {name or 'not told'})" if rule.group_by else title


def write_sentence(rule: AlertRule, metric: ThresholdMetric, measured: Measured) -> str:
    """As `In the last hour it was 8 % of 1,240 calls, above the 5 % of the rule.`."""
    figure = format_value(metric, measured.value)
    of = f" of {measured.count:,} {metric.counted}" if metric.shape is not Shape.TOTAL else ""
    bound = format_value(metric, rule.value)
    length = say_minutes(rule.window_minutes)
    return f"In the last {length} it was {figure}{of}, {rule.comparison} the {bound} of the rule."


def write_evidence(rule: AlertRule, metric: ThresholdMetric, measured: Measured) -> tuple[str, ...]:
    lines = [f"Only what matches: {rule.filter}"] if rule.filter else []
    if metric.is_rate and measured.count:
        low, high = measured.interval.low, measured.interval.high
        lines.append(f"As {measured.count:,} {metric.counted} tell it: {100 * low:.3g} to {100 * high:.3g} % (90 %).")
    return tuple(lines)


def say_minutes(minutes: int) -> str:
    """As people say it.

    >>> say_minutes(60), say_minutes(90), say_minutes(1440), say_minutes(10080)
    ('hour', '90 minutes', 'day', '7 days')
    """
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            return unit if minutes == size else f"{minutes // size} {unit}s"
    raise ValueError(f"{minutes} is no whole number of minutes")


def look_back(store: Store, rule: AlertRule, since: datetime, until: datetime) -> Preview:
    """Every window that the rule would have looked at, with the life that its alerts would have had."""
    metric, days = BY_NAME[rule.metric], max(1, (until - since).days)
    windows = choose_windows(until - LAG, timedelta(minutes=rule.window_minutes), days)
    figures = load(store, rule, metric, windows)
    points = {name: list_points(rule, metric, own, windows.ends) for name, own in figures.items()}
    manners = Manners(cooldown=timedelta(minutes=rule.cooldown_minutes), calm=1.5 * windows.step, recurs=True)
    alerts = [each for name, own in points.items() for each in live(rule, metric, name, own, manners)]
    counts = Counter(each.title for each in alerts)
    shown = max(points, key=lambda name: (counts[write_title(rule, metric, name)], count_all(points[name])), default="")
    own = points.get(shown, ())
    alerts.sort(key=lambda each: each.start, reverse=True)
    return Preview(tuple(alerts), say_preview(rule, metric, alerts, own, days), tuple(each for each, _ in own), shown)


Seeing = Sequence[tuple[Point, Seen]]


def list_points(
    rule: AlertRule, metric: ThresholdMetric, own: Mapping[int, Measured], ends: Sequence[datetime]
) -> Seeing:
    """The oldest first; `ends` are of all windows, the latest first."""
    return [see_point(rule, metric, own.get(place), ends[place]) for place in reversed(range(len(ends)))]


def see_point(rule: AlertRule, metric: ThresholdMetric, measured: Measured | None, end: datetime) -> tuple[Point, Seen]:
    if measured is None:
        return Point(end, None, 0, is_firing=False), Seen.UNKNOWN
    seen = judge(rule, metric, measured)
    return Point(end, measured.value, measured.count, seen is Seen.HOLDS), seen


def live(rule: AlertRule, metric: ThresholdMetric, name: str, own: Seeing, manners: Manners) -> list[PastAlert]:
    """The alerts of one group."""
    spans = live_through(((point.time, seen) for point, seen in own), manners)
    return [PastAlert(start, end, write_title(rule, metric, name)) for start, end in spans]


def count_all(own: Seeing) -> int:
    return sum(point.count for point, _ in own)


def say_preview(rule: AlertRule, metric: ThresholdMetric, alerts: Sequence[PastAlert], own: Seeing, days: int) -> str:
    """How often it would have alerted; where it would not, how near it came."""
    if alerts:
        return say_count(len(alerts), days)
    told = [point.value for point, seen in own if point.value is not None and seen is not Seen.UNKNOWN]
    if not told:
        return f"In the last {days} days no window had enough to tell from."
    is_above = rule.comparison == AlertRule.Comparison.ABOVE
    extreme = format_value(metric, max(told) if is_above else min(told))
    return f"{say_count(0, days)} The {'highest' if is_above else 'lowest'} value was {extreme}."


KIND = RuleKind(
    "threshold",
    "Threshold",
    "A figure of a window of time is above or below a value.",
    find,
    look_back,
    choose_pause,
    recurs=True,
)
