"""A rule, or what somebody typed, comes in; what the form of a rule holds, and what it sends, goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from drift.models import AlertRule
from drift.pages.rules import read_value, write_value

CHOICES, METRIC = "choices:%s", "metric:%s"
STAGE_FIELDS = {"value:stage": "value", "window_minutes:stage": "window_minutes"}
"""What fields are called of which there is one for each kind."""
PLAIN = (
    *("name", "severity", "filter", "comparison", "window_minutes", "least_count"),
    *("group_by", "cooldown_minutes", "quiet_from", "quiet_until"),
)


OF_THRESHOLD = ("comparison", "window_minutes", "least_count", "group_by")
NOT_OF = {"failure_mode": ("filter",), "stage": ("filter",)}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form is filled with, as texts."""

    kind: str
    name: str
    severity: str
    filter: str
    metric: str
    comparison: str
    value: str
    window_minutes: int
    least_count: str
    group_by: str
    choices: tuple[str, ...]
    cooldown_minutes: int
    quiet_from: str
    quiet_until: str
    targets: tuple[int, ...]


def fill_from_rule(rule: AlertRule, targets: Sequence[int]) -> Typed:
    """Of a rule that is kept, or of one that holds what a new one begins with."""
    return Typed(
        kind=rule.kind,
        name=rule.name,
        severity=rule.severity,
        filter=rule.filter,
        metric=rule.metric,
        comparison=rule.comparison,
        value=write_value(rule.metric, rule.value),
        window_minutes=rule.window_minutes,
        least_count=str(rule.least_count),
        group_by=rule.group_by,
        choices=tuple(rule.choices),
        cooldown_minutes=rule.cooldown_minutes,
        quiet_from=write_clock(rule.quiet_from),
        quiet_until=write_clock(rule.quiet_until),
        targets=tuple(targets),
    )


def write_clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def read_post(single: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a form sent, under the names that rules have, with shares as such; of other kinds' fields nothing."""
    kind = single.get("kind", "")
    metric = single.get(METRIC % kind, "")
    is_threshold, is_stage = kind == AlertRule.Kind.THRESHOLD, kind == AlertRule.Kind.STAGE
    names = [name for name in PLAIN if (is_threshold or name not in OF_THRESHOLD) and name not in NOT_OF.get(kind, ())]
    return {name: single[name].strip() for name in names if name in single} | {
        "kind": kind,
        "metric": metric,
        "choices": list(lists.get(CHOICES % kind, ())),
        "targets": list(lists.get("targets", ())),
        **({"value": read_value(metric, single.get("value", ""))} if is_threshold else {}),
        **({name: single[field] for field, name in STAGE_FIELDS.items() if field in single} if is_stage else {}),
    }


def fill_from_post(single: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> Typed:
    """What a form sent, as it was typed."""
    kind = single.get("kind", "")
    texts = {name: single.get(name, "") for name in PLAIN if not name.endswith("_minutes")}
    value, window = STAGE_FIELDS if kind == AlertRule.Kind.STAGE else STAGE_FIELDS.values()
    return Typed(
        **texts,
        value=single.get(value, ""),
        kind=kind,
        metric=single.get(METRIC % kind, ""),
        window_minutes=read_whole(single.get(window, ""), 60),
        cooldown_minutes=read_whole(single.get("cooldown_minutes", ""), 60),
        choices=tuple(lists.get(CHOICES % kind, ())),
        targets=tuple(read_whole(each, 0) for each in lists.get("targets", ())),
    )


def read_whole(text: str, usual: int) -> int:
    """
    >>> read_whole("15", 60), read_whole("x", 60)
    (15, 60)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else usual
