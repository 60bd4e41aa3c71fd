"""The page of what agents did: tasks with their steps, tools, time and cost."""

import time
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.agent_task_list import find_page, prepare_figures
from feedback.agent_tasks import AgentTask
from feedback.choices import load_task_choices
from feedback.detectors import DETECTORS
from feedback.pages.cursors import Cursor, decode_cursor
from feedback.pages.filters import LEADER_WORDS, OUTCOME_WORDS, RANGE_WORDS
from feedback.pages.task_cards import build_task_cards
from feedback.pages.task_filters import FAILED_WORDS, TaskFilters
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.api_filters import knows_field
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.page_filling import FilledPage
from tracing.pages import render_page
from tracing.paging import Place
from tracing.sent_ids import leads_to_kept
from tracing.store import get_store
from tracing.together import ask_together

PAGE_ROWS = 50
TITLES = {detector.kind: detector.title for detector in DETECTORS}
FIELDS_SHOWN = [field for field in FIELDS if knows_field("tasks", field)]
LEADERS = {name: LEADER_WORDS[name] for name in ("no", "yes")}
EXAMPLE = """@tacit.observe(kind="tool")
def find_order(order: int) -> str:
    return orders.find(order)

@tacit.observe(kind="agent")
def answer(message: str) -> str:
    return agent.run(message)  # asks a model and find_order"""


@require_safe
@project_page(Right.READ)
@leads_to_kept
def show_tasks(request: HttpRequest, project: Project) -> HttpResponse:
    """The tasks that the filters of the address leave, a page at a time, and what they took in all."""
    store, now_ns = get_store(), time.time_ns()
    filters = TaskFilters.from_query(request.GET.dict())
    token = request.GET.get("cursor", "")
    cursor = decode_cursor(token)
    page: FilledPage[AgentTask] = FilledPage([], None)
    context = {
        "project": project,
        "section": "tasks",
        "filters": filters,
        "fields": FIELDS_SHOWN,
        "options": {"failed": FAILED_WORDS, "outcome": OUTCOME_WORDS, "range": RANGE_WORDS, "machine": LEADERS},
        "is_later_page": bool(token),
        "example": EXAMPLE,
    }
    try:
        place = Place(cursor.time_ns, cursor.conversation_id)
        choices, page, figures = ask_together(
            partial(load_task_choices, store, project.pk),
            partial(find_page, store, project.pk, filters.given, place, PAGE_ROWS, now_ns),
            prepare_figures(store, project.pk, filters.given, now_ns),
        )
        context |= {"described": filters.describe(TITLES), "cards": build_task_cards(figures, filters)}
    except FilterError as error:
        context["error"], choices = error, load_task_choices(store, project.pk)
    context["choices"] = choices
    context |= {"rows": page.rows, "older": Cursor(page.next.time_ns, page.next.id).encode() if page.next else ""}
    return render_page(request, "tasks.html", context)
