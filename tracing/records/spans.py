"""Rows of `otel_traces` as `Span`s, attribute values in their own types again."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracing.records.logs import load_logs
from tracing.records.values import restore_types
from tracing.spans import Span, SpanEvent, SpanLink, join_logs
from tracing.store import Store


def load_spans(store: Store, project_id: int, trace_ids: Sequence[str], span_ids: Sequence[str] = ()) -> list[Span]:
    """All spans of these traces, each in its latest version, with the log records that name it among its events; where
    `span_ids` are named, those alone."""
    if not trace_ids:
        return []
    rows = store.query(
        "tracing/sql/spans.sql", project_id=project_id, trace_ids=list(trace_ids), span_ids=list(span_ids)
    )
    spans = [read_span(project_id, row) for row in rows]
    return join_logs(spans, load_logs(store, project_id, trace_ids, span_ids=span_ids)) if spans else []


def load_outline(store: Store, project_id: int, trace_id: str, limit: int) -> list[Span]:
    """The first `limit` spans of a trace by their start, without attributes and events."""
    path = "tracing/sql/spans_in_outline.sql"
    rows = store.query(path, project_id=project_id, trace_id=trace_id, limit=limit)
    return [Span(project_id=project_id, trace_id=trace_id, **row) for row in rows]


def read_span(project_id: int, row: Mapping[str, Any]) -> Span:
    return Span(
        project_id=project_id,
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        parent_span_id=row["parent_span_id"],
        name=row["name"],
        kind=row["kind"],
        start_time_ns=row["start_time_ns"],
        duration_ns=row["duration_ns"],
        status_code=row["status_code"],
        status_message=row["status_message"],
        service_name=row["service_name"],
        scope_name=row["scope_name"],
        attributes=restore_types(row["attributes"], row["attribute_types"]),
        resource_attributes=restore_types(row["resource_attributes"], row["resource_attribute_types"]),
        events=tuple(
            SpanEvent(name, time_ns, restore_types(attributes, types))
            for name, time_ns, attributes, types in zip(
                row["event_names"],
                row["event_times_ns"],
                row["event_attributes"],
                fill(row["event_attribute_types"], len(row["event_names"])),
                strict=True,
            )
        ),
        links=tuple(
            SpanLink(trace_id, span_id, restore_types(attributes, types))
            for trace_id, span_id, attributes, types in zip(
                row["link_trace_ids"],
                row["link_span_ids"],
                row["link_attributes"],
                fill(row["link_attribute_types"], len(row["link_trace_ids"])),
                strict=True,
            )
        ),
    )


def fill(types: Sequence[Mapping[str, str]], length: int) -> Sequence[Mapping[str, str]]:
    """The types of each item; a stock Collector writes none."""
    return types if len(types) == length else [{}] * length
