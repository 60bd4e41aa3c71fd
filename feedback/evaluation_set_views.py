"""The page of evaluation sets: texts that models are judged by, so that no dataset may hold them."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.flywheel.evaluation_sets import (
    add_evaluation_set as keep_set,
)
from feedback.flywheel.evaluation_sets import (
    delete_evaluation_set as remove_set,
)
from feedback.flywheel.evaluation_sets import (
    find_evaluation_set,
    list_evaluation_sets,
    read_texts,
)
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page


@require_safe
@project_page(Right.READ)
def show_evaluation_sets(request: HttpRequest, project: Project) -> HttpResponse:
    """Each set: its name, how many texts it had, who gave it."""
    return show(request, project)


def show(request: HttpRequest, project: Project, problem: str = "", *, status: int = 200) -> HttpResponse:
    context = {
        "project": project,
        "section": "datasets",
        "sets": list_evaluation_sets(project),
        "problem": problem,
        "name": request.POST.get("name", ""),
        "texts": request.POST.get("texts", ""),
    }
    return render_page(request, "evaluation_sets.html", context, status=status)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.EDIT)
def add_evaluation_set(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep digests of a file's texts, or of what was pasted."""
    try:
        kept = keep_set(project, request.POST.get("name", ""), read_given(request), access_of(request).who)
    except ValueError as error:
        return show(request, project, str(error), status=422)
    audit.describe(request, f"{kept.number} {kept.name}", texts=kept.texts)
    messages.info(request, f"{kept.name} is kept: datasets that name it share no words with its texts.")
    return redirect("evaluation_sets", project=project.slug)


def read_given(request: HttpRequest) -> list[str]:
    """The texts of the file, else those that were pasted. Raises ValueError."""
    given = request.FILES.get("file")
    return read_texts(given.read() if given else request.POST.get("texts", "").encode())


@require_POST
@project_page(Right.EDIT)
def delete_evaluation_set(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Forget a set; what was built against it stays."""
    found = find_evaluation_set(project, number)
    if found is None:
        message = f"There is no such evaluation set in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    try:
        remove_set(found)
    except ValueError as error:
        return show(request, project, str(error), status=422)
    audit.describe(request, f"{found.number} {found.name}")
    messages.info(request, f"{found.name} is deleted.")
    return redirect("evaluation_sets", project=project.slug)
