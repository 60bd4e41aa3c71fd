"""The page of traces: read, have a pure view model built, answer."""

import re
import time
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from feedback.choices import load_choices
from feedback.detectors import DETECTORS
from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import OUTCOME_WORDS, RANGE_WORDS
from feedback.pages.trace_filters import FAILED, SLOW_WORDS, TraceFilters, list_trace_chips
from feedback.pages.trace_rows import TraceRow, list_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.api_filters import knows_field
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.page_filling import FilledPage
from tracing.pages import render_page
from tracing.paging import Place
from tracing.store import get_store
from tracing.together import ask_together
from tracing.trace_calls import load_trace_calls
from tracing.trace_list import TraceSummary, find_traces, find_traces_by_id

PAGE_ROWS = 50
TITLES = {detector.kind: detector.title for detector in DETECTORS}
FIELDS_SHOWN = [field for field in FIELDS if knows_field("traces", field)]
WHOLE_ID = re.compile(r"[0-9a-f]{32}")


@require_safe
@project_page(Right.READ)
def show_traces(request: HttpRequest, project: Project) -> HttpResponse:
    """The traces that the filters of the address leave, a page at a time; a whole id leads to its trace."""
    filters = TraceFilters.from_query(request.GET.dict())
    token = request.GET.get("cursor", "")
    context: dict[str, Any] = {
        "project": project,
        "section": "traces",
        "filters": filters,
        "chips": list_trace_chips(filters, TITLES),
        "fields": FIELDS_SHOWN,
        "options": {"range": RANGE_WORDS, "outcome": OUTCOME_WORDS, "slower": SLOW_WORDS, "failed": {FAILED: "failed"}},
        "is_later_page": bool(token),
    }
    page: FilledPage[TraceSummary] = FilledPage([], None)
    try:
        choices, (page, rows) = ask_together(
            lambda: load_choices(get_store(), project.pk), lambda: read_page(project, filters, token)
        )
        context |= {"choices": choices, "rows": rows}
    except FilterError as error:
        context |= {"choices": load_choices(get_store(), project.pk), "rows": [], "error": error}
    if WHOLE_ID.fullmatch(filters.trace) and len(page.rows) == 1:
        return redirect("trace", project.slug, filters.trace)
    context["older"] = Cursor(page.next.time_ns, page.next.id).encode() if page.next else ""
    return render_page(request, "traces.html", context)


def read_page(
    project: Project, filters: TraceFilters, token: str
) -> tuple[FilledPage[TraceSummary], Sequence[TraceRow]]:
    """Query one page of the list, and what it shows of each trace. Raises FilterError."""
    page = find_page(project, filters, token)
    return page, build_rows(project, page.rows)


def find_page(project: Project, filters: TraceFilters, token: str) -> FilledPage[TraceSummary]:
    cursor, now_ns = decode_cursor(token), time.time_ns()
    if filters.trace:
        return find_traces_by_id(get_store(), project.pk, filters.trace, filters.given, PAGE_ROWS, now_ns)
    place = Place(cursor.time_ns, cursor.conversation_id)
    return find_traces(get_store(), project.pk, filters.given, place, PAGE_ROWS, now_ns)


def build_rows(project: Project, traces: Sequence[TraceSummary]) -> list[TraceRow]:
    """Query what the calls of these traces say."""
    return list_rows(traces, load_trace_calls(get_store(), project.pk, [each.trace_id for each in traces]))
