"""The page of the judging model: what it said of late, how far it agrees with people and detectors, what it took."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.judging.figures import DAYS, load_budget, load_figures
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store


@require_safe
@project_page(Right.READ)
def show_judge(request: HttpRequest, project: Project) -> HttpResponse:
    figures = load_figures(get_store(), project.pk)
    context = {
        "project": project,
        "section": "judge",
        "days": DAYS,
        "budget": load_budget(project.pk),
        "figures": figures,
        "comparisons": (
            ("people", "Answers that somebody rated with a thumb or a mark.", figures.with_people),
            (
                "detectors",
                "Answers that chance chose; a detector heard something against them, or none did.",
                figures.with_detectors,
            ),
        ),
    }
    return render_page(request, "judge.html", context)
