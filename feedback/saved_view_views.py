"""Saved views of the list of conversations: what somebody keeps, shares, renames or deletes there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from feedback.models import SavedView
from feedback.saved_views import SavedViewProblems, change_view, create_view, find_view, may_change
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page

NOT_YOURS = "This view is somebody else's; save what you see as a view of your own."


@require_POST
@project_page(Right.REVIEW)
def add_saved_view(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep what the list shows under a name."""
    query, name = request.POST.get("query", ""), request.POST.get("name", "")
    is_shared = "is_shared" in request.POST
    try:
        view = create_view(project, name, query, access_of(request).who, is_shared=is_shared)
    except SavedViewProblems as error:
        messages.error(request, f"Not saved. {error}")
        return go_back(project, query)
    audit.describe(request, tell_view(view), is_shared=is_shared)
    messages.success(request, f"“{view.name}” is saved{', and everybody in the project sees it' if is_shared else ''}.")
    return go_to(view)


@require_POST
@project_page(Right.REVIEW)
def change_saved_view(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Rename or share a view, or have it show what the list shows now."""
    view = find_view(project.pk, number, access_of(request).who)
    if view is None or not may_change(view, access_of(request)):
        return refuse(request, project, is_there=view is not None)
    given = request.POST
    try:
        if "renames" in given:
            view = change_view(view, name=given.get("name", ""), is_shared="is_shared" in given)
        else:
            view = change_view(view, query=given.get("query", ""))
    except SavedViewProblems as error:
        messages.error(request, f"Not saved. {error}")
        return go_back(project, f"{given.get('query', '')}&view={number}")
    audit.describe(request, tell_view(view), is_shared=view.is_shared)
    messages.success(request, f"“{view.name}” is saved.")
    return go_to(view)


@require_POST
@project_page(Right.REVIEW)
def delete_saved_view(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Delete a view; what it showed stays where it is."""
    view = find_view(project.pk, number, access_of(request).who)
    if view is None or not may_change(view, access_of(request)):
        return refuse(request, project, is_there=view is not None)
    audit.describe(request, tell_view(view))
    view.delete()
    messages.success(request, f"The view “{view.name}” is deleted.")
    return go_back(project, request.POST.get("query", ""))


def tell_view(view: SavedView) -> str:
    """Its number and name, for the audit log."""
    return f"{view.number} {view.name}"


def go_to(view: SavedView) -> HttpResponse:
    return go_back(view.project, f"{view.query}&view={view.number}")


def go_back(project: Project, query: str) -> HttpResponse:
    """To the list; the query is of an address, which a redirect takes as it is but for line ends."""
    query = "".join(query.split()).lstrip("?&")
    return redirect(f"{reverse('conversations', args=[project.slug])}{'?' if query else ''}{query}")


def refuse(request: HttpRequest, project: Project, *, is_there: bool) -> HttpResponse:
    message = NOT_YOURS if is_there else f"There is no such view in {project.name}."
    status = 403 if is_there else 404
    return render_page(request, f"{status}.html", {"message": message, "project": project}, status=status)
