"""The page of one trace: its spans as a tree, and one of them whole."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.records import load_spans
from tracing.store import get_store
from tracing.trace_calls import load_trace_calls
from tracing.waterfall import draw_waterfall


@require_safe
@project_page(Right.READ)
def show_trace(request: HttpRequest, project: Project, trace_id: str) -> HttpResponse:
    """The spans of one trace."""
    store = get_store()
    spans = load_spans(store, project.pk, [trace_id])
    if not spans:
        message = f"There is no trace “{trace_id}” in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    context = {
        "project": project,
        "section": "traces",
        "trace_id": trace_id,
        "calls": load_trace_calls(store, project.pk, [trace_id]).get(trace_id),
        "waterfall": draw_waterfall(spans),
    }
    return render_page(request, "trace.html", context)
