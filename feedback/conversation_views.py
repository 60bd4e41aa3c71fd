"""The page of one conversation: read, have its view models built, answer."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.confirmations import MISSABLE
from feedback.conversation_list import Row
from feedback.failures.mode_cards import load_mode_card
from feedback.label_views import read_satisfaction
from feedback.machines import load_machines
from feedback.pages.filters import Filters
from feedback.pages.review_cards import list_reviewed
from feedback.pages.transcript import shorten_words
from feedback.reviewing.settled import load_settled
from feedback.shown_conversations import TITLES, Chat, read_chat, read_waterfalls
from feedback.views import find_fault, read_position, read_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.filter_language import quote
from tracing.filter_sql import find_search
from tracing.models import Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.records import load_cost
from tracing.sent_ids import find_kept
from tracing.store import get_store
from tracing.together import ask_by_name

PAGE_TURNS = 50
GOING_ON_NS = 10 * 60 * 10**9
"""So soon after the last answer more may be said while one looks."""
OTHERS_SHOWN = 5
"""Conversations of the same user."""


@require_safe
@project_page(Right.READ)
def show_conversation(request: HttpRequest, project: Project, conversation_id: str) -> HttpResponse:
    """One chat with its signals beside the turns that gave them, and what the selected turn was made with.

    Of a long one so many turns as a page holds, those with the selected turn.
    """
    store, now_ns = get_store(), time.time_ns()
    chat = read_chat(store, project.pk, conversation_id, request.GET.get("turn", ""), PAGE_TURNS)
    if chat is None and (kept := find_kept(project.pk, "conversation", conversation_id)):
        return redirect("conversation", project.slug, kept)
    if chat is None:
        message = f"There is no conversation “{conversation_id}” in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    filters = Filters.from_query(request.GET.dict())
    filters = Filters() if find_fault(filters) else filters
    context = {
        "project": project,
        "section": "conversations",
        "chat": chat,
        "conversation": chat.conversation,
        "facts": chat.facts,
        "turns": chat.turns,
        "is_going_on": chat.blocks is None and now_ns - chat.facts.last_time_ns < GOING_ON_NS,
        "selected": chat.selected.index + 1,
        "filters": filters,
        "described": filters.describe(TITLES),
        "opening": shorten_words(chat.facts.first_message, 120),
        "missable": {kind: TITLES[kind] for kind in MISSABLE},
        "alone": Filters(q=f"conversation:{quote(conversation_id)}"),
        **read_beside(request, project, chat, filters),
    }
    return render_page(request, "conversation.html", context)


def read_beside(request: HttpRequest, project: Project, chat: Chat, filters: Filters) -> dict[str, Any]:
    """What stands around the chat: where it is in the list, what is known of all of it, and the spans of its turn."""
    store, conversation_id, now_ns = get_store(), chat.conversation.conversation_id, time.time_ns()
    ids, place = [conversation_id], Place(chat.facts.first_time_ns, conversation_id)
    found = ask_by_name(
        failure_mode=lambda: load_mode_card(store, project, conversation_id, timezone.now()),
        position=lambda: find_position(project, filters, place, now_ns),
        others=lambda: list_others(project, chat.conversation.user_id, conversation_id, now_ns),
        waterfalls=lambda: read_waterfalls(store, chat),
        cost=lambda: load_cost(store, project.pk, conversation_id),
        satisfaction=lambda: read_satisfaction(request, project, conversation_id),
        machine=lambda: load_machines(store, project.pk, ids).get(conversation_id),
        reviewed=lambda: list_reviewed(load_settled(store, project.pk, conversation_ids=ids)),
    )
    return {**found, **found["satisfaction"]}


def list_others(project: Project, user_id: str, but: str, now_ns: int) -> Sequence[Row]:
    """The latest conversations of a user, but this one."""
    if not user_id:
        return []
    rows = read_rows(project, Filters(user_id=user_id), Place(), now_ns, OTHERS_SHOWN + 1).rows
    return [row for row in rows if row["conversation_id"] != but][:OTHERS_SHOWN]


def find_position(project: Project, filters: Filters, place: Place, now_ns: int) -> Mapping[str, Any]:
    """Where in the list the conversation stands; of a quoted phrase, which nobody counts, only what follows it."""
    if not find_search(filters.given).has_phrases:
        return read_position(project, filters, place, now_ns)
    rows = read_rows(project, filters, place, now_ns, 1).rows
    return {"here": False, "newer": 0, "next_id": rows[0]["conversation_id"] if rows else ""}
