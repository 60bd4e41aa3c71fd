"""From an OTLP request to columns of `otel_traces`, in the Collector exporter's layout, with nothing lost.

Values become strings as the Collector writes them; the type that a string loses is kept beside it.
Source: opentelemetry-collector-contrib, exporter/clickhouseexporter; opentelemetry-proto, common.proto.
"""

import base64
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPAN_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATUS_CODES = ("Unset", "Ok", "Error")
PROJECT_ATTRIBUTE = "tacit.project"
LATEST_TIME_NS = 2**63 - 1
COLUMNS = (
    "Timestamp",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "TraceState",
    "SpanName",
    "SpanKind",
    "ServiceName",
    "ResourceAttributes",
    "ScopeName",
    "ScopeVersion",
    "SpanAttributes",
    "Duration",
    "StatusCode",
    "StatusMessage",
    "Events.Timestamp",
    "Events.Name",
    "Events.Attributes",
    "Links.TraceId",
    "Links.SpanId",
    "Links.TraceState",
    "Links.Attributes",
    "SpanAttributeTypes",
    "ResourceAttributeTypes",
    "EventAttributeTypes",
    "LinkAttributeTypes",
    "project_id",
)

Strings = dict[str, str]


@dataclass(slots=True)
class ColumnBatch:
    """Rows by column, ready for `Store.insert`, and how many were refused with the reason of the last one."""

    columns: dict[str, list[Any]]
    rejected: int = 0
    reason: str = ""

    def __len__(self) -> int:
        return len(self.columns["project_id"])


@dataclass(slots=True)
class SpanBatch(ColumnBatch):
    """Rows of `otel_traces`."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in COLUMNS})


def decode_spans(request: ExportTraceServiceRequest, project_id: int) -> SpanBatch:
    """Every valid span of `request` as rows of `project_id`; spans without valid ids are counted and left out."""
    batch = SpanBatch()
    for resource_spans in request.resource_spans:
        resource, resource_types = decode_attributes(resource_spans.resource.attributes)
        resource[PROJECT_ATTRIBUTE] = str(project_id)
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            for span in scope_spans.spans:
                reason = refuse_span(span)
                if reason:
                    batch.rejected += 1
                    batch.reason = reason
                    continue
                append_span(batch.columns, span, scope.name, scope.version, resource, resource_types, project_id)
    return batch


def refuse_span(span: Span) -> str:
    """Why a span cannot be kept: it has no identity, or a time that no clock shows; empty where it can."""
    if len(span.trace_id) != 16 or not any(span.trace_id):
        return f"trace_id must be 16 bytes and not all zero, got {span.trace_id.hex()!r} (span {span.name!r})"
    if len(span.span_id) != 8 or not any(span.span_id):
        return f"span_id must be 8 bytes and not all zero, got {span.span_id.hex()!r} (span {span.name!r})"
    times = (span.start_time_unix_nano, span.end_time_unix_nano, *(event.time_unix_nano for event in span.events))
    if max(times) > LATEST_TIME_NS:
        return f"times must be nanoseconds since 1970 and before 2262, got {max(times)} (span {span.name!r})"
    return ""


def name_code(names: tuple[str, ...], code: int) -> str:
    """The name of an enumeration's value; that of 0 for a value that we do not know."""
    return names[code] if 0 <= code < len(names) else names[0]


def append_span(
    columns: dict[str, list[Any]],
    span: Span,
    scope_name: str,
    scope_version: str,
    resource: Strings,
    resource_types: Strings,
    project_id: int,
) -> None:
    attributes, types = decode_attributes(span.attributes)
    events = [(event, *decode_attributes(event.attributes)) for event in span.events]
    links = [(link, *decode_attributes(link.attributes)) for link in span.links]
    row = (
        span.start_time_unix_nano,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.trace_state,
        span.name,
        name_code(SPAN_KINDS, span.kind),
        resource.get("service.name", ""),
        resource,
        scope_name,
        scope_version,
        attributes,
        max(0, span.end_time_unix_nano - span.start_time_unix_nano),
        name_code(STATUS_CODES, span.status.code),
        span.status.message,
        [event.time_unix_nano for event, _, _ in events],
        [event.name for event, _, _ in events],
        [strings for _, strings, _ in events],
        [link.trace_id.hex() for link, _, _ in links],
        [link.span_id.hex() for link, _, _ in links],
        [link.trace_state for link, _, _ in links],
        [strings for _, strings, _ in links],
        types,
        resource_types,
        [types_of_event for _, _, types_of_event in events],
        [types_of_link for _, _, types_of_link in links],
        project_id,
    )
    for name, value in zip(COLUMNS, row, strict=True):
        columns[name].append(value)


def decode_attributes(attributes: Iterable[KeyValue]) -> tuple[Strings, Strings]:
    """Values as strings by key, and the types of those that are not strings."""
    strings: Strings = {}
    types: Strings = {}
    for attribute in attributes:
        value = attribute.value
        kind = value.WhichOneof("value")
        if kind == "string_value":
            strings[attribute.key] = value.string_value
            types.pop(attribute.key, None)
        else:
            strings[attribute.key], types[attribute.key] = decode_value(value, kind)
    return strings, types


def decode_value(value: AnyValue, kind: str | None) -> tuple[str, str]:
    """A value that is not a string, as the Collector would write it, and its type."""
    if kind == "bool_value":
        return ("true" if value.bool_value else "false"), "bool"
    if kind == "int_value":
        return str(value.int_value), "int"
    if kind == "double_value":
        return format_double(value.double_value), "double"
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode(), "bytes"
    if kind == "array_value":
        return json.dumps(to_json(value), ensure_ascii=False), "array"
    if kind == "kvlist_value":
        return json.dumps(to_json(value), ensure_ascii=False), "kvlist"
    return "", "empty"


def format_double(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return repr(number)


def to_json(value: AnyValue) -> Any:
    """A nested value as JSON has it; NaN and infinities as strings, bytes as base64."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [to_json(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {item.key: to_json(item.value) for item in value.kvlist_value.values}
    if kind == "double_value":
        number = value.double_value
        return number if math.isfinite(number) else format_double(number)
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind) if kind else None
