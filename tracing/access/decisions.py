"""Which project, with which rights: decided here for every request and command, and nowhere else."""

import getpass
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from tracing.access.browsers import read_request_key
from tracing.access.keys import KeyFacts, find_key
from tracing.access.openness import is_open
from tracing.access.origins import FORWARDED, RequestOrigin, refuse_foreign
from tracing.access.rights import EVERYTHING, RIGHTS_OF_ROLES, Right, Role
from tracing.models import DEFAULT_PROJECT, DEFAULT_PROJECT_ID, Membership, Project


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    COMMAND = "command"
    """Somebody who can read the data directory, by a command on this machine."""
    LOCAL = "local"
    """Whoever uses an open server."""
    NOBODY = "nobody"
    """Somebody who is not logged in, and tried to be."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: `name` is the e-mail of a user, beginning and name of a key."""

    kind: ActorKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Access:
    """That an actor may do this in that project."""

    project: Project
    rights: frozenset[Right]
    actor: Actor
    key: KeyFacts | None = None

    @property
    def who(self) -> str:
        """Whoever it is in one word, also where they have no name."""
        return self.actor.name or self.actor.kind.value

    @property
    def may(self) -> Mapping[str, bool]:
        """For templates: `request.access.may.edit`."""
        return {right.value: right in self.rights for right in Right}


class NotAllowedError(Exception):
    """Who asks is known, and may not do this; the message says what is missing."""


LOCAL = Actor(ActorKind.LOCAL)


class RunToken:
    """The token of this run of the server, which `server.json` gives to commands on the same machine."""

    value = ""

    @classmethod
    def matches(cls, key: str) -> bool:
        return bool(cls.value) and hmac.compare_digest(cls.value.encode(), key.encode(errors="surrogatepass"))


def read_origin(request: HttpRequest) -> RequestOrigin:
    headers = request.headers
    return RequestOrigin(
        headers.get("Host", ""),
        headers.get("Origin", ""),
        headers.get("Sec-Fetch-Site", "").lower(),
        request.META.get(FORWARDED, ""),
    )


def list_projects(request: HttpRequest) -> QuerySet[Project]:
    """Those that the person behind a request may see."""
    projects = Project.objects.order_by("slug")
    if is_administrator(request):
        return projects
    return projects.filter(members__user=request.user.pk) if request.user.is_authenticated else projects.none()


def is_administrator(request: HttpRequest) -> bool:
    """Whether a person may do everything everywhere: an administrator, or whoever uses an open server."""
    user = request.user
    return (user.is_active and user.is_superuser) if user.is_authenticated else is_open()


def find_person(request: HttpRequest) -> Actor | None:
    """Who is logged in, or uses an open server; None is nobody."""
    if request.user.is_authenticated:
        return Actor(ActorKind.USER, request.user.get_username())
    return LOCAL if is_open() else None


def find_access_of_person(request: HttpRequest, slug: str) -> Access | None:
    """What the person behind a request may do in a project; None where there is none, or they are not in it."""
    actor = find_person(request)
    if actor is None or "\0" in slug:  # PostgreSQL fails on it
        return None
    project = list_projects(request).filter(slug=slug).first()
    if project is None:
        return None
    if is_administrator(request):
        return Access(project, EVERYTHING, actor)
    membership = Membership.objects.filter(project=project, user=request.user.pk).first()
    return Access(project, RIGHTS_OF_ROLES[Role(membership.role)], actor) if membership else None


def find_access_of_key(key: str) -> Access | None:
    """What whoever sends `key` may do; None where it is no key."""
    facts = find_key(key)
    project = Project.objects.filter(pk=facts.project_id).first() if facts else None
    return Access(project, facts.rights, Actor(ActorKind.KEY, str(facts)), facts) if facts and project else None


def find_access_of_command(slug: str) -> Access | None:
    """What a command on this machine may do in a project: everything, where there is one."""
    project = None if "\0" in slug else Project.objects.filter(slug=slug).first()
    return Access(project, EVERYTHING, find_command_actor()) if project else None


def find_command_actor() -> Actor:
    """Who runs commands on this machine."""
    try:
        return Actor(ActorKind.COMMAND, getpass.getuser())
    except (KeyError, OSError):  # in a container, a number that has no name
        return Actor(ActorKind.COMMAND)


def is_known(request: HttpRequest) -> bool:
    """Whether a person or a command sends a REST request, whatever project they name."""
    key = read_request_key(request)
    return RunToken.matches(key) or (not key and find_person(request) is not None)


def find_access(request: HttpRequest) -> Access | None:
    """Who sends a REST request, on which project; None is nobody, or no project that they may know of.

    A key has its own project; a person and a command name it by `?project=`.
    """
    key = read_request_key(request)
    slug = request.GET.get("project", DEFAULT_PROJECT)
    if RunToken.matches(key):
        return find_access_of_command(slug)
    return find_access_of_key(key) if key else find_access_of_person(request, slug)


def authorise_ingest(key: str, origin: RequestOrigin) -> int | None:
    """Number of the project that spans of this request go to; None where they may not come in.

    Raises NotAllowedError with the reason where the key is for something else, or an open server refuses.
    """
    if key:
        facts = find_key(key)
        if facts and Right.INGEST not in facts.rights:
            raise NotAllowedError(f"Key {facts} may not send spans; make one with the scope `ingest`.")
        return facts.project_id if facts else None
    if not is_open():
        return None
    reason = refuse_foreign(origin, settings.CORS_ORIGINS)
    if reason:
        raise NotAllowedError(reason)
    return DEFAULT_PROJECT_ID
