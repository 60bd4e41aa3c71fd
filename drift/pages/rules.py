"""A rule comes in; what it tells of goes out in a sentence, with the words that its form uses."""

from collections.abc import Mapping

from drift.alerting.metrics import BY_NAME, THRESHOLD_METRICS, Source, ThresholdMetric, format_value
from drift.alerting.rules.kind import RuleKind
from drift.detection.metrics import Kind
from drift.detectors import METRICS as DRIFT_METRICS
from drift.models import AlertRule
from drift.pages.measures import FAMILY_TITLES, name_metric
from feedback.pages.arrivals import STAGE_WORDS

WINDOWS = {
    5: "5 minutes",
    15: "15 minutes",
    30: "30 minutes",
    60: "1 hour",
    180: "3 hours",
    360: "6 hours",
    720: "12 hours",
    1440: "1 day",
    10080: "7 days",
}
STAGE_WINDOWS = {5: "5 minutes", 10: "10 minutes", 15: "15 minutes", 30: "30 minutes", 60: "1 hour", 180: "3 hours"}
COOLDOWNS = {0: "no time", 15: "15 minutes", 60: "1 hour", 240: "4 hours", 1440: "1 day", 10080: "7 days"}
COMPARISONS = {"above": "above", "below": "below"}
GROUPS = {
    "": "not apart",
    "service": "service",
    "environment": "environment",
    "model": "model",
    "prompt_version": "prompt version",
}
UNITS = {"share": "%", "$": "$", "ms": "ms"}
SOURCES = {
    Source.CALLS: "Calls of models",
    Source.CONVERSATIONS: "Conversations",
    Source.OBSERVATIONS: "What drift watches",
}
SIGNALS = "Signals"
PERCENT = 100.0


def tell_rule(rule: AlertRule, kind: RuleKind) -> str:
    """What it tells of, and of which conversations."""
    tell = {AlertRule.Kind.THRESHOLD: tell_threshold, AlertRule.Kind.STAGE: tell_stage}.get(AlertRule.Kind(rule.kind))
    told = tell(rule) if tell else tell_choices(rule, kind)
    return f"{told}, of what matches {rule.filter}" if rule.filter else told


def tell_threshold(rule: AlertRule) -> str:
    metric = BY_NAME.get(rule.metric)
    if metric is None:
        return f"{rule.metric}, which is not measured any more"
    apart = f", each {GROUPS.get(rule.group_by, rule.group_by)} apart" if rule.group_by else ""
    title = f"{metric.title[:1].upper()}{metric.title[1:]}"
    value = format_value(metric, rule.value)
    return f"{title} {rule.comparison} {value}, counted over {tell_minutes(rule.window_minutes)}{apart}"


def tell_stage(rule: AlertRule) -> str:
    which = ", ".join(STAGE_WORDS.get(name, name) for name in rule.choices) or "any stage of Tacit"
    behind = f"{rule.value:g}" if rule.value else "5"
    return f"For {tell_minutes(rule.window_minutes)} more than {behind} minutes behind: {which}"


def tell_choices(rule: AlertRule, kind: RuleKind) -> str:
    chosen = [name_metric(rule.metric)] if rule.metric else [kind.choices.get(name, name) for name in rule.choices]
    return f"{kind.title}: {', '.join(chosen)}" if chosen else kind.what.rstrip(".")


def tell_minutes(minutes: int) -> str:
    """
    >>> tell_minutes(60), tell_minutes(45), tell_minutes(2880)
    ('1 hour', '45 minutes', '2 days')
    """
    if minutes in WINDOWS:
        return WINDOWS[minutes]
    days, rest = divmod(minutes, 1440)
    return f"{days} days" if not rest else f"{minutes:,} minutes"


def group_metrics() -> list[tuple[str, list[tuple[str, str]]]]:
    """Metrics of thresholds by what they count: groups with a title, of names and words with their unit."""
    titles = [*SOURCES.values(), SIGNALS]
    groups: dict[str, list[tuple[str, str]]] = {title: [] for title in titles}
    for metric in THRESHOLD_METRICS:
        groups[SIGNALS if metric.kind else SOURCES[metric.source]].append((metric.name, name_figure(metric)))
    return [(title, metrics) for title, metrics in groups.items() if metrics]


def name_figure(metric: ThresholdMetric) -> str:
    unit = UNITS.get(metric.unit, "")
    return f"{metric.title} ({unit})" if unit else metric.title


def group_drift_metrics() -> list[tuple[str, list[tuple[str, str]]]]:
    """The same of drift, by family."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for metric in DRIFT_METRICS:
        if metric.kind in (Kind.MEAN, Kind.RATE):
            groups.setdefault(FAMILY_TITLES[metric.family], []).append((metric.name, name_metric(metric.name)))
    return list(groups.items())


def read_value(metric: str, typed: str) -> str:
    """What somebody typed as a value, as rules keep it: shares as such, which people give in percent.

    >>> read_value("call_errors", "5 %"), read_value("latency_p95", "1,500"), read_value("call_errors", "much")
    ('0.05', '1500', 'much')
    """
    plain = typed.strip().removesuffix("%").removeprefix("$").removesuffix("ms").strip().replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return typed.strip()
    return f"{value / PERCENT:.12g}" if is_share(metric) else plain


def write_value(metric: str, value: float | None) -> str:
    """A value as the form shows it.

    >>> write_value("call_errors", 0.05), write_value("latency_p95", 1500.0), write_value("calls", None)
    ('5', '1500', '')
    """
    if value is None:
        return ""
    return f"{value * PERCENT if is_share(metric) else value:.12g}"


def is_share(metric: str) -> bool:
    return metric in BY_NAME and BY_NAME[metric].unit == "share"


def add_known(options: Mapping[int, str], value: int) -> dict[int, str]:
    """Options with the value that a rule has, set by REST perhaps.

    >>> add_known({60: "1 hour"}, 45)
    {45: '45 minutes', 60: '1 hour'}
    """
    return dict(sorted({**options, value: options.get(value) or tell_minutes(value)}.items()))
