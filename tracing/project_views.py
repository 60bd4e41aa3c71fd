"""The pages on projects themselves: those that a person may see, a form for another, what one is called, its end."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.decisions import is_administrator
from tracing.access.members import list_roles
from tracing.access.requirements import for_person, project_page
from tracing.access.rights import Right
from tracing.models import DEFAULT_PROJECT, Project
from tracing.pages import list_problems, render_page
from tracing.projects import MOST_DAYS, ProjectError, create_project, remove_project
from tracing.store import get_store


class NewProjectForm(forms.Form):
    name = forms.CharField(max_length=100)
    slug = forms.SlugField(max_length=50, label="Short name")


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=100)
    retention_days = forms.IntegerField(min_value=0, max_value=MOST_DAYS, required=False, label="Days")


@require_safe
@for_person
def show_projects(request: HttpRequest) -> HttpResponse:
    """The projects that a person may see, with their role; a form for another where they may make one."""
    return render_projects(request, NewProjectForm())


def render_projects(request: HttpRequest, form: NewProjectForm, *, status: int = 200) -> HttpResponse:
    context = {
        "section": "projects",
        "roles": list_roles(request),
        "may_add": is_administrator(request),
        "form": form,
        "problems": list_problems(form),
    }
    return render_page(request, "projects.html", context, status=status)


@require_POST
@for_person
def add_project(request: HttpRequest) -> HttpResponse:
    """Make a project, and lead to what an app needs to send to it."""
    if not is_administrator(request):
        return render_page(request, "403.html", {"message": "Only an administrator makes projects."}, status=403)
    form = NewProjectForm(request.POST)
    if form.is_valid():
        try:
            project = create_project(form.cleaned_data["slug"], form.cleaned_data["name"])
        except ProjectError as error:
            form.add_error(None, str(error))
        else:
            audit.describe(request, project.slug, name=project.name)
            return redirect("setup", project=project.slug)
    return render_projects(request, form, status=422)


@require_safe
@project_page(Right.ADMINISTER)
def show_project_settings(request: HttpRequest, project: Project) -> HttpResponse:
    """The name of a project, how long its data is kept, and its end."""
    form = ProjectForm(initial={"name": project.name, "retention_days": project.retention_days})
    return render_settings(request, project, form, [])


def render_settings(
    request: HttpRequest, project: Project, form: ProjectForm, problems: list[str], *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "project": project,
        "section": "project_settings",
        "form": form,
        "problems": problems,
        "installation_days": settings.RETENTION_DAYS,
        "most_days": MOST_DAYS,
        "may_be_removed": project.slug != DEFAULT_PROJECT,
    }
    return render_page(request, "project_settings.html", context, status=status)


@require_POST
@project_page(Right.ADMINISTER)
def change_project(request: HttpRequest, project: Project) -> HttpResponse:
    """Call a project otherwise, or keep its data for longer or shorter."""
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return render_settings(request, project, form, list_problems(form), status=422)
    project.name, project.retention_days = form.cleaned_data["name"], form.cleaned_data["retention_days"]
    project.save(update_fields=["name", "retention_days"])
    audit.describe(request, project.slug, name=project.name, retention_days=project.retention_days)
    messages.info(request, "Saved.")
    return redirect("project_settings", project=project.slug)


@require_POST
@project_page(Right.ADMINISTER)
@transaction.non_atomic_requests
def end_project(request: HttpRequest, project: Project) -> HttpResponse:
    """Remove a project and everything in it, where its short name was typed."""
    form = ProjectForm(initial={"name": project.name, "retention_days": project.retention_days})
    if request.POST.get("slug", "").strip() != project.slug:
        problem = f"Nothing was removed: type “{project.slug}” to say that you mean this project."
        return render_settings(request, project, form, [problem], status=422)
    try:
        remove_project(get_store(), project)
    except ProjectError as error:
        return render_settings(request, project, form, [str(error)], status=422)
    audit.describe(request, project.slug, name=project.name)
    messages.info(request, f"Project {project.name} is gone, with everything in it.")
    return redirect("projects")
