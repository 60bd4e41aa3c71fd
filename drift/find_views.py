"""The search of a project: a page of its own, and the part of it that the search over every page shows."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from drift.finding import find_anything
from feedback.pages.finding import clean_question
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store


@require_safe
@project_page(Right.READ)
def show_find(request: HttpRequest, project: Project) -> HttpResponse:
    """A form, and what was found: the search without a script."""
    return render_page(request, "find.html", find(request, project) | {"section": "find"})


@require_safe
@project_page(Right.READ)
def show_find_results(request: HttpRequest, project: Project) -> HttpResponse:
    """What was found, to be chosen from by keys."""
    return render_page(request, "parts/find_results.html", find(request, project) | {"to_choose": True})


def find(request: HttpRequest, project: Project) -> dict[str, Any]:
    question = clean_question(request.GET.get("q", ""))
    groups = find_anything(get_store(), access_of(request), question, time.time_ns())
    return {"project": project, "question": question, "groups": groups}
