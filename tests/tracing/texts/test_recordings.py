"""With texts hidden, what every instrumentation writes is read as the same calls, and no text of it is left."""

import gzip
import json
from dataclasses import fields
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracing.recordings import DIRECTORY
from tracing.conventions import read_trace
from tracing.generations import Generation, Message
from tracing.receive.decoding import decode_logs, decode_spans
from tracing.records.spans import read_span
from tracing.records.values import restore, restore_types
from tracing.spans import LogRecord, SpanEvent, Trace, join_logs
from tracing.texts.columns import hide_columns
from tracing.texts.hiding import Hider
from tracing.texts.stand_ins import is_kept

EVERY = sorted(path.name.removesuffix(".json.gz") for path in DIRECTORY.glob("*.json.gz"))
HIDER = Hider(b"secret of the project")
TEXTS = {
    "system_instructions",
    "input_messages",
    "output_messages",
    "user_text",
    "tool_definitions",
    "parameters",
    "prompt_variables",
    "error_message",
    "metadata",
}
SAME = [field.name for field in fields(Generation) if field.name not in TEXTS]
Columns = dict[str, list[Any]]


@cache
def load(name: str) -> tuple[Columns, Columns]:
    recorded = json.loads(gzip.decompress((DIRECTORY / f"{name}.json.gz").read_bytes()))
    spans = decode_spans(ParseDict(recorded["traces"], ExportTraceServiceRequest()), 1)
    logs = decode_logs(ParseDict(recorded["logs"], ExportLogsServiceRequest()), 1)
    return spans.columns, logs.columns


def hide(name: str) -> tuple[Columns, Columns]:
    spans, logs = (dict(columns) for columns in load(name))
    hide_columns("otel_traces", spans, HIDER)
    hide_columns("otel_logs", logs, HIDER)
    return spans, logs


def read(columns: tuple[Columns, Columns]) -> list[Generation]:
    spans, logs = columns
    rows = [dict(zip(spans, values, strict=True)) for values in zip(*spans.values(), strict=True)]
    read_spans = [read_span(1, rename(row)) for row in rows]
    records = [read_log(dict(zip(logs, values, strict=True))) for values in zip(*logs.values(), strict=True)]
    joined = join_logs(read_spans, records)
    traces: dict[str, list[Any]] = {}
    for span in joined:
        traces.setdefault(span.trace_id, []).append(span)
    return [call for trace_id in sorted(traces) for call in read_trace(Trace(traces[trace_id])).generations]


def rename(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "trace_id": row["TraceId"],
        "span_id": row["SpanId"],
        "parent_span_id": row["ParentSpanId"],
        "name": row["SpanName"],
        "kind": row["SpanKind"],
        "start_time_ns": row["Timestamp"],
        "duration_ns": row["Duration"],
        "status_code": row["StatusCode"],
        "status_message": row["StatusMessage"],
        "service_name": row["ServiceName"],
        "scope_name": row["ScopeName"],
        "attributes": row["SpanAttributes"],
        "attribute_types": row["SpanAttributeTypes"],
        "resource_attributes": row["ResourceAttributes"],
        "resource_attribute_types": row["ResourceAttributeTypes"],
        "event_names": row["Events.Name"],
        "event_times_ns": row["Events.Timestamp"],
        "event_attributes": row["Events.Attributes"],
        "event_attribute_types": row["EventAttributeTypes"],
        "link_trace_ids": row["Links.TraceId"],
        "link_span_ids": row["Links.SpanId"],
        "link_attributes": row["Links.Attributes"],
        "link_attribute_types": row["LinkAttributeTypes"],
    }


def read_log(row: dict[str, Any]) -> LogRecord:
    attributes = restore_types(row["LogAttributes"], row["LogAttributeTypes"])
    body = restore(row["Body"], row["BodyType"])
    return LogRecord(1, row["TraceId"], row["SpanId"], SpanEvent(row["EventName"], row["Timestamp"], attributes, body))


def outline(message: Message) -> tuple[Any, ...]:
    calls = [(call.id, call.name, bool(call.arguments)) for call in message.tool_calls]
    return (
        message.role,
        bool(message.content),
        calls,
        message.tool_call_id,
        [part.get("type") for part in message.parts],
    )


def list_texts(call: Generation) -> list[str]:
    messages = (*call.input_messages, *call.output_messages)
    return [text for text in (call.system_instructions, call.user_text, *(each.content for each in messages)) if text]


@pytest.mark.parametrize("name", EVERY)
def test_the_same_calls_are_read_apart_from_their_texts(name: str) -> None:
    before, after = read(load(name)), read(hide(name))
    assert [call.span_id for call in after] == [call.span_id for call in before]
    for one, other in zip(before, after, strict=True):
        assert {field: getattr(other, field) for field in SAME} == {field: getattr(one, field) for field in SAME}
        for field in ("input_messages", "output_messages"):
            assert list(map(outline, getattr(other, field))) == list(map(outline, getattr(one, field)))
        names = [tool.get("name") for tool in one.tool_definitions]
        assert [tool.get("name") for tool in other.tool_definitions] == names
        assert not any(is_kept(text) for text in list_texts(other))


@pytest.mark.parametrize("name", EVERY)
def test_no_two_words_of_a_text_are_left(name: str) -> None:
    texts = [text for call in read(load(name)) for text in list_texts(call)]
    pairs = {f"{one} {two}" for text in texts for one, two in pairwise(text.split()) if len(one) + len(two) > 5}
    stored = json.dumps(hide(name), ensure_ascii=False)
    assert sorted(pair for pair in pairs if pair in stored) == []
