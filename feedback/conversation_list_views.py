"""The list of conversations: an address comes in; rows, the views above them and what narrows them go out."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from feedback.choices import load_kinds
from feedback.conversation_list import Row
from feedback.conversation_panel_views import read_panel
from feedback.failures.listing import load_modes_of
from feedback.pages.cursors import LATEST_NS, Cursor, decode_cursor
from feedback.pages.filter_chips import list_chips
from feedback.pages.filters import LEADER_WORDS, OUTCOME_WORDS, RANGE_WORDS, THUMBS_WORDS, Filters, name_heard
from feedback.pages.list_columns import COLUMNS, choose_columns, write_columns
from feedback.pages.list_state import ListState
from feedback.pages.list_tabs import Saved, list_tabs
from feedback.pages.listing import ListedConversation, ListedMode, add_modes
from feedback.saved_views import list_views, may_change
from feedback.views import (
    FIELDS_SHOWN,
    PAGE_ROWS,
    PEOPLE_OR_MACHINES,
    TITLES,
    find_fault,
    read_choices,
    read_rows,
    read_total,
    show_rows,
)
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.filter_sql import compile_filter, find_search
from tracing.models import Project
from tracing.page_filling import FilledPage
from tracing.pages import render_page
from tracing.paging import Place
from tracing.sent_ids import leads_to_kept
from tracing.store import get_store
from tracing.together import ask_together

MOST_ARRIVALS = 100


@require_safe
@project_page(Right.READ)
@leads_to_kept
def show_conversations(request: HttpRequest, project: Project) -> HttpResponse:
    """The list, narrowed by the filters of the address, a page at a time."""
    if "column" in request.GET or "chooses" in request.GET:
        return choose_list_columns(request, project)
    state = ListState.from_query(request.GET.dict())
    error = find_fault(state.filters)
    context = {
        "project": project,
        "section": "conversations",
        "state": state,
        "filters": state.filters,
        "sort": state.sort,
        "error": error,
        "described": [] if error else state.filters.describe(TITLES),
        "chips": list_chips(state, TITLES),
        "fields": FIELDS_SHOWN,
        **show_views(request, project, state),
        **show_columns(state),
        **read_page(request, project, state, is_wrong=error is not None),
    }
    if peeked := request.GET.get("peek", ""):
        context |= {"panel": True, **read_panel(request, project, peeked)}
    return render_page(request, "conversations.html", context)


@require_safe
@project_page(Right.READ)
def count_arrivals(request: HttpRequest, project: Project) -> HttpResponse:
    """How many conversations that match have begun since the newest that the list shows."""
    state = ListState.from_query(request.GET.dict())
    since_ns = min(read_number(request.GET.get("since", "")) or 0, LATEST_NS)
    if find_fault(state.filters):
        return HttpResponse()
    where = compile_filter(state.filters.given, "conversations", time.time_ns())
    bound = {"project_id": project.pk, "since_ns": since_ns, "most": MOST_ARRIVALS + 1}
    [found] = get_store().query("feedback/sql/page_arrivals.sql", where, **bound)
    if not found["conversations"]:
        return HttpResponse()
    context = {
        "project": project,
        "count": min(found["conversations"], MOST_ARRIVALS),
        "is_more": found["conversations"] > MOST_ARRIVALS,
        "state": state,
    }
    return render_page(request, "parts/new_conversations.html", context)


def show_views(request: HttpRequest, project: Project, state: ListState) -> dict[str, Any]:
    """The views above the list, and the saved one of them that is shown."""
    access, number = access_of(request), read_number(request.GET.get("view", ""))
    saved = [
        Saved(view.number, view.name, view.query, view.is_shared, view.owner, may_change(view, access))
        for view in list_views(project.pk, access.who)
    ]
    tabs = list_tabs(state, saved, number)
    current = next((tab for tab in tabs if tab.is_current), None)
    return {
        "tabs": tabs,
        "view": current.saved if current else None,
        "is_view_changed": current is not None and current.is_changed,
        "can_save": current is None or current.is_changed,
    }


def choose_list_columns(request: HttpRequest, project: Project) -> HttpResponse:
    """From the form of columns to the list that has them: its address is the one that lists have."""
    state = ListState.from_query(request.GET.dict())
    chosen = ListState(state.filters, state.sort, choose_columns(request.GET.getlist("column")))
    number = read_number(request.GET.get("view", ""))
    parts = [chosen.query, f"view={number}" if number else ""]
    return redirect(f"{reverse('conversations', args=[project.slug])}?{'&'.join(filter(None, parts))}")


def read_number(text: str) -> int | None:
    """A whole number of an address; None where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def show_columns(state: ListState) -> dict[str, Any]:
    """Usual columns that are left out, and others that were added, as the rows ask for them."""
    return {
        "columns": COLUMNS,
        "column_word": write_columns(state.columns),
        "left_out": [each.name for each in COLUMNS if each.is_usual and each.name not in state.columns],
        "added": [each.name for each in COLUMNS if not each.is_usual and each.name in state.columns],
    }


