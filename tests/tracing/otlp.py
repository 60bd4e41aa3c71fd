"""OTLP requests as apps send them, made by hand: plain Python values in, protobuf out."""

import time
from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tracing.receive.decoding import decode_logs, decode_spans
from tracing.store import Store

PROJECT = 1


def to_any(value: Any) -> AnyValue:
    """A Python value as OTLP has it; None becomes the empty value."""
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[to_any(item) for item in value]))
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=to_key_values(value)))
    return AnyValue() if value is None else AnyValue(string_value=value)


def to_key_values(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=to_any(value)) for key, value in values.items()]


def make_span(number: int = 1, trace: int = 1, attributes: Mapping[str, Any] | None = None, **fields: Any) -> Span:
    """A span whose ids are numbers; `parent` is the number of its parent."""
    parent = fields.pop("parent", 0)
    now = time.time_ns()
    defaults = {"name": "work", "start_time_unix_nano": now, "end_time_unix_nano": now + 1_000_000}
    return Span(
        trace_id=trace.to_bytes(16, "big"),
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        attributes=to_key_values(attributes or {}),
        **(defaults | fields),
    )


def make_request(*spans: Span, resource: Mapping[str, Any] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(to_key_values(resource or {"service.name": "shop"}))
    scope = group.scope_spans.add()
    scope.scope.name, scope.scope.version = "tests", "1.2"
    scope.spans.extend(spans)
    return request


def insert_spans(store: Store, *spans: Span, project_id: int = PROJECT) -> None:
    """Write spans as the receiver does, without HTTP."""
    store.insert("otel_traces", decode_spans(make_request(*spans), project_id).columns)


def make_log(
    name: str = "", span: int = 1, trace: int = 1, attributes: Mapping[str, Any] | None = None, **fields: Any
) -> LogRecord:
    """A log record that names span `span` of trace `trace`, where they are not 0; `body` is a plain value."""
    body = fields.pop("body", None)
    return LogRecord(
        event_name=name,
        trace_id=trace.to_bytes(16, "big") if trace else b"",
        span_id=span.to_bytes(8, "big") if span else b"",
        attributes=to_key_values(attributes or {}),
        body=to_any(body),
        **({"time_unix_nano": time.time_ns()} | fields),
    )


def make_log_request(*logs: LogRecord) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    group.resource.attributes.extend(to_key_values({"service.name": "shop"}))
    group.scope_logs.add().log_records.extend(logs)
    return request


def insert_logs(store: Store, *logs: LogRecord, project_id: int = PROJECT) -> None:
    """Write log records as the receiver does, without HTTP."""
    store.insert("otel_logs", decode_logs(make_log_request(*logs), project_id).columns)


def make_trace_id(number: int) -> str:
    return number.to_bytes(16, "big").hex()


def make_span_id(number: int) -> str:
    return number.to_bytes(8, "big").hex()
