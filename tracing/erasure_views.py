"""The page where somebody, a conversation or a time is erased: what would go is said first, and it goes when that is
confirmed; and the receipts."""

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.erasing.running import list_erasures, preview, request_erasure
from tracing.erasing.scope import LONGEST_ID, Scope, ScopeError
from tracing.models import Erasure, Project
from tracing.pages import list_problems, render_page
from tracing.store import get_store

SHOWN = 50


class ErasureForm(forms.Form):
    """One of an id of a user, one of a conversation, and a time (UTC)."""

    user_id = forms.CharField(max_length=LONGEST_ID, required=False)
    conversation_id = forms.CharField(max_length=LONGEST_ID, required=False)
    start = forms.DateTimeField(required=False)
    end = forms.DateTimeField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            moments = {name: given[name].astimezone(UTC) if given[name] else None for name in ("start", "end")}
            try:
                given["scope"] = Scope(given["user_id"], given["conversation_id"], **moments)
            except ScopeError as error:
                raise forms.ValidationError(str(error)) from error
        return given


@require_safe
@project_page(Right.EDIT)
def show_erasures(request: HttpRequest, project: Project) -> HttpResponse:
    """The form, and the receipts."""
    return show(request, project, ErasureForm())


def show(
    request: HttpRequest, project: Project, form: ErasureForm, *, status: int = 200, **context: object
) -> HttpResponse:
    receipts = list_erasures(project, context.get("whose") or None)[:SHOWN]  # type: ignore[arg-type]
    shown = {
        "project": project,
        "section": "erasures",
        "form": form,
        "problems": list_problems(form),
        "receipts": [describe(each) for each in receipts],
        "is_going_on": any(each.state in Erasure.OPEN for each in receipts),
        **context,
    }
    return render_page(request, "erasures.html", shown, status=status)


def describe(erasure: Erasure) -> dict[str, Any]:
    """A receipt as it is shown: what went, most first."""
    places = sorted(erasure.rows.items(), key=lambda each: (-each[1], each[0]))
    return {
        "erasure": erasure,
        "places": places,
        "total": sum(erasure.rows.values()),
        "found": erasure.verification if erasure.state == Erasure.State.DONE else None,
    }


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def ask_erasure(request: HttpRequest, project: Project) -> HttpResponse:
    """Say what would go. By POST: no address, and no log of addresses, holds the id."""
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return show(request, project, form, status=422)
    scope: Scope = form.cleaned_data["scope"]
    audit.describe(request, f"a {scope.kind}")
    return show(request, project, form, scope=scope, whose=scope, would_go=preview(get_store(), project.pk, scope))


@require_POST
@project_page(Right.EDIT)
def add_erasure(request: HttpRequest, project: Project) -> HttpResponse:
    """Have it erased. The audit log does not say whose id it was."""
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return show(request, project, form, status=422)
    scope: Scope = form.cleaned_data["scope"]
    erasure = request_erasure(project, scope, access_of(request).who)
    audit.describe(request, f"a {scope.kind}", erasure=erasure.pk)
    messages.info(request, "It is being erased. The receipt below says how far that is.")
    return redirect("erasures", project=project.slug)
