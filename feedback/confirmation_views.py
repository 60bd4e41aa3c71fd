"""What a reviewer presses beside a signal: that it is right, wrong or missing. The page answers, or the part of it."""

from typing import Literal, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from feedback.confirmations import SignalKey, decode_key
from feedback.confirming import ConfirmationError, confirm_signal, find_signals
from feedback.detectors import DETECTORS
from feedback.pages.observations import observe_signal
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

TITLES = {detector.kind: detector.title for detector in DETECTORS}
VERDICTS = ("confirmed", "rejected", "")


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def judge_signal(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep that a signal is right or wrong; an empty verdict takes it back."""
    key, verdict = decode_key(request.POST.get("signal", "")), request.POST.get("verdict", "")
    if key is None or verdict not in VERDICTS:
        message = "The form named no signal, or no verdict; load the conversation again."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    problem = say(request, project, key, verdict)
    if not getattr(request, "htmx", False):
        return go_back(request, project, key, problem)
    found = find_signals(get_store(), project.pk, key, is_whole=True)
    if problem:
        messages.error(request, problem)
        return HttpResponse(headers={"HX-Refresh": "true"})
    if not found:
        return HttpResponse()
    observation = observe_signal(found[0], TITLES, key.conversation_id)
    return render_page(request, "parts/observation.html", {"project": project, "observation": observation})


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def add_missed_signal(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep that a message is a reaction that was not heard."""
    turn = decode_key(request.POST.get("signal", ""))
    if turn is None:
        message = "The form named no message; load the conversation again."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    key = SignalKey(turn.conversation_id, turn.turn_index, request.POST.get("kind", ""))
    return go_back(request, project, key, say(request, project, key, "confirmed", is_whole=False))


def say(request: HttpRequest, project: Project, key: SignalKey, verdict: str, *, is_whole: bool = True) -> str:
    """Keep it; what stood in the way, in words."""
    given = cast(Literal["confirmed", "rejected", None], verdict or None)
    try:
        confirm_signal(get_store(), project.pk, key, given, access_of(request).who, is_whole=is_whole)
    except ConfirmationError as error:
        return str(error)
    details = {"turn_index": key.turn_index, "kind": key.kind, "label": key.label, "verdict": given}
    audit.describe(request, key.conversation_id, **details)
    return ""


def go_back(request: HttpRequest, project: Project, key: SignalKey, problem: str) -> HttpResponse:
    """To the turn, with the filters that the conversation was opened with."""
    if problem:
        messages.error(request, problem)
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    query["turn"] = str(key.turn_index + 1)
    address = reverse("conversation", args=[project.slug, key.conversation_id])
    return redirect(f"{address}?{query.urlencode()}#turn-{key.turn_index + 1}")
