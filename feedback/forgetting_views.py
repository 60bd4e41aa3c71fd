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
@transaction.non_atomic_requests
@project_page(Right.ADMINISTER)
def forget_subject(request: HttpRequest, project: Project) -> HttpResponse:
    """Say what would happen, or do it where that was confirmed. The audit log does not say who it was."""
    named = {name: request.POST.get(name, "").strip() for name in ("user_id", "conversation_id")}
    try:
        if request.POST.get("sure") != "yes":
            return show(request, project, affected=count_affected(project, **named))
        withdrawn = forget(project, **named, who=access_of(request).who, now=timezone.now())
    except ValueError as error:
        return show(request, project, str(error), status=422)
    audit.describe(request, withdrawn=withdrawn)
    messages.info(request, tell_forgotten(withdrawn))
    return redirect("forgetting", project=project.slug)


def tell_forgotten(withdrawn: int) -> str:
    """
    >>> tell_forgotten(0)
    'Forgotten: no later version holds anything of theirs. No version held them.'
    """
    versions = f"{withdrawn} version{'s were' if withdrawn != 1 else ' was'} withdrawn." if withdrawn else ""
    return f"Forgotten: no later version holds anything of theirs. {versions or 'No version held them.'}"
