"""The audit log: who changed or exported what, when. Requests are written down by the middleware, by themselves."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from tracing.access.decisions import Access, Actor, find_person
from tracing.access.requirements import SAFE_METHODS, Requirement
from tracing.access.rights import Right
from tracing.models import AuditEntry, Project

NOT_CHANGES = (Right.INGEST, Right.TELL)
"""What apps and their users send is data, and no change by somebody who works with it."""


def record(
    actor: Actor,
    action: str,
    project: Project | None = None,
    *,
    target: str = "",
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Write down that `actor` did something; `details` hold no secret and no text of users."""
    AuditEntry.objects.create(
        project=Project.objects.filter(pk=project.pk).first() if project else None,  # it may be what was removed
        project_slug=project.slug if project else "",
        actor_kind=actor.kind,
        actor=actor.name,
        action=action,
        target=target,
        details=dict(details or {}),
        address=address,
    )


def describe(request: HttpRequest, target: str = "", **details: Any) -> None:
    """Say what a request is about, for the entry that the middleware writes."""
    request.audited = (target, details)  # type: ignore[attr-defined]


def record_request(request: HttpRequest, response: HttpResponse) -> None:
    """Write down a request that changed something, or took an export away, and was not refused."""
    requirement: Requirement | None = getattr(request, "requirement", None)
    if requirement is None or not is_told(request, requirement) or response.status_code >= 400:
        return
    access: Access | None = getattr(request, "access", None)
    actor = access.actor if access else find_person(request)
    match = request.resolver_match
    if actor is None or match is None:
        return
    target, details = getattr(request, "audited", ("", {}))
    named = [str(value) for name, value in match.kwargs.items() if name != "project"]
    record(
        actor,
        f"{request.method} {match.url_name}",
        access.project if access else None,
        target=target or " ".join(named),
        details=details,
        address=request.META.get("REMOTE_ADDR", ""),
    )


def is_told(request: HttpRequest, requirement: Requirement) -> bool:
    if requirement.is_public or requirement.right in NOT_CHANGES:
        return False
    return requirement.exports or request.method not in SAFE_METHODS
