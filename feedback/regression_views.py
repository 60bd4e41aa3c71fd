"""The pages of regression cases: what a verified failure mode becomes, and its files."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from feedback.failures.listing import find_row, name_mode
from feedback.flywheel.downloads import give_built
from feedback.pages.regression_cases import show_case, show_left_out
from feedback.reviewing.regressions import (
    NotVerified,
    Regressions,
    build_archive,
    make_all_regressions,
    make_regressions,
    name_archive,
)
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store


@require_safe
@project_page(Right.READ)
def show_regression_cases(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """The cases of a failure mode with what each checks; of one that is not verified what is missing."""
    mode = find_row(project.pk, number)
    if mode is None:
        return refuse(request, project, f"There is no failure mode {number} in {project.name}.", 404)
    if mode.number != number:
        return redirect("regression_cases", project=project.slug, number=mode.number)
    context: dict[str, Any] = {
        "project": project,
        "section": "failure_modes",
        "number": number,
        "title": name_mode(mode),
    }
    try:
        found = make_regressions(get_store(), project, number)
    except NotVerified as error:
        return render_page(request, "regression_cases.html", {**context, "missing": str(error)})
    context["cases"] = [show_case(each) for each in found.chosen.cases]
    context["left_out"] = show_left_out(found.chosen.left_out)
    return render_page(request, "regression_cases.html", context)


@require_safe
@project_page(Right.READ, exports=True)
def download_regression_cases(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """The files of a failure mode as a zip."""
    try:
        found = make_regressions(get_store(), project, number)
    except LookupError as error:
        return refuse(request, project, str(error), 404)
    except NotVerified as error:
        return refuse(request, project, str(error), 409)
    audit.describe(request, f"{number}", cases=len(found.chosen.cases))
    return give_archive(request, project, found)


@require_safe
@project_page(Right.READ, exports=True)
def download_all_regression_cases(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Those of all that are verified."""
    found = make_all_regressions(get_store(), project)
    audit.describe(request, "all verified failure modes", cases=len(found.chosen.cases))
    return give_archive(request, project, found)


def give_archive(request: HttpRequest, project: Project, found: Regressions) -> HttpResponseBase:
    try:
        return give_built(build_archive(project, found), name_archive(project, found.modes))
    except ValueError as error:
        return refuse(request, project, str(error), 409)


def refuse(request: HttpRequest, project: Project, message: str, status: int) -> HttpResponseBase:
    return render_page(request, "404.html", {"message": message, "project": project}, status=status)
