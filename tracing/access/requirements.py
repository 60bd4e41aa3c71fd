"""What a page or an operation asks of whoever wants it. The middleware refuses every view that says nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from ninja.errors import HttpError
from ninja.utils import check_csrf

from tracing.access.browsers import admit_page
from tracing.access.decisions import Access, ActorKind, find_access, find_access_of_person, is_known, read_origin
from tracing.access.origins import is_of_other_page
from tracing.access.rights import Right, list_scopes
from tracing.models import DEFAULT_PROJECT, Project

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Requirement:
    """Whom a view takes: everybody, or a person, or one with a right in the project of the address.

    `exports`: what it gives leaves as a file, which the audit log tells. `browsers`: keys of browsers may do it.
    """

    is_public: bool = False
    right: Right | None = None
    exports: bool = False
    browsers: bool = False


PUBLIC = Requirement(is_public=True)
PERSON = Requirement()


def require(requirement: Requirement, view: View) -> View:
    view.requirement = requirement  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """A view for everybody, also of a closed server. What it gives holds nothing of a project."""
    return require(PUBLIC, view)


def for_person(view: View) -> View:
    """A view for whoever is logged in, or uses an open server; it looks itself at what they may see."""
    return require(PERSON, view)


def for_person_exporting(view: View) -> View:
    """The same, of a view whose answer leaves as a file."""
    return require(Requirement(exports=True), view)


def project_page(
    right: Right, *, exports: bool = False
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Turn `view(request, project, …)` into one that takes the project's slug from the address, and asks for a right.

    To whoever is not in the project it is as if there were none.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, project: str, **arguments: object) -> HttpResponseBase:
            access = find_access_of_person(request, project)
            if access is None:
                return render(request, "404.html", {"message": f"There is no project “{project}”."}, status=404)
            request.access = access  # type: ignore[attr-defined]
            if right not in access.rights:
                return refuse_page(request, access.project, right)
            return view(request, access.project, **arguments)

        return require(Requirement(right=right, exports=exports), wrapped)

    return decorate


def refuse_page(request: HttpRequest, project: Project, right: Right) -> HttpResponse:
    message = f"Your role in this project does not let you {right.value} here; an owner can change that."
    return render(request, "403.html", {"message": message, "project": project}, status=403)


class May:
    """The `auth=` of an operation of REST: a key, a person or a command with a right in the project."""

    def __init__(self, right: Right, *, exports: bool = False, browsers: bool = False) -> None:
        self.requirement = Requirement(right=right, exports=exports, browsers=browsers)

    def __call__(self, request: HttpRequest) -> Access | None:
        access = find_access(request)
        if access is None:
            refuse_project(request)
            return None
        check_right(access, self.requirement.right)
        check_browser(request, access, self.requirement)
        check_forgery(request, access, self.requirement)
        request.access = access  # type: ignore[attr-defined]
        request.requirement = self.requirement  # type: ignore[attr-defined]
        return access


def refuse_project(request: HttpRequest) -> None:
    """Tell a person or a command that there is no such project; nobody else hears which there are."""
    if is_known(request):
        raise HttpError(404, f"There is no project {request.GET.get('project', DEFAULT_PROJECT)!r}.")


def check_right(access: Access, right: Right | None) -> None:
    if right in access.rights:
        return
    if access.key and right:
        scopes = " or ".join(f"`{scope}`" for scope in list_scopes(right))
        raise HttpError(403, f"Key {access.key} may not {right} here; send one with the scope {scopes}.")
    raise HttpError(403, f"The {access.actor} may not do this: it takes the right to {right}.")


def check_browser(request: HttpRequest, access: Access, requirement: Requirement) -> None:
    """A key of browsers stands in pages for all to read: it opens two operations, to pages of its origins."""
    if not access.key or not access.key.is_for_browsers:
        return
    if not requirement.browsers:
        raise HttpError(403, f"Key {access.key} is for pages in browsers: it sends feedback, and can do nothing else.")
    admit_page(request, access.key)


def check_forgery(request: HttpRequest, access: Access, requirement: Requirement) -> None:
    """A page of another site can make a browser send its cookies, but knows no token; nor is it to start exports."""
    if access.actor.kind is not ActorKind.USER:
        return
    if requirement.exports and is_of_other_page(read_origin(request)):
        raise HttpError(403, "A page of another site asked for this file; open the address directly, or send a key.")
    if request.method not in SAFE_METHODS and check_csrf(request):
        raise HttpError(
            403, "A change by a person who is logged in needs the header `X-CSRFToken`; programs send a key."
        )


def access_of(request: HttpRequest) -> Access:
    """Who asks, on which project, with which rights, as `project_page` or `May` found it."""
    access: Access = request.access  # type: ignore[attr-defined]
    return access


def find_requirement(view: Any) -> Requirement | None:
    return getattr(view, "requirement", None)
