"""The page of one conversation: read, have its view models built, answer."""

import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.confirmations import MISSABLE
from feedback.detectors import DETECTORS
from feedback.excerpts import load_heard_excerpt
from feedback.failures.listing import find_mode_of
from feedback.label_views import read_satisfaction
from feedback.machines import load_machines
from feedback.pages.blocks import list_blocks
from feedback.pages.filters import Filters
from feedback.pages.review_cards import list_reviewed
from feedback.pages.transcript import Heard, select_turn, shorten_words, show_turns
from feedback.pages.undertone import draw_undertone
from feedback.records import load_outline
from feedback.reviewing.settled import load_settled
from feedback.views import find_fault, read_position, read_rows
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.conversations import Turn
from tracing.filter_sql import find_search
from tracing.models import Project
from tracing.pages import render_page
from tracing.paging import Place
from tracing.records import load_cost, load_spans
from tracing.records.excerpts import load_facts
from tracing.spans import Span
from tracing.store import get_store
from tracing.waterfall import SpanFigures, Waterfall, draw_waterfall

TITLES = {detector.kind: detector.title for detector in DETECTORS}
PAGE_TURNS = 100


def find_position(project: Project, filters: Filters, conversation_id: str, first_time_ns: int) -> Mapping[str, Any]:
    """Where in the list the conversation stands; of a quoted phrase, which nobody counts, only what follows it."""
    now_ns = time.time_ns()
    if not find_search(filters.given).has_phrases:
        return read_position(project, filters, conversation_id, now_ns)
    rows = read_rows(project, filters, Place(first_time_ns, conversation_id), now_ns, 1).rows
    return {"here": False, "newer": 0, "next_id": rows[0]["conversation_id"] if rows else ""}


@require_safe
@project_page(Right.READ)
def show_conversation(request: HttpRequest, project: Project, conversation_id: str) -> HttpResponse:
    """One chat with its signals beside the turns that gave them, and the spans of the selected turn.

    Of a long one so many turns as a page holds, those with the selected turn.
    """
    store = get_store()
    facts = load_facts(store, project.pk, conversation_id)
    outline = load_outline(store, project.pk, conversation_id) if facts else []
    selected = select_turn(facts.turn_count, outline, request.GET.get("turn", "")) if facts else 0
    first = selected // PAGE_TURNS * PAGE_TURNS
    heard = load_heard_excerpt(store, project.pk, conversation_id, first, PAGE_TURNS)
    if heard is None:
        message = f"There is no conversation “{conversation_id}” in {project.name}."
        return render_page(request, "404.html", {"message": message, "project": project}, status=404)
    conversation, facts = heard.excerpt.conversation, heard.excerpt.facts
    shown = next((turn for turn in conversation.turns if turn.index == selected), conversation.turns[-1])
    filters = Filters.from_query(request.GET.dict())
    filters = Filters() if find_fault(filters) else filters
    context = {
        "project": project,
        "section": "conversations",
        "conversation": conversation,
        "filters": filters,
        "described": filters.describe(TITLES),
        "position": find_position(project, filters, conversation_id, facts.first_time_ns),
        "undertone": draw_undertone(facts.turn_count, outline, TITLES),
        "turns": show_turns(conversation, Heard(conversation_id, heard.signals, heard.feedback, TITLES), shown.index),
        "blocks": list_blocks(facts.turn_count, first, PAGE_TURNS),
        "selected": shown.index + 1,
        "opening": shorten_words(facts.first_message, 120),
        "facts": facts,
        "machine": load_machines(store, project.pk, [conversation_id]).get(conversation_id),
        "cost": load_cost(store, project.pk, conversation_id),
        "failure_mode": find_mode_of(store, project, conversation_id),
        **read_satisfaction(request, project, conversation_id),
        "reviewed": list_reviewed(load_settled(store, project.pk, conversation_ids=[conversation_id])),
        "trace_id": shown.answer.trace_id,
        "of_user": Filters(user_id=conversation.user_id),
        "waterfalls": read_waterfalls(project, shown),
        "missable": {kind: TITLES[kind] for kind in MISSABLE},
    }
    return render_page(request, "conversation.html", context)


def read_waterfalls(project: Project, turn: Turn) -> list[tuple[str, Waterfall]]:
    """Query the spans behind the turn, each trace on a scale of its own: first that of the answer that stayed."""
    captions = {turn.answer.trace_id: "the answer that stayed"}
    for answer in turn.alternatives:
        captions.setdefault(answer.trace_id, "earlier answer, replaced")
    spans: dict[str, list[Span]] = {trace_id: [] for trace_id in captions}
    for span in load_spans(get_store(), project.pk, list(captions)):
        spans[span.trace_id].append(span)
    calls = (span_id for answer in turn.answers for span_id in answer.generation_span_ids)
    figures = dict.fromkeys(calls, SpanFigures("model"))
    return [(caption, draw_waterfall(spans[trace_id], figures)) for trace_id, caption in captions.items()]
