"""The panel beside the list of conversations: one of them, as much of it as one looks at before opening it whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.detectors import DETECTORS
from feedback.excerpts import load_heard_excerpt
from feedback.failures.listing import find_mode_of
from feedback.label_views import read_satisfaction
from feedback.machines import load_machines
from feedback.pages.list_state import ListState
from feedback.pages.transcript import Heard, shorten_words, show_turns
from feedback.pages.undertone import draw_undertone
from feedback.records import load_outline
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store
from tracing.together import ask_by_name

TITLES = {detector.kind: detector.title for detector in DETECTORS}
PANEL_TURNS = 20


@require_safe
@project_page(Right.READ)
def show_conversation_panel(request: HttpRequest, project: Project, conversation_id: str) -> HttpResponse:
    """The panel alone, for the list to put beside its rows."""
    panel = read_panel(request, project, conversation_id)
    context = {
        "project": project,
        "panel": panel,
        "state": ListState.from_query(request.GET.dict()),
        **panel,
    }
    return render_page(request, "parts/conversation_panel.html", context, status=200 if panel["turns"] else 404)


def read_panel(request: HttpRequest, project: Project, conversation_id: str) -> dict[str, Any]:
    """What the panel shows; without turns where there is no such conversation."""
    store = get_store()
    found = ask_by_name(
        failure_mode=lambda: find_mode_of(store, project, conversation_id),
        heard=lambda: load_heard_excerpt(store, project.pk, conversation_id, 0, PANEL_TURNS),
        outline=lambda: load_outline(store, project.pk, conversation_id),
        machine=lambda: load_machines(store, project.pk, [conversation_id]).get(conversation_id),
        satisfaction=lambda: read_satisfaction(request, project, conversation_id),
    )
    heard = found["heard"]
    if heard is None:
        return {"conversation_id": conversation_id, "turns": ()}
    conversation, facts = heard.excerpt.conversation, heard.excerpt.facts
    return {
        "conversation": conversation,
        "facts": facts,
        "opening": shorten_words(facts.first_message, 120),
        "undertone": draw_undertone(facts.turn_count, found["outline"], TITLES),
        "turns": show_turns(conversation, Heard(conversation_id, heard.signals, heard.feedback, TITLES), -1),
        "more_turns": max(0, facts.turn_count - PANEL_TURNS),
        "machine": found["machine"],
        "failure_mode": found["failure_mode"],
        **found["satisfaction"],
    }
