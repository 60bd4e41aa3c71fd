"""The page of keys: those of a project, two forms for another, and a new key with the lines to paste, shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from tracing.access import audit
from tracing.access.browsers import REQUESTS_OF_ADDRESS, REQUESTS_OF_KEY
from tracing.access.keys import KeyReplacedError, KeyState, find_state, revoke_key, rotate_key
from tracing.access.new_keys import KeyRefusedError, NewKey, find_made, make_asked_key
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import RIGHTS_OF_SCOPES, Right, Scope
from tracing.addresses import find_public_address
from tracing.models import ApiKey, Project
from tracing.pages import render_page
from tracing.setup_lines import write_script
from tracing.setup_views import show_lines

SCOPE_WORDS = {
    Scope.INGEST: "send traces and feedback",
    Scope.READ: "read and download everything in this project",
    Scope.WRITE: "change labels, prices and what is derived; send and withdraw feedback",
    Scope.ADMIN: "everything, also keys and members",
    Scope.FEEDBACK_BROWSER: "send feedback from web pages",
}
STATE_SHAPES = {
    KeyState.LIVE: "good",
    KeyState.EXPIRES_SOON: "unsure",
    KeyState.REPLACED: "unsure",
    KeyState.EXPIRED: "bad",
    KeyState.REVOKED: "bad",
}
ENDS_AFTER = {"": "never", "30": "after 30 days", "90": "after 90 days", "365": "after a year"}
GRACES = {"3600": "for an hour more", "86400": "for a day more", "604800": "for a week more", "0": "no more"}
FIELD_TITLES = {"name": "Name", "scopes": "It may", "origins": "Origins", "requests_per_minute": "Requests a minute"}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list; the state with its shape, and what it is for in words."""

    key: ApiKey
    state: KeyState
    shape: str
    allows: Sequence[str]
    is_over: bool
    is_for_browsers: bool


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines to paste, with what they are."""

    id: str
    title: str
    text: str


def describe_row(key: ApiKey) -> KeyRow:
    state = find_state(key)
    return KeyRow(
        key,
        state,
        STATE_SHAPES[state],
        [SCOPE_WORDS[Scope(scope)] for scope in key.scopes],
        is_over=state in (KeyState.EXPIRED, KeyState.REVOKED),
        is_for_browsers=Scope.FEEDBACK_BROWSER in key.scopes,
    )


@require_safe
@project_page(Right.ADMINISTER)
def show_keys(request: HttpRequest, project: Project) -> HttpResponse:
    """The project's keys, and the forms."""
    return show_list(request, project, {})


