"""Rows of `otel_logs` as `LogRecord`s, bodies and attributes in their own types again."""

from collections.abc import Mapping, Sequence
from typing import Any

from tracing.records.values import restore, restore_types
from tracing.spans import LogRecord, SpanEvent
from tracing.store import Store

PLAIN_LOG = "log"
"""Name of a record that is no event and says no severity."""


def load_logs(
    store: Store, project_id: int, trace_ids: Sequence[str], log_ids: Sequence[int] = (), span_ids: Sequence[str] = ()
) -> list[LogRecord]:
    """All log records of these traces, and those of `log_ids` that belong to no trace, by time; where `span_ids` are
    named, those of these spans alone."""
    rows = store.query(
        "tracing/sql/logs.sql",
        project_id=project_id,
        trace_ids=list(trace_ids),
        log_ids=list(log_ids),
        span_ids=list(span_ids),
    )
    return [read_log(project_id, row) for row in rows]


def read_log(project_id: int, row: Mapping[str, Any]) -> LogRecord:
    event = SpanEvent(
        name=row["name"] or row["severity"] or PLAIN_LOG,
        time_ns=row["time_ns"],
        attributes=restore_types(row["attributes"], row["attribute_types"]),
        body=restore(row["body"], row["body_type"]) if row["body"] else None,
    )
    return LogRecord(project_id, row["trace_id"], row["span_id"], event)
