"""Figures of this process for `/metrics`, in Prometheus' text format.

Whoever takes, stores or refuses something counts it here; what has to be asked for (backlog, lag, dead letters) is
asked when the page is.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

ACCEPTED = Counter(
    "tacit_accepted", "Rows that were committed and acknowledged, dead letters included.", ["table"], registry=REGISTRY
)
REJECTED = Counter(
    "tacit_rejected", "Records that were refused as invalid, told as partial success.", ["signal", "reason"],
    registry=REGISTRY,
)  # fmt: skip
NOT_STORED = Counter(
    "tacit_not_stored", "Records that were acknowledged but are of a kind that is not kept.", ["signal"],
    registry=REGISTRY,
)  # fmt: skip
DEAD_LETTERED = Counter(
    "tacit_dead_lettered", "Rows that the store refused for their content, kept as dead letters.", ["table"],
    registry=REGISTRY,
)  # fmt: skip
DROPPED = Counter(
    "tacit_dropped", "Rows that were acknowledged and then lost: none, by design.", ["table"], registry=REGISTRY
)
MASKED_WHOLE = Counter(
    "tacit_masked_whole", "Texts that were left out, since a project's pattern took too long for them.",
    registry=REGISTRY,
)  # fmt: skip
REFUSED = Counter(
    "tacit_refused_requests",
    "Requests that were answered with 503 or UNAVAILABLE, to be sent again.",
    ["cause"],
    registry=REGISTRY,
)
REQUESTS = Counter(
    "tacit_otlp_requests", "OTLP requests by their answer.", ["protocol", "signal", "status"], registry=REGISTRY
)
INSERT_SECONDS = Histogram(
    "tacit_insert_seconds",
    "How long an insert into the store took.",
    ["table"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
INSERT_ROWS = Histogram(
    "tacit_insert_rows", "How many rows an insert brought.", ["table"],
    buckets=(1, 10, 100, 300, 1_000, 3_000, 10_000, 30_000), registry=REGISTRY,
)  # fmt: skip
QUERY_SECONDS = Histogram(
    "tacit_query_seconds", "How long a question to the store took.",
    buckets=(0.005, 0.025, 0.1, 0.25, 1, 2.5, 10), registry=REGISTRY,
)  # fmt: skip
for _table in ("otel_traces", "otel_logs"):
    for _figure in (ACCEPTED, DEAD_LETTERED, DROPPED, INSERT_SECONDS, INSERT_ROWS):
        _figure.labels(_table)
for _cause in ("backlog", "store"):
    REFUSED.labels(_cause)

REJECTION_REASONS = ("trace_id", "span_id", "times")
"""First words of reasons; the rest of a reason holds what somebody sent, which must not become a label."""


def count_rejected(signal: str, reason: str, count: int) -> None:
    """Count invalid records under the first word of the reason, where it is one that we write."""
    word = reason.partition(" ")[0]
    REJECTED.labels(signal, word if word in REJECTION_REASONS else "other").inc(count)


def count_all(counter: Counter) -> int:
    """What a counter of this process has counted, under all of its labels."""
    samples = (sample for metric in counter.collect() for sample in metric.samples)
    return round(sum(sample.value for sample in samples if sample.name.endswith("_total")))


class AskedGauge(Collector):
    """A gauge whose values are asked for when the page is; where the asking fails it is left out, and said."""

    def __init__(self, name: str, description: str, label: str, ask: Callable[[], Iterable[tuple[str, float]]]) -> None:
        self.name, self.description, self.label, self.ask = name, description, label, ask

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(self.name, self.description, labels=[self.label] if self.label else [])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self.name, self.description, labels=[self.label] if self.label else [])
        try:
            for value, figure in self.ask():
                family.add_metric([value] if self.label else [], figure)
        except Exception:  # the other figures are worth having, most of all while the store is away
            logger.exception("%s could not be asked for", self.name)
        yield family


def ask_gauge(name: str, description: str, label: str, ask: Callable[[], Iterable[tuple[str, float]]]) -> None:
    """Show what `ask` gives (label's value, figure) as a gauge."""
    REGISTRY.register(AskedGauge(name, description, label, ask))


def render_figures() -> bytes:
    """All figures as text."""
    return generate_latest(REGISTRY)
