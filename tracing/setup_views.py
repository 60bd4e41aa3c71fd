"""The page that helps an app to send its first span: lines made for this server, a key put in, and what has arrived."""

import secrets
import shlex
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tracing.access.openness import is_open
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.addresses import find_public_address
from tracing.models import DEFAULT_PROJECT, Project
from tracing.pages import render_page
from tracing.setup_lines import KEY_PLACE, Place, list_ways, write_script
from tracing.store import get_store

SDK_DIRECTORY = "tracing/sdk"


@require_safe
@project_page(Right.READ)
def show_setup(request: HttpRequest, project: Project) -> HttpResponse:
    """The lines to paste, made for this server, and what has arrived."""
    return show_lines(request, project)


def show_lines(request: HttpRequest, project: Project, secret: str = "") -> HttpResponse:
    """The page; with a key that was just made in each of its lines."""
    endpoint = find_public_address(request)
    needs_key = not is_open() or project.slug != DEFAULT_PROJECT
    # The SDK is in this checkout; on another machine its path there has to be put in.
    sdk = settings.BASE_DIR / SDK_DIRECTORY if is_open() else SDK_DIRECTORY
    place = Place(endpoint, sdk, secret or (KEY_PLACE if needs_key else ""))
    ways = list_ways(place, secrets.token_hex(16), time.time_ns())
    chosen = request.GET.get("way", "")
    context = {
        "project": project,
        "section": "setup",
        "endpoint": endpoint,
        "needs_key": needs_key,
        "secret": secret,
        "ways": ways,
        "chosen": chosen if any(way.name == chosen for way in ways) else ways[0].name,
        "import_line": write_import_line(project),
        "script": write_script(endpoint),
        "arrival": read_arrival(project),
    }
    return render_page(request, "setup.html", context)


def write_import_line(project: Project) -> str:
    """The command that takes in an old log, for the directory of this server."""
    options = "" if project.slug == DEFAULT_PROJECT else f" --project {project.slug}"
    return f"tacit import jsonl conversations.jsonl --data-dir {shlex.quote(str(settings.DATA_DIR))}{options}"


@require_safe
@project_page(Right.READ)
def show_arrival(request: HttpRequest, project: Project) -> HttpResponse:
    """The part of the set-up page that htmx asks for every second until a conversation is there."""
    return render_page(request, "parts/arrival.html", {"project": project, "arrival": read_arrival(project)})


def read_arrival(project: Project) -> dict[str, Any]:
    """The latest conversation; as long as there is none, what came in of which one may be made."""
    store = get_store()
    told = store.query("tracing/sql/page_arrivals.sql", project_id=project.pk)[0]
    if told["conversations"]:
        return told
    return told | store.query("tracing/sql/page_arriving.sql", project_id=project.pk)[0]
