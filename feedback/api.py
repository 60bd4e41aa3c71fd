"""REST under `/api/v1/`: the API object, what `feedback` gives, and the router of `tracing`."""

import time
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from ninja.errors import HttpError
from pydantic import Field

from feedback import listening
from feedback.api_accuracy import router as accuracy_router
from feedback.api_agent_tasks import router as agent_tasks_router
from feedback.api_asks import router as asks_router
from feedback.api_comparisons import router as comparisons_router
from feedback.api_content import router as content_router
from feedback.api_contradictions import router as contradictions_router
from feedback.api_datasets import router as datasets_router
from feedback.api_detectors import router as detectors_router
from feedback.api_exports import router as exports_router
from feedback.api_failure_modes import router as failure_modes_router
from feedback.api_feedback import router as feedback_router
from feedback.api_figures import router as figures_router
from feedback.api_judge import router as judge_router
from feedback.api_labels import router as labels_router
from feedback.api_regressions import router as regressions_router
from feedback.api_returns import router as returns_router
from feedback.api_review_effects import router as review_effects_router
from feedback.api_review_items import router as review_items_router
from feedback.api_review_queues import router as review_queues_router
from feedback.api_review_results import router as review_results_router
from feedback.api_reviews import router as reviews_router
from feedback.api_satisfaction import router as satisfaction_router
from feedback.api_saved_views import router as saved_views_router
from feedback.api_stages import router as stages_router
from feedback.api_users import router as users_router
from feedback.conversation_rows import describe_rows, find_rows
from feedback.datasets import UnknownFormat
from feedback.datasets.definition import DefinitionProblems
from feedback.derivation import FEEDBACK, SIGNALS
from feedback.estimating import ESTIMATES
from feedback.excerpts import load_heard_excerpt
from feedback.failures.deriving import FAILURES
from feedback.failures.listing import find_mode_of
from feedback.labels import load_labels
from feedback.machines import load_machines
from feedback.records import confirm_rows, place_signal
from feedback.resources import (
    ConversationPage,
    ConversationResource,
    SignalPage,
    StatsResource,
    describe_conversation,
    describe_signal,
)
from feedback.review.queue import QueueProblems
from feedback.satisfaction_records import load_estimates
from feedback.saved_views import SavedViewProblems
from tracing import reprocessing
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import describe_generation, project_of
from tracing.api import router as tracing_router
from tracing.api_audit import router as audit_router
from tracing.api_document import DescribedAPI
from tracing.api_erasures import ErasureResource
from tracing.api_erasures import ask as ask_erasure
from tracing.api_erasures import router as erasures_router
from tracing.api_filters import ConversationFilters, SignalFilters
from tracing.api_keys import router as keys_router
from tracing.api_lists import router as lists_router
from tracing.api_masking import router as masking_router
from tracing.api_members import router as members_router
from tracing.api_prices import router as prices_router
from tracing.api_problems import refuse_parts
from tracing.api_reprocessing import router as reprocessing_router
from tracing.derivation import READING
from tracing.erasing.running import preview
from tracing.erasing.scope import Scope
from tracing.filter_sql import compile_filter
from tracing.paging import MAX_LIMIT, Cursor, Limit, decode_cursor, give_page
from tracing.resources import format_time
from tracing.rollups import ROLLUPS
from tracing.sent_ids import find_kept, know_ids
from tracing.stages import STAGES
from tracing.store import get_store
from tracing.template_learning import LEARNING

FirstTurn = Annotated[int, Field(ge=0, le=10**9, description="Index of the first turn to give.")]

api = DescribedAPI(
    title="Tacit",
    version="1",
    description="Traces, what users showed about the answers, and data made from it.",
    docs_url=None,
    urls_namespace="api",
)
api.add_router("", tracing_router)
api.add_router("", keys_router)
api.add_router("", lists_router)
api.add_router("", members_router)
api.add_router("", prices_router)
api.add_router("", erasures_router)
api.add_router("", masking_router)
api.add_router("", agent_tasks_router)
api.add_router("", asks_router)
api.add_router("", comparisons_router)
api.add_router("", contradictions_router)
api.add_router("", detectors_router)
api.add_router("", accuracy_router)
api.add_router("", judge_router)
api.add_router("", content_router)
api.add_router("", labels_router)
api.add_router("", satisfaction_router)
api.add_router("", figures_router)
api.add_router("", users_router)
api.add_router("", saved_views_router)
api.add_router("", exports_router)
api.add_router("", datasets_router)
api.add_router("", returns_router)
api.add_router("", review_effects_router)
api.add_router("", review_queues_router)
api.add_router("", review_items_router)
api.add_router("", reviews_router)
api.add_router("", review_results_router)
api.add_router("", failure_modes_router)
api.add_router("", regressions_router)
api.add_router("", feedback_router)
api.add_router("", reprocessing_router)
api.add_router("", audit_router)
api.add_router("", stages_router)


@api.exception_handler(UnknownFormat)
def refuse_format(_request: HttpRequest, error: UnknownFormat) -> HttpResponse:
    return refuse_parts([{"parameter": "format", "detail": f"{error}."}])


