"""What a threshold can be set for: every metric, in one place.

A metric is a line here; its figures come from one of three queries, see `measuring.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from drift.detection.metrics import Kind
from drift.detectors import METRICS as DRIFT_METRICS
from feedback.detectors import DETECTORS


class Shape(StrEnum):
    """How a figure comes from what was counted."""

    TOTAL = "total"
    MEAN = "mean"
    RATE = "rate"
    MEDIAN = "median"
    P95 = "p95"


class Source(StrEnum):
    CONVERSATIONS = "conversations"
    CALLS = "calls"
    OBSERVATIONS = "observations"


@dataclass(frozen=True, slots=True)
class ThresholdMetric:
    """`measure` is what its query calls it, `counted` what a window has so many of."""

    name: str
    title: str
    unit: str
    """``, share, $ or ms."""
    shape: Shape
    source: Source
    measure: str
    counted: str
    kind: str = ""
    """Of signals."""
    of_people: bool = False
    """Whether conversations that machines led are left out."""

    @property
    def is_rate(self) -> bool:
        return self.shape is Shape.RATE


def of_conversations(
    name: str, title: str, unit: str, shape: Shape, measure: str, *, of_people: bool = False
) -> ThresholdMetric:
    source = Source.CONVERSATIONS
    return ThresholdMetric(name, title, unit, shape, source, measure, "conversations", of_people=of_people)


def of_calls(name: str, title: str, unit: str, shape: Shape, measure: str) -> ThresholdMetric:
    return ThresholdMetric(name, title, unit, shape, Source.CALLS, measure, "calls")


GENERAL = (
    of_conversations("conversations", "conversations", "", Shape.TOTAL, "conversations"),
    of_conversations(
        "dissatisfied", "estimated share of dissatisfied users", "share", Shape.RATE, "dissatisfied", of_people=True
    ),
    of_conversations("cost_mean", "cost of a conversation", "$", Shape.MEAN, "cost_usd"),
    of_calls("calls", "calls of models", "", Shape.TOTAL, "calls"),
    of_calls("call_errors", "calls that failed", "share", Shape.RATE, "errors"),
    of_calls("cost_total", "cost of all calls", "$", Shape.TOTAL, "cost_usd"),
    of_calls("tokens", "tokens of all calls", "", Shape.TOTAL, "tokens"),
    of_calls("latency_p50", "median time of a call", "ms", Shape.MEDIAN, "latency_ms"),
    of_calls("latency_p95", "time of the slowest 5 % of calls", "ms", Shape.P95, "latency_ms"),
    of_calls(
        "first_chunk_p95", "time to the first chunk of the slowest 5 % of calls", "ms", Shape.P95, "first_chunk_ms"
    ),
)
OBSERVED = tuple(
    ThresholdMetric(
        each.name, each.words, "share", Shape.RATE, Source.OBSERVATIONS, each.name, "occasions", of_people=True
    )
    for each in DRIFT_METRICS
    if each.kind is Kind.RATE and each.name not in ("errors", "other_languages")
)
"""All rates of drift but that of errors, as `call_errors` counts calls of machines, too, and that of languages, which
is counted against the whole project's most common one."""
SIGNALS = tuple(
    ThresholdMetric(
        f"signal_{each.kind}",
        f"conversations with the signal “{each.title}”",
        "share",
        Shape.RATE,
        Source.CONVERSATIONS,
        "signal",
        "conversations",
        kind=each.kind,
        of_people=True,
    )
    for each in DETECTORS
    if each.kind != "sentiment"
)
"""Sentiment is told of every message."""
THRESHOLD_METRICS = (*GENERAL, *OBSERVED, *SIGNALS)
BY_NAME = {each.name: each for each in THRESHOLD_METRICS}


def format_value(metric: ThresholdMetric, value: float | None) -> str:
    """A figure with its unit.

    >>> format_value(BY_NAME["call_errors"], 0.0312), format_value(BY_NAME["latency_p95"], 2340.0)
    ('3.1 %', '2,340 ms')
    >>> format_value(BY_NAME["cost_mean"], 0.00123), format_value(BY_NAME["calls"], None)
    ('$0.0012', 'nothing')
    """
    if value is None:
        return "nothing"
    if metric.unit == "share":
        return f"{100 * value:.3g} %"
    number = f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.2g}"
    return f"${number}" if metric.unit == "$" else f"{number} {metric.unit}".rstrip()
