"""The page where a user or a conversation is forgotten: what it would do is said first, and it is done when that is
confirmed."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from feedback.flywheel.forgetting import count_affected, count_forgotten, forget
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page


@require_safe
@project_page(Right.ADMINISTER)
def show_forgetting(request: HttpRequest, project: Project) -> HttpResponse:
    """How many are forgotten, and the form."""
    return show(request, project)


def show(
    request: HttpRequest, project: Project, problem: str = "", *, affected: int | None = None, status: int = 200
) -> HttpResponse:
    """`affected` versions would be withdrawn; None where nobody was named yet."""
    context = {
        "project": project,
        "section": "datasets",
        "forgotten": count_forgotten(project),
        "user_id": request.POST.get("user_id", ""),
        "conversation_id": request.POST.get("conversation_id", ""),
        "problem": problem,
        "affected": affected,
    }
    return render_page(request, "forgetting.html", context, status=status)


@require_POST
@project_page(Right.ADMINISTER)
def ask_forgetting(request: HttpRequest, project: Project) -> HttpResponse:
    """Say what it would do to forget somebody. By POST: no address, and no log of addresses, holds the id."""
    try:
        affected = count_affected(project, **read_named(request))
    except ValueError as error:
        return show(request, project, str(error), status=422)
    return show(request, project, affected=affected)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.ADMINISTER)
def forget_subject(request: HttpRequest, project: Project) -> HttpResponse:
    """Forget them. The audit log does not say who it was."""
    named = read_named(request)
    try:
        withdrawn = forget(project, **named, who=access_of(request).who, now=timezone.now())
    except ValueError as error:
        return show(request, project, str(error), status=422)
    what = " and ".join(f"a {name.removesuffix('_id')}" for name, value in named.items() if value)
    audit.describe(request, what, withdrawn=withdrawn)
    messages.info(request, tell_forgotten(withdrawn))
    return redirect("forgetting", project=project.slug)


def read_named(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in ("user_id", "conversation_id")}


def tell_forgotten(withdrawn: int) -> str:
    """
    >>> tell_forgotten(0)
    'Forgotten: no later version holds anything of theirs. No version held them.'
    """
    versions = f"{withdrawn} version{'s were' if withdrawn != 1 else ' was'} withdrawn." if withdrawn else ""
    return f"Forgotten: no later version holds anything of theirs. {versions or 'No version held them.'}"
