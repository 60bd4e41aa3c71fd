"""Where the address alone leads, and the page that helps an app to send its first span."""

import shlex
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.decisions import list_projects
from tracing.access.openness import is_open
from tracing.access.requirements import for_person, project_page
from tracing.access.rights import Right
from tracing.addresses import find_public_address
from tracing.dead_letters import count_letters, load_letters, retry_letters
from tracing.models import DEFAULT_PROJECT, DEMO_PROJECT, Project
from tracing.pages import render_page
from tracing.paging import CursorError, decode_cursor, encode_cursor
from tracing.projects import remove_project
from tracing.store import get_store

SDK_DIRECTORY = "tracing/sdk"
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


@require_safe
@project_page(Right.READ)
def show_setup(request: HttpRequest, project: Project) -> HttpResponse:
    """The lines to paste, made for this server, and what has arrived."""
    endpoint = find_public_address(request)
    needs_key = not is_open() or project.slug != DEFAULT_PROJECT
    context = {
        "project": project,
        "section": "setup",
        "endpoint": endpoint,
        "needs_key": needs_key,
        **write_lines(endpoint, needs_key),
        "import_line": write_import_line(project),
        "arrival": read_arrival(project),
    }
    return render_page(request, "setup.html", context)


def write_lines(endpoint: str, needs_key: bool) -> dict[str, str]:
    """The lines to paste. The SDK is in this checkout; on another machine its path there has to be put in."""
    sdk = settings.BASE_DIR / SDK_DIRECTORY if is_open() else SDK_DIRECTORY
    key = ', api_key="tacit_…"' if needs_key else ""
    exporter = f"export OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
    return {
        "install": f"pip install {sdk}",
        "decorate": (
            f'import tacit\n\ntacit.configure(endpoint="{endpoint}"{key})\n\n'
            "@tacit.observe\ndef answer(message: str) -> str:\n    ..."
        ),
        "exporter": exporter + ("\nexport OTEL_EXPORTER_OTLP_HEADERS=x-api-key=tacit_…" if needs_key else ""),
    }


def write_import_line(project: Project) -> str:
    """The command that takes in an old log, for the directory of this server."""
    options = "" if project.slug == DEFAULT_PROJECT else f" --project {project.slug}"
    return f"tacit import jsonl conversations.jsonl --data-dir {shlex.quote(str(settings.DATA_DIR))}{options}"


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
def show_arrival(request: HttpRequest, project: Project) -> HttpResponse:
    """The part of the set-up page that htmx asks for every second until a conversation is there."""
    return render_page(request, "parts/arrival.html", {"project": project, "arrival": read_arrival(project)})


def read_arrival(project: Project) -> dict[str, Any]:
    return get_store().query("tracing/sql/page_arrivals.sql", project_id=project.pk)[0]


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
    retried = retry_letters(get_store(), project.pk)
    audit.describe(request, stored=retried.stored, refused=retried.refused)
    messages.info(request, f"{retried.stored:,} went in, {retried.refused:,} were refused again.")
    return redirect("dead_letters", project=project.slug)
