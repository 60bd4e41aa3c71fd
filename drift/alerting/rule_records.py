"""Rules as people write them: what was filled in comes in, a checked form or a sentence for each wrong field goes out,
and rows are made of forms.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from drift.alerting.keeping import close
from drift.alerting.life import Telling
from drift.alerting.measuring import LISTS
from drift.alerting.metrics import BY_NAME as METRICS
from drift.alerting.rules import BY_NAME as KINDS
from drift.alerting.rules import find_kind
from drift.alerting.rules.stage import USUAL_MINUTES
from drift.alerting.segment_filter import names_parts
from drift.delivering.targets import list_targets
from drift.detectors import BY_NAME as DRIFT_METRICS
from drift.models import Alert, AlertRule, AlertTarget
from tracing.filter_language import Filter, FilterError, read_filter
from tracing.filter_sql import compile_filter
from tracing.models import Project

LONGEST_NAME = 100
MOST_RULES = 100
MOST_MINUTES = 7 * 24 * 60
MOST_COOLDOWN = 30 * 24 * 60
LEAST_WINDOW = 5
MOST_STAGE_MINUTES = 12 * 60
"""How far stages were behind is kept for a day."""
MOST_COUNT = 10_000_000
LARGEST_VALUE = 1e15
GROUP_BY = ("", "service", "environment", "model", "prompt_version")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][+-]?\d{1,3})?", re.ASCII)
WATCHES = ("kind", "filter", "metric", "comparison", "value", "window_minutes", "least_count", "group_by", "choices")
"""What a rule watches: where that changes, what it found before is over."""

Told = str | list[str]
SEVERAL = ("choices", "targets")
"""Fields of which several values may be filled in; of others the last is taken."""


class RuleProblems(ValueError):  # noqa: N818 - the name says it
    """What was filled in cannot be; a sentence for each field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule that can be."""

    name: str
    kind: str
    severity: str
    filter: str
    metric: str
    comparison: str
    value: float | None
    window_minutes: int
    least_count: int
    group_by: str
    choices: tuple[str, ...]
    cooldown_minutes: int
    quiet_from: time | None
    quiet_until: time | None
    is_on: bool
    targets: tuple[AlertTarget, ...]


def list_rules(project: Project) -> list[AlertRule]:
    """Those that every project begins with first, then by name."""
    return list(select_rules(project).order_by("-is_builtin", "name"))


def select_rules(project: Project) -> QuerySet[AlertRule]:
    """With their targets."""
    targets = Prefetch("targets", AlertTarget.objects.filter(project=project).order_by("name"))
    return AlertRule.objects.select_related("project").filter(project=project).prefetch_related(targets)


def find_rule(project: Project, pk: int) -> AlertRule | None:
    return select_rules(project).filter(pk=pk).first()


def count_open_alerts(rule: AlertRule) -> int:
    return Alert.objects.filter(project_id=rule.project_id, rule=rule, state=Alert.State.OPEN).count()


BUILTIN = (
    ("Drift", AlertRule.Kind.DRIFT, AlertRule.Severity.WARNING),
    ("Changes of the app and the provider", AlertRule.Kind.CHANGE, AlertRule.Severity.INFO),
    ("Failure modes", AlertRule.Kind.FAILURE_MODE, AlertRule.Severity.WARNING),
    ("Stages of Tacit", AlertRule.Kind.STAGE, AlertRule.Severity.WARNING),
)
STAGE_VALUES = {"value": USUAL_MINUTES, "window_minutes": 10}


def ensure_builtin_rules(project: Project) -> None:
    """The rules that every project begins with, without targets: they fill the inbox and tell nobody."""
    known = set(AlertRule.objects.filter(project=project, is_builtin=True).values_list("kind", flat=True))
    for name, kind, severity in BUILTIN:
        if kind not in known:
            values = {"kind": kind, "severity": severity, "is_builtin": True, "created_at": datetime.now(UTC)}
            values |= STAGE_VALUES if kind == AlertRule.Kind.STAGE else {}
            AlertRule.objects.get_or_create(project=project, name=choose_name(project, name), defaults=values)


def choose_name(project: Project, name: str) -> str:
    taken = set(AlertRule.objects.filter(project=project).values_list("name", flat=True))
    return next(
        each for each in (name, *(f"{name} {number}" for number in range(2, MOST_RULES + 3))) if each not in taken
    )


def read_form(data: Mapping[str, Told], project: Project, rule: AlertRule | None = None) -> RuleForm:
    """What was filled in, as text; what is left out is as a new rule has it, and of a kind that has no use for it
    empty. Raises RuleProblems."""
    reader = Reader(data)
    kind = reader.read("kind", read_choice(tuple(KINDS)), "")
    form = RuleForm(
        name=reader.read("name", read_name, ""),
        kind=kind,
        severity=reader.read("severity", read_choice(AlertRule.Severity.values), AlertRule.Severity.WARNING.value),
        filter=reader.read("filter", read_text, ""),
        metric=reader.read("metric", read_metric(kind), ""),
        comparison=reader.read(
            "comparison", read_choice(AlertRule.Comparison.values), AlertRule.Comparison.ABOVE.value
        ),
        value=reader.read("value", VALUES[kind], None) if kind in VALUES else None,
        window_minutes=reader.read("window_minutes", read_whole(LEAST_WINDOW, MOST_MINUTES), 60),
        least_count=reader.read("least_count", read_whole(1, MOST_COUNT), 30),
        group_by=reader.read("group_by", read_choice(GROUP_BY), "") if kind == AlertRule.Kind.THRESHOLD else "",
        choices=reader.read("choices", read_choices(kind), ()),
        cooldown_minutes=reader.read("cooldown_minutes", read_whole(0, MOST_COOLDOWN), 60),
        quiet_from=reader.read("quiet_from", read_clock, None),
        quiet_until=reader.read("quiet_until", read_clock, None),
        is_on=str(data.get("is_on", "on")) not in ("", "off", "false", "False"),
        targets=reader.read("targets", read_targets(project), ()),
    )
    problems = reader.problems | find_problems(form, project, rule, reader.problems)
    if problems:
        raise RuleProblems(problems)
    return form


class Reader:
    """Reads field after field, and remembers what is wrong."""

    def __init__(self, data: Mapping[str, Told]) -> None:
        self.data = data
        self.problems: dict[str, str] = {}

    def read(self, name: str, reader: Callable[[Any], Any], default: Any) -> Any:
        told = self.data.get(name)
        if isinstance(told, list) and name not in SEVERAL:
            told = told[-1] if told else None
        try:
            return reader(default if told is None else told)
        except ValueError as error:
            self.problems[name] = str(error)
            return default


def read_name(told: str) -> str:
    name = " ".join(told.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(f"A name has 1 to {LONGEST_NAME} characters.")
    return name


def read_text(told: str) -> str:
    if "\0" in told:
        raise ValueError("This is no text.")
    return told.strip()


def read_choice(known: Sequence[str]) -> Callable[[str], str]:
    def read(told: str) -> str:
        if told not in known:
            raise ValueError(f"Choose one of {', '.join(filter(None, known))}.")
        return told

    return read


def read_metric(kind: str) -> Callable[[str], str]:
    """Of a threshold one must be chosen, of drift it may."""

    def read(told: str) -> str:
        if kind == AlertRule.Kind.THRESHOLD and told not in METRICS:
            raise ValueError("Choose what is measured." if not told else f"There is no figure {told!r:.60}.")
        if kind == AlertRule.Kind.DRIFT and told and told not in DRIFT_METRICS:
            raise ValueError(f"There is no metric of drift {told!r:.60}.")
        return told if kind in (AlertRule.Kind.THRESHOLD, AlertRule.Kind.DRIFT) else ""

    return read


def read_value(told: str | None) -> float | None:
    text = (told or "").strip().replace(",", "")
    if not NUMBER.fullmatch(text) or abs(float(text)) > LARGEST_VALUE:
        raise ValueError("A number is needed, such as 0.05 (of a share: 5 %).")
    return float(text)


def read_minutes(told: str | None) -> float:
    """How far a stage may be behind."""
    minutes = read_value(told) if (told or "").strip() else USUAL_MINUTES
    if minutes is None or not 1 <= minutes <= MOST_STAGE_MINUTES:
        raise ValueError(f"Minutes from 1 to {MOST_STAGE_MINUTES} are needed.")
    return minutes


VALUES = {AlertRule.Kind.THRESHOLD.value: read_value, AlertRule.Kind.STAGE.value: read_minutes}
"""By kinds that have a value, what reads it."""


def read_whole(least: int, most: int) -> Callable[[str | int], int]:
    def read(told: str | int) -> int:
        text = str(told).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
            raise ValueError(f"A whole number from {least:,} to {most:,} is needed.")
        return int(text)

    return read


def read_choices(kind: str) -> Callable[[Told], tuple[str, ...]]:
    def read(told: Told) -> tuple[str, ...]:
        known = KINDS[kind].choices if kind in KINDS else {}
        chosen = [each for each in ([told] if isinstance(told, str) else told) if each]
        if wrong := [each for each in chosen if known and each not in known]:
            raise ValueError(f"There is no {wrong[0]!r:.60} to choose: take of {', '.join(known)}.")
        return tuple(each for each in known if each in chosen)

    return read


def read_clock(told: str | None) -> time | None:
    match = CLOCK.fullmatch(told or "")
    if told and not match:
        raise ValueError("A time of day is needed, such as 22:00 (UTC).")
    return time(int(match[1]), int(match[2])) if match else None


def read_targets(project: Project) -> Callable[[Told], tuple[AlertTarget, ...]]:
    def read(told: Told) -> tuple[AlertTarget, ...]:
        known = {str(each.pk): each for each in list_targets(project)}
        chosen = [str(each) for each in ([told] if isinstance(told, str) else told) if str(each)]
        if any(each not in known for each in chosen):
            raise ValueError("Choose targets of this project.")
        return tuple(known[each] for each in dict.fromkeys(chosen))

    return read


def find_problems(form: RuleForm, project: Project, rule: AlertRule | None, told: Mapping[str, str]) -> dict[str, str]:
    """What does not go together."""
    problems: dict[str, str] = {}
    others = AlertRule.objects.filter(project=project).exclude(pk=rule.pk if rule else 0)
    if others.filter(name=form.name).exists():
        problems["name"] = "Another rule of this project has this name."
    if rule is None and others.count() >= MOST_RULES:
        problems["name"] = f"A project has at most {MOST_RULES} rules."
    if rule and form.kind != rule.kind and "kind" not in told:
        problems["kind"] = "The kind of a rule stays; make another rule."
    if (form.quiet_from is None) != (form.quiet_until is None) or (
        form.quiet_from and form.quiet_from == form.quiet_until
    ):
        problems["quiet_until"] = "Quiet hours have a beginning and another end."
    if form.kind == AlertRule.Kind.STAGE and form.window_minutes > MOST_STAGE_MINUTES:
        problems["window_minutes"] = f"At most {MOST_STAGE_MINUTES // 60} hours: it is kept for a day."
    if wrong := find_filter_problem(form):
        problems["filter"] = wrong
    return {name: sentence for name, sentence in problems.items() if name not in told}


def find_filter_problem(form: RuleForm) -> str:
    """What is wrong with the filter, or nothing."""
    try:
        given = read_filter(form.filter)
        check_filter(form, given)
    except FilterError as error:
        return str(error)
    return ""


def check_filter(form: RuleForm, given: Filter) -> None:
    """Raises FilterError where a rule of this kind cannot be narrowed so."""
    if any(each.field == "time" for each in given.conditions):
        raise FilterError("The window says which time is looked at: leave `time` out.")
    if form.kind in (AlertRule.Kind.FAILURE_MODE, AlertRule.Kind.STAGE) and given.conditions:
        raise FilterError("Rules on failure modes and on stages have no filter.")
    if form.kind == AlertRule.Kind.CHANGE and not names_parts(given, ("service", "environment")):
        raise FilterError("Rules on changes are narrowed by service and environment.")
    metric = METRICS.get(form.metric) if form.kind == AlertRule.Kind.THRESHOLD else None
    compile_filter(given, "conversations", 0)
    if metric:
        compile_filter(given, LISTS[metric.source], 0)


def make_rule(project: Project, form: RuleForm, rule: AlertRule | None = None) -> AlertRule:
    """The row of a form, not saved yet."""
    row = rule or AlertRule(project=project, created_at=datetime.now(UTC))
    for name in RuleForm.__dataclass_fields__:
        if name not in ("targets", "choices"):
            setattr(row, name, getattr(form, name))
    row.choices = list(form.choices)
    return row


def save_rule(project: Project, form: RuleForm, who: str, rule: AlertRule | None = None) -> AlertRule:
    """Make a rule, or change `rule`. Where it watches something else from now on, its open alerts are resolved."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        before = AlertRule.objects.get(pk=rule.pk) if rule else None
        row = make_rule(project, form, rule)
        row.created_by = row.created_by if rule else who
        row.save()
        row.targets.set(form.targets)
        if before and (not row.is_on or has_changed(before, row)):
            end_alerts(row, who)
        if before and row.is_on and not before.is_on:
            forget_past(row)
    return select_rules(project).get(pk=row.pk)