def show_list(request: HttpRequest, project: Project, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page, with what became of a request: a `secret` that was made, or `problems` and what was typed."""
    rows = [describe_row(each) for each in ApiKey.objects.filter(project=project).order_by("-pk")]
    context = {
        "project": project,
        "section": "keys",
        "rows": sorted(rows, key=lambda row: row.is_over),
        "scopes": [(scope.value, words) for scope, words in SCOPE_WORDS.items() if scope != Scope.FEEDBACK_BROWSER],
        "ends_after": ENDS_AFTER.items(),
        "graces": GRACES.items(),
        "filled": {"scopes": [Scope.INGEST.value]},
        "requests_of_key": REQUESTS_OF_KEY,
        "requests_of_address": REQUESTS_OF_ADDRESS,
    }
    return render_page(request, "keys.html", context | more, status=status)


@require_POST
@never_cache
@project_page(Right.ADMINISTER)
def add_key(request: HttpRequest, project: Project) -> HttpResponse:
    """Make a key and show it this once: the page is kept nowhere, and asking for it again makes no other."""
    filled = read_form(request)
    try:
        made, secret = make_asked_key(access_of(request), read_asked(filled))
    except ValidationError as error:
        problems = [describe_problem(str((*each["loc"], "")[0]), each["msg"]) for each in error.errors()]
        return show_list(request, project, {"problems": problems, "filled": filled}, status=422)
    except KeyRefusedError as error:
        return show_list(request, project, {"problems": [str(error)], "filled": filled}, status=422)
    audit.describe(request, f"{made.prefix}… {made.name}", scopes=made.scopes, origins=made.origins)
    if request.POST.get("for") == "setup":
        return show_lines(request, project, secret)
    return show_secret(request, project, made, secret)


def read_form(request: HttpRequest) -> dict[str, Any]:
    """What was typed."""
    return {
        "name": request.POST.get("name", "").strip(),
        "scopes": request.POST.getlist("scopes"),
        "days": request.POST.get("days", ""),
        "origins": request.POST.get("origins", ""),
        "requests_per_minute": request.POST.get("requests_per_minute", "").strip(),
    }


def read_asked(filled: dict[str, Any]) -> NewKey:
    """The key that was asked for. Raises ValidationError."""
    days, limit = filled["days"], filled["requests_per_minute"]
    asked = {
        "name": filled["name"],
        "scopes": filled["scopes"],
        "origins": filled["origins"].split(),
        "expires_at": timezone.now() + timedelta(days=int(days)) if days in ENDS_AFTER and days else None,
        "requests_per_minute": int(limit) if limit.isdecimal() and len(limit) < 10 else (limit or None),
    }
    return NewKey.model_validate(asked)


def describe_problem(name: str, message: str) -> str:
    title = FIELD_TITLES.get(name, "")
    words = message.removeprefix("Value error, ")
    return f"{title}: {words}" if title else words


def show_secret(request: HttpRequest, project: Project, made: ApiKey, secret: str) -> HttpResponse:
    snippets = write_snippets(find_public_address(request), made, secret)
    return show_list(request, project, {"made": made, "secret": secret, "snippets": snippets})


def write_snippets(endpoint: str, made: ApiKey, secret: str) -> list[Snippet]:
    """The lines to paste for what the key allows."""
    scopes = [Scope(scope) for scope in made.scopes]
    if Scope.FEEDBACK_BROWSER in scopes:
        return [
            Snippet("script", "In the web page", write_script(endpoint, secret)),
            Snippet("fetch", "Or without the script", write_fetch(endpoint, secret)),
        ]
    rights = frozenset().union(*(RIGHTS_OF_SCOPES[scope] for scope in scopes))
    snippets = []
    if Right.INGEST in rights:
        configure = f'import tacit\n\ntacit.configure(endpoint="{endpoint}", api_key="{secret}")'
        exporter = (
            f"export OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n"
            f"export OTEL_EXPORTER_OTLP_HEADERS=x-api-key={secret}"
        )
        snippets += [Snippet("sdk", "In the app", configure), Snippet("otlp", "Or for OpenTelemetry", exporter)]
    if Right.READ in rights:
        curl = f'curl -H "Authorization: Bearer {secret}" {endpoint}/api/v1/stats'
        snippets.append(Snippet("curl", "In a shell", curl))
    elif Right.INGEST not in rights:
        curl = (
            f'curl -H "Authorization: Bearer {secret}" -H "Content-Type: application/json" \\\n'
            f'  -d \'{{"name": "thumbs", "label": "down", "conversation_id": "…"}}\' {endpoint}/api/v1/feedback'
        )
        snippets.append(Snippet("curl", "In a shell", curl))
    return snippets


def write_fetch(endpoint: str, secret: str) -> str:
    return (
        f'fetch("{endpoint}/api/v1/feedback", {{\n  method: "POST",\n'
        f'  headers: {{"Authorization": "Bearer {secret}", "Content-Type": "application/json"}},\n'
        '  body: JSON.stringify({name: "thumbs", label: "down", conversation_id: "…"}),\n});'
    )


def find_own(project: Project, number: int) -> ApiKey:
    key = ApiKey.objects.filter(project=project, pk=number).first() if number < 2**63 else None
    if key is None:
        raise Http404("There is no such key in this project.")
    return key


@require_POST
@never_cache
@project_page(Right.ADMINISTER)
def replace_key(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Make a new key in the place of one, and show it this once; both work for the time that was chosen."""
    old, grace = find_own(project, number), request.POST.get("grace_s", "")
    actor = access_of(request).actor
    try:
        secret = rotate_key(old, timedelta(seconds=int(grace if grace in GRACES else "0")), actor.name or actor.kind)
    except KeyReplacedError as error:
        return show_list(request, project, {"problems": [str(error)]}, status=409)
    made = find_made(secret)
    audit.describe(request, f"{old.prefix}… {old.name}", new=f"{made.prefix}…", grace_s=grace)
    return show_secret(request, project, made, secret)


@require_POST
@project_page(Right.ADMINISTER)
def end_key(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Revoke a key; every process refuses it within a second."""
    key = find_own(project, number)
    revoke_key(key)
    audit.describe(request, f"{key.prefix}… {key.name}")
    messages.info(request, f"The key “{key.name}” ({key.prefix}…) is refused from now on.")
    return redirect("keys", project=project.slug)
