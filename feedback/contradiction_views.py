"""The page of answers that contradict each other."""

import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.contradiction_list import DAYS, MOST, find_kept
from feedback.pages.contradiction_cards import build_cards
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store


@require_safe
@project_page(Right.READ)
def show_contradictions(request: HttpRequest, project: Project) -> HttpResponse:
    """The surest first; of many turns they are asked for after the page has opened."""
    found = find_kept(get_store(), project.pk, time.time_ns(), waits="wait" in request.GET)
    context = {"project": project, "section": "failure_modes", "days": DAYS, "most": MOST}
    if found:
        context |= {"found": found.result, "as_of_ns": found.time_ns, "cards": build_cards(found.result.items)}
    return render_page(request, "contradictions.html", context)
