"""From an OTLP request to columns of `otel_traces` or `otel_logs`, in the Collector exporter's layout, nothing lost.

Records without a valid identity or time are counted and left out; their neighbours are kept.
Source: opentelemetry-collector-contrib, exporter/clickhouseexporter; opentelemetry-proto, trace.proto and logs.proto.
This is the hot path of the receiver: every field of a message is read once, and rows become columns at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tracing.receive.values import (
    DEFAULT_LIMITS,
    Limits,
    Strings,
    cut_text,
    decode_attributes,
    decode_value,
)

SPAN_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATUS_CODES = ("Unset", "Ok", "Error")
PROJECT_ATTRIBUTE = "tacit.project"
EVENT_NAME_ATTRIBUTE = "event.name"
LATEST_TIME_NS = 2**63 - 1
NO_TRACE, NO_SPAN = bytes(16), bytes(8)
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
    "EventAttributeTypes",
    "Links.TraceId",
    "Links.SpanId",
    "Links.TraceState",
    "Links.Attributes",
    "LinkAttributeTypes",
    "SpanAttributeTypes",
    "ResourceAttributeTypes",
    "project_id",
)
LOG_COLUMNS = (
    "Timestamp",
    "ObservedTimestamp",
    "TraceId",
    "SpanId",
    "TraceFlags",
    "SeverityText",
    "SeverityNumber",
    "ServiceName",
    "Body",
    "BodyType",
    "ResourceAttributes",
    "ScopeName",
    "ScopeVersion",
    "LogAttributes",
    "EventName",
    "LogAttributeTypes",
    "ResourceAttributeTypes",
    "project_id",
)

Row = tuple[Any, ...]
NO_EVENTS: Row = ([], [], [], [])
NO_LINKS: Row = ([], [], [], [], [])


class InvalidRecordError(ValueError):
    """A span or log record that cannot be kept; the message says why."""


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


@dataclass(slots=True)
class LogBatch(ColumnBatch):
    """Rows of `otel_logs`."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LOG_COLUMNS})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: what all those of one resource and scope share."""

    service_name: str
    resource: Strings
    resource_types: Strings
    project_id: int
    scope_name: str = ""
    scope_version: str = ""


def decode_spans(request: ExportTraceServiceRequest, project_id: int, limits: Limits = DEFAULT_LIMITS) -> SpanBatch:
    """Every valid span of `request` as rows of `project_id`."""
    batch = SpanBatch()
    rows: list[Row] = []
    for resource_spans in request.resource_spans:
        resource = decode_resource(resource_spans.resource, project_id, limits)
        for scope_spans in resource_spans.scope_spans:
            origin = enter_scope(resource, scope_spans.scope)
            for span in scope_spans.spans:
                try:
                    rows.append(decode_span(span, origin, limits))
                except InvalidRecordError as error:
                    batch.rejected += 1
                    batch.reason = str(error)
    fill_columns(batch, rows)
    return batch


def decode_logs(request: ExportLogsServiceRequest, project_id: int, limits: Limits = DEFAULT_LIMITS) -> LogBatch:
    """Every valid log record of `request` as rows of `project_id`; records need no trace."""
    batch = LogBatch()
    rows: list[Row] = []
    for resource_logs in request.resource_logs:
        resource = decode_resource(resource_logs.resource, project_id, limits)
        for scope_logs in resource_logs.scope_logs:
            origin = enter_scope(resource, scope_logs.scope)
            for record in scope_logs.log_records:
                try:
                    rows.append(decode_log(record, origin, limits))
                except InvalidRecordError as error:
                    batch.rejected += 1
                    batch.reason = str(error)
    fill_columns(batch, rows)
    return batch


def fill_columns(batch: ColumnBatch, rows: list[Row]) -> None:
    if rows:
        for column, values in zip(batch.columns.values(), zip(*rows, strict=True), strict=True):
            column.extend(values)


def decode_resource(resource: Resource, project_id: int, limits: Limits) -> Origin:
    strings, types = decode_attributes(resource.attributes, limits)
    strings[PROJECT_ATTRIBUTE] = str(project_id)
    types.pop(PROJECT_ATTRIBUTE, None)
    return Origin(strings.get("service.name", ""), strings, types, project_id)


def enter_scope(origin: Origin, scope: InstrumentationScope) -> Origin:
    return Origin(
        origin.service_name, origin.resource, origin.resource_types, origin.project_id, scope.name, scope.version
    )


