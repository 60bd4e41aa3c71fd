"""REST of `tracing` that lists and sums up: traces, and the hours of model calls."""

import math
import time
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import HourFilters, TraceFilters
from tracing.filter_sql import compile_filter
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import Count, Number, Time, format_time, to_ms
from tracing.store import get_store
from tracing.trace_list import TraceSummary, find_traces

router = Router(tags=["tracing"])
DAY_NS = 86_400 * 10**9


class TraceSummaryResource(Schema):
    """A trace in a list. Its name and service are those of the span without a parent, else of the first."""

    trace_id: str
    name: str
    service_name: str
    start_time: Time
    duration_ms: float
    span_count: int
    error_count: int


class TracePage(Schema):
    items: list[TraceSummaryResource]
    next_cursor: str | None


class HourResource(Schema):
    """Model calls of one hour and model. Latencies are right to 1 %; what was not reported is null."""

    hour: str
    model: str
    generations: int
    errors: int
    stopped: int
    input_tokens: Count | None
    output_tokens: Count | None
    cost_usd: Number | None
    duration_ms_p50: float | None
    duration_ms_p95: float | None
    time_to_first_chunk_ms_p50: float | None
    time_to_first_chunk_ms_p95: float | None


class HourList(Schema):
    items: list[HourResource]


@router.get(
    "traces",
    response=TracePage,
    summary="Traces, those that began last first",
    operation_id="list_traces",
    auth=May(Right.READ),
)
def show_traces(
    request: HttpRequest, filters: Query[TraceFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    place = decode_cursor(cursor, "traces")
    page = find_traces(get_store(), project_of(request).pk, filters.read(), place, limit, time.time_ns())
    return give_page("traces", [describe_trace(trace) for trace in page.rows], page.next)


def describe_trace(trace: TraceSummary) -> dict[str, Any]:
    return {
        "trace_id": trace.trace_id,
        "name": trace.name,
        "service_name": trace.service_name,
        "start_time": format_time(trace.start_time_ns),
        "duration_ms": to_ms(trace.duration_ns),
        "span_count": trace.span_count,
        "error_count": trace.error_count,
    }


@router.get(
    "hours", response=HourList, summary="Model calls by hour and model", operation_id="list_hours", auth=May(Right.READ)
)
def show_hours(request: HttpRequest, filters: Query[HourFilters], days: Limit = 7) -> dict[str, Any]:
    """Figures of the last `days` days, from hours that are counted a few seconds after a call was read."""
    now_ns = time.time_ns()
    rows = get_store().query(
        "tracing/sql/hourly_figures.sql",
        compile_filter(filters.read(), "hours", now_ns),
        project_id=project_of(request).pk,
        since_ns=max(0, now_ns - days * DAY_NS),
    )
    return {"items": [describe_hour(row) for row in rows]}


def describe_hour(row: dict[str, Any]) -> dict[str, Any]:
    names = ("duration_ms_p50", "duration_ms_p95", "time_to_first_chunk_ms_p50", "time_to_first_chunk_ms_p95")
    quantiles = (*row["duration_ms"], *row["first_chunk_ms"])
    return {
        **{name: row[name] for name in HourResource.model_fields if name in row},
        "hour": datetime.fromtimestamp(row["hour_s"], UTC).isoformat().replace("+00:00", "Z"),
        **{name: None if math.isnan(value) else value for name, value in zip(names, quantiles, strict=True)},
    }
