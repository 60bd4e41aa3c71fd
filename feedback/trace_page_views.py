"""The page of one trace: its spans as a tree, one of them whole, and the turn that it was made for."""

import time
from collections.abc import Collection, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from feedback.detectors import DETECTORS
from feedback.pages.observations import summarise_signals
from feedback.pages.span_details import SpanDetails, show_span
from feedback.pages.trace_filters import TraceFilters
from feedback.records import load_signals
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.pages import render_page
from tracing.records import load_spans
from tracing.records.conversations import load_rows
from tracing.records.generations import read_generation
from tracing.records.spans import load_outline
from tracing.records.tool_runs import load_run, load_run_keys
from tracing.span_oddities import tell_oddities
from tracing.spans import Span
from tracing.store import get_store
from tracing.subtrees import cut_subtree
from tracing.trace_calls import CallOutline, load_calls_in_outline, load_trace_calls, load_turn
from tracing.trace_list import find_neighbour, summarise_traces
from tracing.waterfall import draw_waterfall, list_figures

MOST_SPANS = 20_000
"""What of a longer trace comes later is told as a number."""
MOST_ROWS = 400
MOST_FAILED = 40
"""Failed spans that stand among the rows wherever they are in the tree."""
TITLES = {detector.kind: detector.title for detector in DETECTORS}
DIRECTIONS = {"newer": "This is the newest trace of the list.", "older": "This is the last trace of the list."}


@require_safe
@project_page(Right.READ)
def show_trace(request: HttpRequest, project: Project, trace_id: str) -> HttpResponse:
    """The spans of one trace, level by level as many as there is room for, and one of them whole."""
    store, trace_id = get_store(), trace_id.lower()
    spans = load_outline(store, project.pk, trace_id, MOST_SPANS)
    if not spans:
        return refuse(request, project, trace_id)
    calls = load_calls_in_outline(store, project.pk, trace_id)
    runs = load_run_keys(store, project.pk, trace_id)
    selected = choose_span(spans, [each.span_id for each in calls], request.GET.get("span", ""))
    part = cut_subtree(spans, request.GET.get("within", ""), request.GET.get("from", ""), MOST_ROWS)
    context = {
        "end": DIRECTIONS.get(request.GET.get("end", "")),
        "project": project,
        "section": "traces",
        "trace_id": trace_id,
        "filters": TraceFilters.from_query(request.GET.dict()),
        "most_spans": MOST_SPANS,
        "summary": summarise_traces(store, project.pk, [trace_id], -1)[0],
        "calls": load_trace_calls(store, project.pk, [trace_id]).get(trace_id),
        "part": part,
        "oddities": tell_oddities(spans),
        "waterfall": draw_waterfall(part.spans, list_figures(calls, runs), MOST_ROWS, list_kept(spans, selected)),
        "selected": selected.span_id,
        "details": read_details(project, selected, calls, min(span.start_time_ns for span in spans)),
        **read_turn(project, trace_id, calls),
    }
    return render_page(request, "trace.html", context)


def refuse(request: HttpRequest, project: Project, trace_id: str) -> HttpResponse:
    message = f"There is no trace “{trace_id[:200]}” in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def choose_span(spans: Sequence[Span], call_ids: Collection[str], asked: str) -> Span:
    """The one that is asked for, else the first that failed, else the first call of a model, else the first."""
    by_id = {span.span_id: span for span in reversed(spans)}
    failed = (span.span_id for span in spans if span.status_code == "Error")
    called = (span.span_id for span in spans if span.span_id in frozenset(call_ids))
    return next((by_id[each] for each in (asked, *failed, *called) if each in by_id), spans[0])


def list_kept(spans: Sequence[Span], selected: Span) -> list[str]:
    """Spans that are shown wherever they stand."""
    failed = [span.span_id for span in spans if span.status_code == "Error"]
    return [selected.span_id, *failed[:MOST_FAILED]]


def read_details(project: Project, span: Span, calls: Sequence[CallOutline], start_ns: int) -> SpanDetails:
    """Query the span whole, with the model call or run of a tool that it tells of."""
    store = get_store()
    [whole] = load_spans(store, project.pk, [span.trace_id], [span.span_id])
    told = next((each for each in calls if span.span_id in (each.span_id, *each.other_span_ids)), None)
    call = None
    if told:
        path = "tracing/sql/generation_of_span.sql"
        rows = store.query(path, project_id=project.pk, trace_id=span.trace_id, span_id=told.span_id)
        call = read_generation(rows[0]) if rows else None
    return show_span(whole, call, load_run(store, project.pk, span.trace_id, span.span_id), start_ns)


def read_turn(project: Project, trace_id: str, calls: Sequence[CallOutline]) -> dict[str, Any]:
    """Query the turn that the trace was made for, and what was heard in it."""
    store = get_store()
    conversation_id = next((call.conversation_id for call in calls if call.conversation_id), "")
    row = load_rows(store, project.pk, [conversation_id] if conversation_id else []).get(conversation_id)
    if row is None:
        return {}
    turn = load_turn(store, project.pk, conversation_id, trace_id)
    signals = load_signals(store, project.pk, [conversation_id]).get(conversation_id, ()) if turn else ()
    here = [each for each in signals if turn and each.turn_index == turn.turn_index]
    return {"conversation": row, "turn": turn, "heard": summarise_signals(here, TITLES)}


@require_safe
@project_page(Right.READ)
def open_neighbour(request: HttpRequest, project: Project, trace_id: str) -> HttpResponse:
    """From a trace to the one before or after it in the list that the filters of the address leave."""
    trace_id = trace_id.lower()
    if not summarise_traces(get_store(), project.pk, [trace_id], -1):
        return refuse(request, project, trace_id)
    filters = TraceFilters.from_query(request.GET.dict())
    way = "newer" if request.GET.get("way") == "newer" else "older"
    try:
        found = find_neighbour(
            get_store(), project.pk, trace_id, filters.given, time.time_ns(), is_newer=way == "newer"
        )
    except FilterError:
        found = None
    query = "&".join(filter(None, [filters.query, "" if found else f"end={way}"]))
    address = reverse("trace", args=[project.slug, found or trace_id])
    return redirect(f"{address}?{query}" if query else address)
