"""The audit log: who changed or exported what, when. What pages and REST change is written down by itself.

A change of Django's database and its entry are kept together or not at all: see ADR 53.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tracing.access.decisions import Access, Actor, ActorKind, find_person
from tracing.access.requirements import SAFE_METHODS, Requirement
from tracing.access.rights import Right
from tracing.models import AuditEntry, Project

NOT_CHANGES = (Right.INGEST, Right.TELL)
"""What apps send is data, and no change by somebody who works with it."""
APPS = (ActorKind.KEY, ActorKind.LOCAL)
"""As whom apps come: with a key, or on an open server as everybody does."""

Answer = TypeVar("Answer")


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
        actor=fit(actor.name, "actor"),
        action=action,
        target=fit(target, "target"),
        details=clean_details(details or {}),
        address=fit(address, "address"),
    )


def fit(text: str, field: str) -> str:
    """The text as its column can hold it: PostgreSQL takes neither more characters nor a NUL."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[
        : getattr(AuditEntry._meta.get_field(field), "max_length", None)
    ]


def clean_details(details: Mapping[str, Any]) -> Any:
    """Details as JSON can hold them, days and the like as text."""
    return json.loads(json.dumps(details, default=str).replace("\\u0000", "\\ufffd"))


def describe(request: HttpRequest, target: str = "", **details: Any) -> None:
    """Say what a request is about, for the entry that is written when it is done."""
    request.audited = (target, details)  # type: ignore[attr-defined]


def run_recorded(
    request: HttpRequest, requirement: Requirement, action: str, view: object, run: Callable[[], Answer]
) -> Answer:
    """Do what a request asks of `view`, and write it down where it changed something or took an export away.

    Whatever cannot be written down fails, and has changed nothing in Django's database. A view that works on the
    store says `transaction.non_atomic_requests`: others would wait for it, and the store does not roll back.
    """
    if not is_told(request, requirement):
        return run()
    with transaction.atomic() if is_atomic(request, requirement, view) else nullcontext():
        answer = run()
        if getattr(answer, "status_code", 200) < 400:
            with closing_on_failure(answer):
                record_request(request, action)
        return answer


@contextmanager
def closing_on_failure(answer: object) -> Iterator[None]:
    """An answer that is not sent after all lets go of what it would have read."""
    try:
        yield
    except BaseException:
        if isinstance(answer, HttpResponseBase):
            answer.close()
        raise


def is_told(request: HttpRequest, requirement: Requirement) -> bool:
    access: Access | None = getattr(request, "access", None)
    is_data = requirement.right in NOT_CHANGES and access is not None and access.actor.kind in APPS
    if requirement.is_public or is_data:
        return False
    return requirement.exports or request.method not in SAFE_METHODS


def is_atomic(request: HttpRequest, requirement: Requirement, view: object) -> bool:
    is_of_store = requirement.right in NOT_CHANGES or getattr(view, "_non_atomic_requests", None)
    return request.method not in SAFE_METHODS and not is_of_store


def record_request(request: HttpRequest, action: str) -> None:
    """Write down a request that was done."""
    access: Access | None = getattr(request, "access", None)
    actor = access.actor if access else find_person(request)
    match = request.resolver_match
    if actor is None or match is None:
        raise PermissionError(f"{request.method} {request.path} was done by nobody; only public views may be.")
    target, details = getattr(request, "audited", ("", {}))
    named = [str(value) for name, value in match.kwargs.items() if name != "project"]
    record(
        actor,
        action,
        access.project if access else None,
        target=target or " ".join(named),
        details=details,
        address=request.META.get("REMOTE_ADDR", ""),
    )
