"""What instrumentations really sent, trace by trace: the valid messages that fuzzing starts from."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import ResourceLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

DIRECTORY = Path(__file__).parents[1] / "tracing/conventions/recordings"
MOST_SPANS = 6
"""Longer traces tell the readers nothing that shorter ones do not, and take longer."""


@dataclass(frozen=True)
class Corpus:
    """Traces, each with its resource; log records, each with its resource; and every attribute's key in them."""

    traces: tuple[ResourceSpans, ...]
    logs: tuple[ResourceLogs, ...]
    keys: tuple[str, ...]


@cache
def load_corpus() -> Corpus:
    traces: list[ResourceSpans] = []
    logs: list[ResourceLogs] = []
    for path in sorted(DIRECTORY.glob("*.json.gz")):
        if path.name.startswith(("more-", "retrieval-")):
            continue  # the same libraries at length
        recorded = json.loads(gzip.decompress(path.read_bytes()))
        traces += part_traces(ParseDict(recorded["traces"], ExportTraceServiceRequest()).resource_spans)
        logs += ParseDict(recorded["logs"], ExportLogsServiceRequest()).resource_logs
    keys = {each.key for group in traces for span in list_spans(group) for each in span.attributes}
    keys |= {
        each.key for group in traces for span in list_spans(group) for event in span.events for each in event.attributes
    }
    return Corpus(tuple(traces), tuple(logs), tuple(sorted(keys)))


def part_traces(groups: Iterable[ResourceSpans]) -> list[ResourceSpans]:
    """The same spans by trace, each with the first of its resources."""
    parts: dict[bytes, ResourceSpans] = {}
    for group in groups:
        for scope in group.scope_spans:
            for span in scope.spans:
                part = parts.setdefault(span.trace_id, ResourceSpans(resource=group.resource))
                part.scope_spans.add(scope=scope.scope, spans=[span])
    return [part for part in parts.values() if len(part.scope_spans) <= MOST_SPANS]


def list_spans(group: ResourceSpans) -> list[Span]:
    return [span for scope in group.scope_spans for span in scope.spans]