@api.exception_handler(DefinitionProblems)
def refuse_definition(_request: HttpRequest, error: DefinitionProblems) -> HttpResponse:
    return refuse_parts([{"parameter": name, "detail": words} for name, words in error.problems.items()])


@api.exception_handler(QueueProblems)
def refuse_queue(_request: HttpRequest, error: QueueProblems) -> HttpResponse:
    return refuse_parts([{"parameter": name, "detail": words} for name, words in error.problems.items()])


@api.exception_handler(SavedViewProblems)
def refuse_saved_view(_request: HttpRequest, error: SavedViewProblems) -> HttpResponse:
    return refuse_parts([{"parameter": name, "detail": words} for name, words in error.problems.items()])


@api.get("stats", response=StatsResource, summary="Counts, and how far each stage is behind", auth=May(Right.READ))
def show_stats(request: HttpRequest) -> dict[str, Any]:
    store = get_store()
    counts = store.query("feedback/sql/stats.sql", project_id=project_of(request).pk)[0]
    stages = (READING, LEARNING, ROLLUPS, FEEDBACK, SIGNALS, ESTIMATES, FAILURES, *STAGES.values())
    lag = {stage.name: stage.measure_lag(store) for stage in dict.fromkeys(stages)}
    lag[reprocessing.NAME] = reprocessing.measure_lag()
    lag[listening.NAME] = listening.measure_lag(project_of(request).pk)
    return counts | {"lag": lag}


@api.get(
    "conversations",
    response=ConversationPage,
    summary="Conversations, those that began last first",
    auth=May(Right.READ),
)
def list_conversations(
    request: HttpRequest,
    filters: Query[ConversationFilters],
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    place = decode_cursor(cursor, "conversations")
    store, project_id = get_store(), project_of(request).pk
    page = find_rows(store, project_id, know_ids(project_id, filters.read()), place, limit)
    return give_page("conversations", describe_rows(store, project_id, page.rows), page.next)


@api.get(
    "conversations/{path:conversation_id}",
    response=ConversationResource,
    exclude_unset=True,
    summary="One conversation with its turns, signals and feedback",
    auth=May(Right.READ),
)
def show_conversation(
    request: HttpRequest, conversation_id: str, from_turn: FirstTurn = 0, limit: Limit = MAX_LIMIT
) -> dict[str, Any]:
    store, project_id = get_store(), project_of(request).pk
    heard = load_heard_excerpt(store, project_id, conversation_id, from_turn, limit)
    if heard is None and (kept := find_kept(project_id, "conversation", conversation_id)):
        conversation_id = kept
        heard = load_heard_excerpt(store, project_id, conversation_id, from_turn, limit)
    if heard is None:
        from_there = f" with a turn {from_turn}" if from_turn else ""
        raise HttpError(404, f"There is no conversation {conversation_id!r}{from_there} in this project.")
    answers = heard.excerpt.conversation.answers
    rows = store.query(
        "tracing/sql/generations_by_key.sql",
        project_id=project_id,
        trace_ids=sorted({answer.trace_id for answer in answers}),
        span_ids=[span_id for answer in answers for span_id in answer.generation_span_ids],
        conversation_ids=[conversation_id],
    )
    machine = load_machines(store, project_id, [conversation_id]).get(conversation_id)
    estimate = load_estimates(store, project_id, [conversation_id]).get(conversation_id)
    mode = find_mode_of(store, project_of(request), conversation_id)
    labels = load_labels(store, project_id, conversation_id)
    generations = [describe_generation(row) for row in reversed(rows)]
    return describe_conversation(heard, machine, estimate, mode, labels, generations)


@api.delete(
    "conversations/{path:conversation_id}",
    response={202: ErasureResource},
    summary="Erase a conversation for good",
    auth=May(Right.EDIT),
)
def delete_conversation(request: HttpRequest, conversation_id: str) -> Status[dict[str, Any]]:
    """With its traces and all that was made of it, as `erasures` does; the receipt says how far it is."""
    scope = Scope(conversation_id=conversation_id)
    if not preview(get_store(), project_of(request).pk, scope)["conversations"]:
        raise HttpError(404, f"There is no conversation {conversation_id!r} in this project.")
    return Status(202, ask_erasure(request, scope))


@api.get("signals", response=SignalPage, summary="Signals, latest first", auth=May(Right.READ))
def list_signals(
    request: HttpRequest,
    filters: Query[SignalFilters],
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    place = decode_cursor(cursor, "signals")
    rows = get_store().query(
        "feedback/sql/signal_page.sql",
        compile_filter(know_ids(project_of(request).pk, filters.read()), "signals", time.time_ns()),
        project_id=project_of(request).pk,
        limit=limit + 1,
        before_ns=place.time_ns,
        before_id=place.id,
    )
    confirmed = confirm_rows(get_store(), project_of(request).pk, rows[:limit])
    items = [
        describe_signal(row["conversation_id"], format_time(row["time_ns"]), signal)
        for row, signal in zip(rows[:limit], confirmed, strict=True)
    ]
    return give_page("signals", items, place_signal(rows[limit - 1]) if len(rows) > limit else None)
