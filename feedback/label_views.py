"""What a reviewer presses beside an estimate: whether the user of a conversation was satisfied."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from feedback.detectors import DETECTORS
from feedback.labelling import NoConversationError, label_conversation
from feedback.labels import OUTCOME, OUTCOMES, Label, LabelKey, load_labels
from feedback.pages.satisfaction import show_estimate
from feedback.satisfaction_records import load_estimates
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

TITLES = {detector.kind: detector.title for detector in DETECTORS}


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def judge_outcome(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep whether the user was satisfied, as this reviewer sees it; an empty verdict takes it back."""
    key = LabelKey(request.POST.get("conversation", ""), OUTCOME, access_of(request).who)
    verdict = request.POST.get("verdict", "")
    if verdict not in (*OUTCOMES, ""):
        return refuse(request, project, "The form named no verdict; load the conversation again.")
    try:
        label_conversation(get_store(), project.pk, key, verdict)
    except NoConversationError as error:
        return refuse(request, project, str(error))
    audit.describe(request, key.conversation_id, kind=key.kind, verdict=verdict or None)
    if not getattr(request, "htmx", False):
        return go_back(request, project, key.conversation_id)
    given = {"project": project, **read_satisfaction(request, project, key.conversation_id)}
    return render_page(request, "parts/dissatisfied.html", given)


def refuse(request: HttpRequest, project: Project, message: str) -> HttpResponse:
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)


def go_back(request: HttpRequest, project: Project, conversation_id: str) -> HttpResponse:
    """To the estimate, with the filters that the conversation was opened with."""
    query = QueryDict(request.POST.get("query", "")).urlencode()
    address = reverse("conversation", args=[project.slug, conversation_id])
    return redirect(f"{address}{'?' if query else ''}{query}#estimate")


def read_satisfaction(request: HttpRequest, project: Project, conversation_id: str) -> Mapping[str, Any]:
    """What the card on satisfaction shows: the estimate, what reviewers said, and what this one did."""
    store = get_store()
    labels = load_labels(store, project.pk, conversation_id)
    return {
        "conversation_id": conversation_id,
        "estimate": show_estimate(load_estimates(store, project.pk, [conversation_id]).get(conversation_id), TITLES),
        "outcomes": labels,
        "own_outcome": find_own(labels, access_of(request).who),
    }


def find_own(labels: Sequence[Label], who: str) -> str:
    """What this reviewer said; empty where they said nothing."""
    return next((each.verdict for each in labels if (each.key.kind, each.key.said_by) == (OUTCOME, who)), "")
