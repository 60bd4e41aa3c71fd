"""Where the address alone leads, the end of the demo, and what the store refused."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.decisions import list_projects
from tracing.access.requirements import for_person, project_page
from tracing.access.rights import Right
from tracing.dead_letters import count_letters, load_letters, retry_letters
from tracing.masking_rules import mask_columns
from tracing.models import DEFAULT_PROJECT, DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.paging import CursorError, decode_cursor, encode_cursor
from tracing.projects import remove_project
from tracing.store import get_store

LETTERS_PER_PAGE = 100


@require_safe
@for_person
def open_home(request: HttpRequest) -> HttpResponse:
    """Lead to a project that has data: `default` before others, the demo last; else to the set-up of the first."""
    projects = sorted(
        list_projects(request), key=lambda each: (each.slug == DEMO_PROJECT, each.slug != DEFAULT_PROJECT)
    )
    if not projects:
        return render_page(request, "no_projects.html", {})
    full = next((each for each in projects if has_conversations(each.pk)), None)
    return redirect("overview", project=full.slug) if full else redirect("setup", project=projects[0].slug)


def has_conversations(project_id: int) -> bool:
    return bool(get_store().query("tracing/sql/page_has_conversations.sql", project_id=project_id))


@require_POST
@project_page(Right.ADMINISTER)
@transaction.non_atomic_requests
def remove_demo(_request: HttpRequest, project: Project) -> HttpResponse:
    """Delete the demo and everything in it; no other project can be removed this way."""
    if project.slug != DEMO_PROJECT:
        raise Http404(f"Project {project.slug} is not the demo.")
    remove_project(get_store(), project)
    return redirect("home")


@require_safe
@project_page(Right.READ)
def show_dead_letters(request: HttpRequest, project: Project) -> HttpResponse:
    """Rows that the store refused for their content, with the reasons."""
    try:
        place = decode_cursor(request.GET.get("cursor", ""), "dead-letters")
    except CursorError as error:
        raise Http404(str(error)) from error
    page = load_letters(get_store(), project.pk, place, LETTERS_PER_PAGE)
    context = {
        "project": project,
        "section": "dead_letters",
        "letters": page.letters,
        "total": count_letters(get_store(), project.pk),
        "older": encode_cursor(page.next, "dead-letters") if page.next else "",
        "is_later_page": "cursor" in request.GET,
    }
    return render_page(request, "dead_letters.html", context)


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def insert_dead_letters(request: HttpRequest, project: Project) -> HttpResponse:
    """Insert every dead letter again, and say what became of them."""
    retried = retry_letters(get_store(), project.pk, mask_columns)
    audit.describe(request, stored=retried.stored, refused=retried.refused)
    messages.info(request, f"{retried.stored:,} went in, {retried.refused:,} were refused again.")
    return redirect("dead_letters", project=project.slug)
