"""REST of `tracing`: generations and traces."""

import time
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api_filters import GenerationFilters
from tracing.dead_letters import load_letters, retry_letters
from tracing.filter_sql import compile_filter
from tracing.generation_list import load_generation_page, place_call
from tracing.masking_rules import mask_columns
from tracing.models import Project
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.records import load_spans
from tracing.records.generations import read_generation
from tracing.resources import (
    DeadLetterPage,
    GenerationPage,
    RetriedResource,
    TraceResource,
    describe_span,
    format_time,
    to_ms,
)
from tracing.sent_ids import know_ids
from tracing.store import get_store

router = Router(tags=["tracing"])


def project_of(request: HttpRequest) -> Project:
    """The project that the request's key or `?project=` names, as the operation's `May` found it."""
    return access_of(request).project


@router.get(
    "generations",
    response=GenerationPage,
    exclude_unset=True,
    summary="Model calls, latest first",
    auth=May(Right.READ),
)
def list_generations(
    request: HttpRequest,
    filters: Query[GenerationFilters],
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    place = decode_cursor(cursor, "generations")
    given = know_ids(project_of(request).pk, filters.read())
    where = compile_filter(given, "generations", time.time_ns())
    rows = load_generation_page(get_store(), project_of(request).pk, place, limit + 1, where)
    items = [describe_generation(row) for row in rows[:limit]]
    return give_page("generations", items, place_call(rows[limit - 1]) if len(rows) > limit else None)


def describe_generation(row: dict[str, Any]) -> dict[str, Any]:
    generation = read_generation(row)
    first_chunk = generation.time_to_first_chunk_ns
    return row | {
        "input_messages": [message.to_json() for message in generation.input_messages],
        "output_messages": [message.to_json() for message in generation.output_messages],
        "tool_definitions": generation.tool_definitions,
        "parameters": generation.parameters,
        "prompt_variables": generation.prompt_variables,
        "metadata": generation.metadata,
        "start_time": format_time(generation.start_time_ns),
        "duration_ms": to_ms(generation.duration_ns),
        "time_to_first_chunk_ms": None if first_chunk is None else to_ms(first_chunk),
    }


@router.get(
    "traces/{trace_id}",
    response=TraceResource,
    exclude_unset=True,
    summary="All spans of one trace",
    auth=May(Right.READ),
)
def show_trace(request: HttpRequest, trace_id: str) -> dict[str, Any]:
    spans = load_spans(get_store(), project_of(request).pk, [trace_id.lower()])
    if not spans:
        raise HttpError(404, f"There is no trace {trace_id} in this project.")
    return {"trace_id": trace_id.lower(), "spans": [describe_span(span) for span in spans]}


@router.get(
    "dead-letters",
    response=DeadLetterPage,
    summary="Rows that the store refused for their content",
    auth=May(Right.READ),
)
def list_dead_letters(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    page = load_letters(get_store(), project_of(request).pk, decode_cursor(cursor, "dead-letters"), limit)
    items = [asdict(letter) | {"time": format_time(letter.time_ns)} for letter in page.letters]
    return give_page("dead-letters", items, page.next)


@router.post(
    "dead-letters/retry", response=RetriedResource, summary="Insert every dead letter again", auth=May(Right.EDIT)
)
@transaction.non_atomic_requests
def retry_dead_letters(request: HttpRequest) -> dict[str, Any]:
    retried = asdict(retry_letters(get_store(), project_of(request).pk, mask_columns))
    audit.describe(request, **retried)
    return retried
