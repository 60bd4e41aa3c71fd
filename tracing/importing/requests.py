"""Imported spans become bodies of OTLP requests, each small enough for any receiver."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tracing.importing.entries import ImportedSpan

SPANS_PER_REQUEST = 1_000
BYTES_PER_REQUEST = 4 * 1024 * 1024
SCOPE = "tacit.import"
SERVICE = "imported"
"""Name of the service where the log names none."""


def write_requests(spans: Iterable[ImportedSpan]) -> Iterator[tuple[int, bytes]]:
    """Numbers of spans and the bodies that hold them."""
    waiting: list[Span] = []
    size = 0
    for span in map(write_span, spans):
        waiting.append(span)
        size += span.ByteSize()
        if len(waiting) >= SPANS_PER_REQUEST or size >= BYTES_PER_REQUEST:
            yield len(waiting), write_request(waiting)
            waiting, size = [], 0
    if waiting:
        yield len(waiting), write_request(waiting)


def write_request(spans: Iterable[Span]) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value=SERVICE)))
    scope = group.scope_spans.add()
    scope.scope.name = SCOPE
    scope.spans.extend(spans)
    body: bytes = request.SerializeToString()
    return body


def write_span(span: ImportedSpan) -> Span:
    failed = span.error is not None
    return Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_span_id),
        name=mend(span.name),
        start_time_unix_nano=span.start_time_ns,
        end_time_unix_nano=span.end_time_ns,
        attributes=write_attributes(span.attributes),
        events=[
            Span.Event(name=mend(each.name), time_unix_nano=each.time_ns, attributes=write_attributes(each.attributes))
            for each in span.events
        ],
        status=Status(code=Status.STATUS_CODE_ERROR, message=mend(span.error or "")) if failed else None,
    )


def write_attributes(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=mend(name), value=write_value(value)) for name, value in attributes.items()]


def write_value(value: Any) -> AnyValue:
    """A plain value as OTLP has it; what OTLP has no place for becomes text."""
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return AnyValue(array_value=ArrayValue(values=[write_value(item) for item in value]))
    if isinstance(value, list | dict):
        return AnyValue(string_value=mend(json.dumps(value, ensure_ascii=False, default=str)))
    return AnyValue(string_value=mend(str(value)))


def mend(text: str) -> str:
    """`text` without halves of characters."""
    return text.encode("utf-8", "replace").decode()