def read_page(request: HttpRequest, project: Project, state: ListState, *, is_wrong: bool) -> dict[str, Any]:
    """Query the rows of a page, how many match and what narrows them; no rows where the filter cannot be read."""
    now_ns, token = time.time_ns(), request.GET.get("cursor", "")
    cursor = decode_cursor(token)
    place = Place(cursor.time_ns, cursor.conversation_id)
    counts = not is_wrong and not find_search(state.filters.given).has_phrases
    around, (page, rows) = ask_together(
        lambda: read_around(project, state.filters, now_ns, counts=counts),
        lambda: (FilledPage([], None), []) if is_wrong else find_rows(project, state, place, now_ns),
    )
    return {
        **around,
        "rows": name_modes(project, rows) if "failure_mode" in state.columns else rows,
        "older": Cursor(page.next.time_ns, page.next.id).encode() if page.next else "",
        "is_later_page": bool(token),
        "has_phrases": not is_wrong and not counts,
    }


def read_around(project: Project, filters: Filters, now_ns: int, *, counts: bool) -> dict[str, Any]:
    """What is known of all conversations: what the selectors offer, and how many match."""
    choices = read_choices(project)
    return {
        "choices": choices,
        "options": list_options(project, filters, choices),
        "values": list_values(filters, choices),
        "matching": read_total(project, filters, now_ns) if counts else {"total": None},
    }


def find_rows(
    project: Project, state: ListState, place: Place, now_ns: int
) -> tuple[FilledPage[Row], list[ListedConversation]]:
    page = read_rows(project, state.filters, place, now_ns, PAGE_ROWS, state.sort)
    return page, show_rows(project, page.rows)


def name_modes(project: Project, listed: Sequence[ListedConversation]) -> list[ListedConversation]:
    found = load_modes_of(get_store(), project.pk, [row.conversation_id for row in listed])
    return add_modes(listed, {key: ListedMode(mode.number, mode.title) for key, mode in found.items()})


def list_options(project: Project, filters: Filters, choices: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """What the selectors of the list offer, by value, in words with the number of conversations where it is known; the
    chosen value is always among them."""
    found = load_kinds(get_store(), project.pk)
    kinds = {row["kind"]: row["conversations"] for row in found}
    outcomes = dict.fromkeys(OUTCOME_WORDS, 0) | pair(choices, "outcomes", "outcome_counts")
    leaders = [each for each in LEADER_WORDS if each in (*PEOPLE_OR_MACHINES, *choices["machines"], filters.machine)]
    return {
        "machine": {each: LEADER_WORDS[each] for each in leaders},
        "signal": count_values(kinds, filters.signal, lambda kind: name_heard(kind, TITLES)),
        "thumbs": THUMBS_WORDS,
        "outcome": count_values(outcomes, filters.outcome, lambda outcome: OUTCOME_WORDS.get(outcome, outcome)),
        "range": RANGE_WORDS,
    }


def list_values(filters: Filters, choices: Mapping[str, Any]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The same of what apps name as they like: pairs, as a name may be one that a template takes for its own."""
    services = count_values(pair(choices, "services", "service_counts"), filters.service_name)
    environments = count_values(pair(choices, "environments", "environment_counts"), filters.environment)
    models = count_values(pair(choices, "models", "model_counts"), filters.model)
    named = {"service_name": services, "environment": environments, "model": models}
    return {name: list(words.items()) for name, words in named.items()}


def pair(choices: Mapping[str, Any], values: str, counts: str) -> dict[str, int]:
    return dict(zip(choices[values], choices[counts], strict=True))


def count_values(counts: Mapping[str, int], chosen: str, tell: Callable[[str], str] = str) -> dict[str, str]:
    """Each value in words, with its number of conversations where that is known."""
    words = {value: f"{tell(value)} ({count:,})" if count else tell(value) for value, count in counts.items()}
    return words | {chosen: tell(chosen)} if chosen and chosen not in words else words
