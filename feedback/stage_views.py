"""The page of stages: what works on what comes in, and how far it is behind."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.pages.stages import show_stages as show
from feedback.stages import load_stages
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store


@require_safe
@transaction.non_atomic_requests
@project_page(Right.READ)
def show_stages(request: HttpRequest, project: Project) -> HttpResponse:
    """Of all projects together, as they share them."""
    context = {"project": project, "section": "stages", "shown": show(load_stages(get_store(), timezone.now()))}
    return render_page(request, "stages.html", context)
