"""The page of what users do after conversations: come back, drop off, reach the goal."""

import time
from typing import Any, get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from feedback.choices import load_choices
from feedback.detectors import DETECTORS
from feedback.goals import MOST_DAYS, Goal, find_fault, load_goal, set_goal
from feedback.kept import AsOf
from feedback.pages.filters import RANGE_WORDS, Filters
from feedback.pages.return_cards import OUTCOME_WORDS, build_rows, draw_curves, name_exposure
from feedback.return_list import FoundReturns, find_returns, pick_shown
from feedback.returns import DROP_OFF_TIMES, Outcome
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.filter_fields import FIELDS
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

TITLES = {detector.kind: detector.title for detector in DETECTORS}
FIELDS_SHOWN = [field for field in FIELDS if "conversations" in field.sql]
EXAMPLE = """tacit.feedback("purchase")  # within the conversation, or with its conversation_id"""


@require_safe
@project_page(Right.READ)
def show_returns(request: HttpRequest, project: Project) -> HttpResponse:
    return show_page(request, project, [])


def show_page(request: HttpRequest, project: Project, problems: list[str], *, status: int = 200) -> HttpResponse:
    filters, goal = Filters.from_query(request.GET.dict()), load_goal(project.pk)
    outcome = read_outcome(request.GET.get("measure", ""), goal)
    context: dict[str, Any] = {
        "project": project,
        "section": "returns",
        "filters": filters,
        "fields": FIELDS_SHOWN,
        "choices": load_choices(get_store(), project.pk),
        "options": {"range": RANGE_WORDS, "measure": OUTCOME_WORDS},
        "outcome": outcome,
        "does": OUTCOME_WORDS[outcome],
        "goal": goal,
        "days": goal.days * (DROP_OFF_TIMES if outcome == "drop_off" else 1),
        "most_days": MOST_DAYS,
        "example": EXAMPLE,
        "problems": problems,
    }
    try:
        context["described"] = filters.describe(TITLES)
        found = find(project, filters, outcome, goal, waits="wait" in request.GET)
    except FilterError as error:
        context["error"], found = error, AsOf(FoundReturns(outcome, goal.days))
    if found:
        context |= {"found": found.result, "as_of_ns": found.time_ns}
        context |= draw_shown(found.result, request.GET.get("signal_shown", ""))
    return render_page(request, "returns.html", context, status=status)


def find(project: Project, filters: Filters, outcome: Outcome, goal: Goal, *, waits: bool) -> AsOf[FoundReturns] | None:
    now_ns = time.time_ns()
    return find_returns(get_store(), project.pk, filters.given, outcome, goal.days, goal.name, now_ns, waits=waits)


def draw_shown(found: FoundReturns, asked: str) -> dict[str, Any]:
    """What was found of each sort of conversations, and the curves of one, where there is any."""
    rows = build_rows(found.effects, found.outcome, TITLES)
    shown = pick_shown(found.effects, asked)
    if shown is None:
        return {"rows": rows}
    [sentence] = [row.sentence for row in rows if row.effect is shown]
    curves = draw_curves(name_exposure(shown.exposure, TITLES), *found.curves[shown.exposure])
    return {"rows": rows, "shown": shown, "sentence": sentence, "curves": curves}


def read_outcome(text: str, goal: Goal) -> Outcome:
    """What users are followed for: whether they come back, where the address names nothing that can be measured."""
    outcomes = {each: each for each in get_args(Outcome)}
    outcome: Outcome = outcomes.get(text, "return")
    return "return" if outcome == "goal" and not goal.name else outcome


@require_POST
@project_page(Right.EDIT)
def change_goal(request: HttpRequest, project: Project) -> HttpResponse:
    """Say what the app's goal is, and in how many days its users come back."""
    typed = request.POST.get("days", "").strip()
    days = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    goal = Goal(request.POST.get("goal", "").strip(), days)
    if fault := find_fault(goal):
        return show_page(request, project, [fault], status=422)
    set_goal(project.pk, goal)
    audit.describe(request, goal.name, days=goal.days)
    messages.info(request, "Saved.")
    return redirect("returns", project=project.slug)
