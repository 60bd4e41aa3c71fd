"""Who may do what: the one place that answers for pages, REST and OTLP.

An installation that is bound to a loopback address and has no user is open: no login and no key, but only requests
that a local program or its own pages made. The first user closes pages, REST and OTLP alike.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tracing.models import DEFAULT_PROJECT, ApiKey, Project

KEY_PREFIX = "tacit_"
CACHE_SECONDS = 1.0
PUBLIC_PATHS = ("/healthz", "/readyz", "/login", "/static/")
OWN_AUTHORISATION_PATHS = ("/api/", "/metrics")


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The headers that tell whether a local program or a foreign page made a request."""

    host: str
    origin: str = ""
    sec_fetch_site: str = ""


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, with or without port) can only be this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_foreign(request: RequestOrigin, allowed_origins: Collection[str] = ()) -> str:
    """Why an open server refuses this request; empty where it does not (ADR 0012)."""
    if not is_loopback(request.host):
        return f"Host {request.host!r} is not a loopback name; this server is open to its own machine only."
    if request.origin and request.origin in allowed_origins:
        return ""
    if request.sec_fetch_site not in ("", "same-origin", "none"):
        return "A page of another site made this request; open the address directly."
    if request.origin and request.origin.partition("://")[2] != request.host:
        return f"Origin {request.origin!r} is not this server."
    return ""


_closed = False
_open_until = 0.0


def is_open() -> bool:
    """Whether there is no user yet and nobody but this machine can reach us."""
    global _closed, _open_until
    if _closed or not is_loopback(settings.BIND_HOST):
        return False
    if time.monotonic() < _open_until:
        return True
    _closed = get_user_model().objects.exists()
    _open_until = 0.0 if _closed else time.monotonic() + CACHE_SECONDS
    return not _closed


def forget_users() -> None:
    """Look again whether there are users (tests only ever need it)."""
    global _closed, _open_until
    _closed, _open_until = False, 0.0


def create_key(project: Project, name: str) -> str:
    """A new key of `project`, shown this once."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    ApiKey.objects.create(project=project, name=name, prefix=key[:12], digest=digest_key(key))
    return key


def digest_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


_projects_of_keys: dict[str, tuple[float, int | None]] = {}


def find_project_of_key(key: str) -> int | None:
    """Number of the project that `key` belongs to; None where there is no such key. Remembered for a second."""
    digest = digest_key(key)
    now = time.monotonic()
    until, project_id = _projects_of_keys.get(digest, (0.0, None))
    if now < until:
        return project_id
    if len(_projects_of_keys) > 10_000:
        _projects_of_keys.clear()
    project_id = ApiKey.objects.filter(digest=digest).values_list("project_id", flat=True).first()
    _projects_of_keys[digest] = (now + CACHE_SECONDS, project_id)
    return project_id


def read_key(authorization: str, x_api_key: str = "") -> str:
    """The key in `Authorization: Bearer …`, `Basic …` or `x-api-key`; empty where there is none."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return credentials.strip()
    if scheme.lower() == "basic":
        return read_basic_key(credentials) or x_api_key.strip()
    return x_api_key.strip()


def read_basic_key(credentials: str) -> str:
    """Whichever of user and password is one of our keys, as clients of Langfuse send them; any other pair is none."""
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return next((part for part in pair.split(":", 1) if part.startswith(KEY_PREFIX)), "")


class RunToken:
    """The token of this run of the server, which `server.json` gives to commands on the same machine."""

    value = ""

    @classmethod
    def matches(cls, key: str) -> bool:
        return bool(cls.value) and hmac.compare_digest(cls.value.encode(), key.encode())


def authorise_ingest(key: str, origin: RequestOrigin) -> int | None:
    """Number of the project that spans of this request go to; None where they may not come in.

    Raises PermissionError with the reason where an open server refuses the request.
    """
    if key:
        return find_project_of_key(key)
    if not is_open():
        return None
    reason = refuse_foreign(origin, settings.CORS_ORIGINS)
    if reason:
        raise PermissionError(reason)
    return Project.objects.get(slug=DEFAULT_PROJECT).pk


def authorise_api(request: HttpRequest) -> Project | None:
    """The project that a REST request works on; None where it may not."""
    key = read_key(request.headers.get("Authorization", ""), request.headers.get("X-Api-Key", ""))
    if key and not RunToken.matches(key):
        project_id = find_project_of_key(key)
        return Project.objects.filter(pk=project_id).first() if project_id else None
    if key or request.user.is_authenticated or is_open():
        slug = request.GET.get("project", DEFAULT_PROJECT)
        return None if "\0" in slug else Project.objects.filter(slug=slug).first()  # PostgreSQL fails on it
    return None


def read_origin(request: HttpRequest) -> RequestOrigin:
    headers = request.headers
    return RequestOrigin(headers.get("Host", ""), headers.get("Origin", ""), headers.get("Sec-Fetch-Site", "").lower())


class AccessMiddleware:
    """Open: refuses what foreign pages send. Closed: pages need a login; REST checks its own keys."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_open():
            reason = refuse_foreign(read_origin(request))
            if reason:
                return HttpResponse(reason, status=403, content_type="text/plain; charset=utf-8")
        elif needs_login(request):
            return redirect_to_login(request.get_full_path())
        return self.get_response(request)


def needs_login(request: HttpRequest) -> bool:
    if request.path.startswith(PUBLIC_PATHS + OWN_AUTHORISATION_PATHS):
        return False
    return not request.user.is_authenticated


def project_page(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Turn `view(request, project, …)` into one that takes the project's slug from the address."""

    def wrapped(request: HttpRequest, project: str, **arguments: object) -> HttpResponse:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            return render(request, "404.html", {"message": f"There is no project “{project}”."}, status=404)
        return view(request, found, **arguments)

    wrapped.__name__ = view.__name__
    wrapped.__doc__ = view.__doc__
    return wrapped