def decode_span(span: Span, origin: Origin, limits: Limits) -> Row:
    """The row of `otel_traces`, its values in the order of `COLUMNS`."""
    trace_id, span_id = span.trace_id, span.span_id
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    events, links = span.events, span.links
    if len(trace_id) != 16 or trace_id == NO_TRACE or len(span_id) != 8 or span_id == NO_SPAN:
        raise InvalidRecordError(describe_identity(span))
    if start > LATEST_TIME_NS or end > LATEST_TIME_NS:
        raise InvalidRecordError(describe_time(max(start, end), f"span {span.name!r}"))
    name, code, message = span.name, 0, ""
    if span.HasField("status"):
        code, message = span.status.code, span.status.message
    cut: list[str] = []
    if len(name) > limits.value_characters or len(message) > limits.value_characters:
        cut = list_long(limits, name=name, status_message=message)
        name, message = (cut_text(text, limits.value_characters) for text in (name, message))
    attributes, types = decode_attributes(span.attributes, limits, cut)
    return (
        start,
        trace_id.hex(),
        span_id.hex(),
        span.parent_span_id.hex(),
        span.trace_state,
        name,
        name_code(SPAN_KINDS, span.kind),
        origin.service_name,
        origin.resource,
        origin.scope_name,
        origin.scope_version,
        attributes,
        end - start if end > start else 0,
        name_code(STATUS_CODES, code),
        message,
        *(decode_events(events, limits) if events else NO_EVENTS),
        *(decode_links(links, limits) if links else NO_LINKS),
        types,
        origin.resource_types,
        origin.project_id,
    )


def decode_events(events: Sequence[Span.Event], limits: Limits) -> Row:
    """Times, names, attributes and their types, each a list by event."""
    times = [event.time_unix_nano for event in events]
    if max(times) > LATEST_TIME_NS:
        raise InvalidRecordError(describe_time(max(times), f"event of a span, {events[0].name!r} the first"))
    attributes = [decode_attributes(event.attributes, limits) for event in events]
    names = [cut_text(event.name, limits.value_characters) for event in events]
    return times, names, [strings for strings, _ in attributes], [types for _, types in attributes]


def decode_links(links: Sequence[Span.Link], limits: Limits) -> Row:
    """Trace ids, span ids, trace states, attributes and their types, each a list by link."""
    attributes = [decode_attributes(link.attributes, limits) for link in links]
    return (
        [link.trace_id.hex() for link in links],
        [link.span_id.hex() for link in links],
        [link.trace_state for link in links],
        [strings for strings, _ in attributes],
        [types for _, types in attributes],
    )


def decode_log(record: LogRecord, origin: Origin, limits: Limits) -> Row:
    """The row of `otel_logs`, its values in the order of `LOG_COLUMNS`."""
    trace_id, span_id = record.trace_id, record.span_id
    observed = record.observed_time_unix_nano
    timestamp = record.time_unix_nano or observed  # 0 without both: a time of ours would tell a resend apart
    if len(trace_id) not in (0, 16) or len(span_id) not in (0, 8):
        raise InvalidRecordError(
            f"trace_id must be 16 bytes or none and span_id 8 or none, got {trace_id.hex()!r} and {span_id.hex()!r}"
        )
    if timestamp > LATEST_TIME_NS or observed > LATEST_TIME_NS:
        raise InvalidRecordError(describe_time(max(timestamp, observed), f"log record {record.event_name!r}"))
    body, body_type = decode_value(record.body)
    cut = list_long(limits, body=body)
    if cut:
        body, body_type = cut_text(body, limits.value_characters), ""
    attributes, types = decode_attributes(record.attributes, limits, cut)
    return (
        timestamp,
        observed,
        trace_id.hex() if trace_id != NO_TRACE else "",
        span_id.hex() if span_id != NO_SPAN else "",
        record.flags & 0xFF,
        record.severity_text,
        record.severity_number & 0xFF,
        origin.service_name,
        body,
        body_type,
        origin.resource,
        origin.scope_name,
        origin.scope_version,
        attributes,
        record.event_name or attributes.get(EVENT_NAME_ATTRIBUTE, ""),
        types,
        origin.resource_types,
        origin.project_id,
    )


def list_long(limits: Limits, **texts: str) -> list[str]:
    """Names of those texts that are over the limit."""
    return [name for name, text in texts.items() if len(text) > limits.value_characters]


def name_code(names: tuple[str, ...], code: int) -> str:
    """The name of an enumeration's value; that of 0 for a value that we do not know."""
    return names[code] if 0 <= code < len(names) else names[0]


def describe_identity(span: Span) -> str:
    """Why a span has no valid identity."""
    for field_name, size in (("trace_id", 16), ("span_id", 8)):
        value: bytes = getattr(span, field_name)
        if len(value) != size or not any(value):
            break
    return f"{field_name} must be {size} bytes and not all zero, got {value.hex()!r} (span {span.name!r})"


def describe_time(time_ns: int, what: str) -> str:
    return f"times must be nanoseconds since 1970 and before 2262, got {time_ns} ({what})"
