"""The pages on conversations and what was heard in them: read, have a pure view model built, answer."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.confirmations import MISSABLE
from feedback.conversation_list import Row, find_page, place_rank
from feedback.detectors import DETECTORS
from feedback.excerpts import load_heard_excerpt
from feedback.failure_mode_list import load_rising
from feedback.failures.listing import find_mode_of
from feedback.label_views import read_satisfaction
from feedback.machines import load_machines
from feedback.pages.blocks import list_blocks
from feedback.pages.cards import CARD_KINDS, build_cards, build_safety, build_thumbs, read_periods
from feedback.pages.chart import STEPS_S, Chart, Slice, choose_step, draw_chart, fill_slices
from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import (
    LEADER_WORDS,
    OUTCOME_WORDS,
    RANGE_WORDS,
    RANGES,
    THUMBS_WORDS,
    Filters,
    name_heard,
)
from feedback.pages.listing import ListedConversation, list_conversations
from feedback.pages.machines import choose_leader, select_led, show_machines
from feedback.pages.review_cards import list_reviewed
from feedback.pages.satisfaction import show_rates
from feedback.pages.transcript import Heard, select_turn, shorten_words, show_turns
from feedback.pages.undertone import draw_undertone
from feedback.pages.waterfall import Waterfall, draw_waterfall
from feedback.records import load_outline, load_signals
from feedback.reviewing.settled import load_settled
from feedback.satisfaction_fits import load_rates
from feedback.satisfaction_records import load_estimates
from feedback.tunings import load_tuning
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.api_filters import knows_field
from tracing.conversations import Turn
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.filter_sql import Where, compile_filter, find_search
from tracing.models import DEMO_PROJECT, Project
from tracing.page_filling import FilledPage
from tracing.pages import render_page
from tracing.paging import Place
from tracing.records import Spending, load_cost, load_spans, load_spending
from tracing.records.excerpts import load_facts
from tracing.spans import Span
from tracing.store import get_store

TITLES: Mapping[str, str] = {detector.kind: detector.title for detector in DETECTORS}
PAGE_ROWS = 50
LATEST_ROWS = 8
PEOPLE_OR_MACHINES = ("no", "yes")
PAGE_TURNS = 100
DEFAULT_RANGE = "7d"
SECOND_NS = 10**9
Rows = Sequence[Mapping[str, Any]]
OVERVIEW_FILTERS = ("range", "environment", "service_name", "model", "machine")
FIELDS_SHOWN = [field for field in FIELDS if knows_field("conversations", field)]
DISSATISFIED = "dissatisfied"
"""What a list can be sorted by besides time, the likeliest first."""


@require_safe
@project_page(Right.READ)
def show_overview(request: HttpRequest, project: Project) -> HttpResponse:
    """How much was said, how much went wrong, and what changed; of people alone, unless machines are asked for."""
    asked = read_overview_filters(request.GET.dict())
    store, now_ns = get_store(), time.time_ns()
    everybody, length_ns = replace(asked, range="", machine=""), RANGES[asked.range]
    bound = {"project_id": project.pk, "since_ns": now_ns - 2 * length_ns, "current_ns": now_ns - length_ns}
    sliced = bound | {"step_ns": STEPS_S[asked.range][0] * SECOND_NS}
    all_counts = store.query("feedback/sql/page_counts.sql", to_where(everybody, now_ns), **sliced)
    filters = choose_leader(asked, all_counts)
    counts = select_led(all_counts, filters.machine)
    where = to_where(replace(filters, range=""), now_ns)
    signal_counts = store.query("feedback/sql/page_signal_counts.sql", where, **sliced)
    now, before = read_periods(counts, signal_counts)
    context = {
        "project": project,
        "section": "overview",
        "is_demo": project.slug == DEMO_PROJECT,
        "filters": filters,
        "range_words": RANGE_WORDS,
        "choices": read_choices(project),
        "now": now,
        "before": before,
        "machines": show_machines(all_counts, filters),
        "cards": build_cards(now, before, TITLES, filters),
        "thumbs": build_thumbs(now, before, filters),
        "safety": build_safety(now, before, TITLES, load_tuning(project.pk).off, filters),
        "chart": build_chart(counts, signal_counts, filters.range, now_ns) if now.conversations else None,
        "spending": read_spending(project, everybody, bound, now_ns),
        "rising": load_rising(store, project, timezone.now()),
        "satisfaction": show_rates(load_rates(project.pk)),
        "latest": read_list(project, filters, now_ns, LATEST_ROWS),
    }
    return render_page(request, "overview.html", context)


def read_overview_filters(query: Mapping[str, str]) -> Filters:
    """Those of an address that the overview has; what led is left out where there is no such machine."""
    filters = Filters.from_query({name: query.get(name, "") for name in OVERVIEW_FILTERS}, range=DEFAULT_RANGE)
    return filters if filters.machine in LEADER_WORDS else replace(filters, machine="")


def to_where(filters: Filters, now_ns: int) -> Where:
    return compile_filter(filters.given, "conversations", now_ns)


def read_spending(project: Project, filters: Filters, bound: Mapping[str, Any], now_ns: int) -> Spending:
    """What all model calls cost, machines' as well: hours do not know who led."""
    where = compile_filter(filters.given, "hours", now_ns)
    return load_spending(get_store(), project.pk, bound["since_ns"], bound["current_ns"], where)