def has_changed(before: AlertRule, now: AlertRule) -> bool:
    """Whether a rule looks at something else than it did."""
    return any(getattr(before, name) != getattr(now, name) for name in WATCHES)


def switch_rule(rule: AlertRule, who: str, *, is_on: bool) -> None:
    """Turn it on, from now on, or off: its open alerts are then resolved, and nobody hears of that."""
    with transaction.atomic():
        rule.is_on = is_on
        rule.save(update_fields=["is_on"])
        forget_past(rule)
        if not is_on:
            end_alerts(rule, who)


def forget_past(rule: AlertRule) -> None:
    """What happened while it was off is not told any more."""
    rule.looked_until = datetime.now(UTC)
    rule.save(update_fields=["looked_until"])


def mute_rule(rule: AlertRule, until: datetime | None) -> None:
    """Nobody is told of what it finds until then; None ends that."""
    if until is not None and until > datetime.now(UTC) + timedelta(days=366):
        raise ValueError("A rule is muted for a year at most.")
    rule.muted_until = until
    rule.save(update_fields=["muted_until"])


def end_alerts(rule: AlertRule, who: str) -> None:
    for alert in Alert.objects.filter(rule=rule, state=Alert.State.OPEN):
        alert.told_state = Telling.RESOLVED
        close(alert, datetime.now(UTC), who)


def delete_rule(rule: AlertRule) -> None:
    """With its alerts. Raises ValueError for one that every project has."""
    if rule.is_builtin:
        raise ValueError("Every project has this rule: turn it off instead.")
    rule.delete()


def write_form(rule: AlertRule) -> dict[str, Any]:
    """What `read_form` reads the same rule from."""
    plain = ("name", "kind", "severity", "filter", "metric", "comparison", "group_by")
    whole = ("window_minutes", "least_count", "cooldown_minutes")
    return {
        **{name: getattr(rule, name) for name in plain},
        **{name: str(getattr(rule, name)) for name in whole},
        "value": "" if rule.value is None else f"{rule.value:g}",
        "choices": list(rule.choices),
        "quiet_from": f"{rule.quiet_from:%H:%M}" if rule.quiet_from else "",
        "quiet_until": f"{rule.quiet_until:%H:%M}" if rule.quiet_until else "",
        "is_on": "on" if rule.is_on else "",
        "targets": [str(each.pk) for each in rule.targets.all()],
    }


def describe_rule(rule: AlertRule) -> str:
    """What it tells of, in a sentence."""
    return find_kind(rule.kind).what