def read_choices(project: Project) -> Mapping[str, Any]:
    return get_store().query("feedback/sql/page_choices.sql", project_id=project.pk)[0]


def build_chart(counts: Rows, signal_counts: Rows, range_name: str, now_ns: int) -> Chart:
    """Query volume and rates by slices of time, of the rows that the overview counts."""
    length_s, now_s = RANGES[range_name] // SECOND_NS, now_ns // SECOND_NS
    counts = [row for row in counts if row["is_current"]]
    step_s = choose_step(range_name, sum(row["conversations"] for row in counts), length_s)
    conversations: Counter[int] = Counter()
    rates: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in counts:
        conversations[find_slice(row["slice_ns"], step_s)] += row["conversations"]
    for row in signal_counts:
        if row["is_current"] and row["kind"] in CARD_KINDS:
            rates[find_slice(row["slice_ns"], step_s)][row["kind"]] += row["conversations"]
    slices = {
        second: Slice(datetime.fromtimestamp(second, UTC), count, rates[second])
        for second, count in conversations.items()
    }
    titles = {kind: TITLES[kind] for kind in CARD_KINDS}
    return draw_chart(fill_slices(slices, now_s - length_s, now_s, step_s), titles, step_s)


def find_slice(time_ns: int, step_s: int) -> int:
    """Seconds since the epoch at which the slice of a time begins."""
    return time_ns // SECOND_NS // step_s * step_s


def read_list(project: Project, filters: Filters, now_ns: int, limit: int) -> list[ListedConversation]:
    """Query the top of the list, with the signals of its conversations."""
    return show_rows(project, read_rows(project, filters, Place(), now_ns, limit).rows)


def read_rows(
    project: Project, filters: Filters, place: Place, now_ns: int, limit: int, sort: str = ""
) -> FilledPage[Row]:
    """Query one page of the list."""
    if sort:
        path = "feedback/sql/page_dissatisfied.sql"
        return find_page(get_store(), path, project.pk, filters.given, place, limit, now_ns, place_rank)
    path = "feedback/sql/page_conversations.sql"
    return find_page(get_store(), path, project.pk, filters.given, place, limit, now_ns)


def show_rows(project: Project, rows: Sequence[Mapping[str, Any]]) -> list[ListedConversation]:
    """The rows as they are shown, with the signals of their conversations."""
    ids = [row["conversation_id"] for row in rows]
    signals, machines = load_signals(get_store(), project.pk, ids), load_machines(get_store(), project.pk, ids)
    return list_conversations(rows, signals, machines, load_estimates(get_store(), project.pk, ids), TITLES)


@require_safe
@project_page(Right.READ)
def show_conversations(request: HttpRequest, project: Project) -> HttpResponse:
    """The list, narrowed by the filters of the address, a page at a time."""
    filters = Filters.from_query(request.GET.dict())
    now_ns = time.time_ns()
    token = request.GET.get("cursor", "")
    cursor = decode_cursor(token)
    place = Place(cursor.time_ns, cursor.conversation_id)
    error = find_fault(filters)
    sort = DISSATISFIED if request.GET.get("sort") == DISSATISFIED else ""
    page = FilledPage([], None) if error else read_rows(project, filters, place, now_ns, PAGE_ROWS, sort)
    counts = not error and not find_search(filters.given).has_phrases
    choices = read_choices(project)
    context = {
        "project": project,
        "section": "conversations",
        "filters": filters,
        "error": error,
        "sort": sort,
        "described": [] if error else filters.describe(TITLES),
        "fields": FIELDS_SHOWN,
        "choices": choices,
        "options": list_options(project, filters, choices["machines"]),
        "rows": show_rows(project, page.rows),
        "older": Cursor(page.next.time_ns, page.next.id).encode() if page.next else "",
        "is_later_page": bool(token),
        "matching": read_position(project, filters, "", now_ns) if counts else {"total": None},
    }
    return render_page(request, "conversations.html", context)


def find_fault(filters: Filters) -> FilterError | None:
    """What is wrong with filters of a list of conversations."""
    try:
        compile_filter(filters.given, "conversations", 0)
    except FilterError as error:
        return error
    return None


def list_options(project: Project, filters: Filters, machines: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    """What the selectors of the list offer, by value; the chosen value is always among them."""
    kinds = [row["kind"] for row in get_store().query("feedback/sql/page_kinds.sql", project_id=project.pk)]
    if filters.signal and filters.signal not in kinds:
        kinds.append(filters.signal)
    words = {kind: name_heard(kind, TITLES) for kind in kinds}
    leaders = [each for each in LEADER_WORDS if each in (*PEOPLE_OR_MACHINES, *machines, filters.machine)]
    return {
        "machine": {each: LEADER_WORDS[each] for each in leaders},
        "signal": words,
        "thumbs": THUMBS_WORDS,
        "outcome": OUTCOME_WORDS,
        "range": RANGE_WORDS,
    }


def read_position(project: Project, filters: Filters, conversation_id: str, now_ns: int) -> Mapping[str, Any]:
    """Query how many match, and where in the list the conversation stands."""
    where = compile_filter(filters.given, "conversations", now_ns)
    return get_store().query("feedback/sql/page_position.sql", where, project_id=project.pk, at_id=conversation_id)[0]


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
    generations = frozenset(span_id for answer in turn.answers for span_id in answer.generation_span_ids)
    return [(caption, draw_waterfall(spans[trace_id], generations)) for trace_id, caption in captions.items()]
