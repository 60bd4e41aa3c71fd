"""The pages of review queues: the list, the questions that can be asked, and the form that says how items are
chosen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from feedback.dataset_views import count_matching
from feedback.models import ReviewQueue
from feedback.pages.queue_forms import Typed, fill_from_definition, fill_from_post, read_typed
from feedback.review.questions import Question, ask
from feedback.review.queue import LONGEST_FILTER, MOST_REVIEWERS, QueueProblems
from feedback.review.starters import STARTERS
from feedback.reviewing.drawing import draw_items
from feedback.reviewing.progress import Progress, load_progress
from feedback.reviewing.queues import (
    change_queue,
    create_queue,
    delete_queue,
    find_queue,
    has_reviews,
    list_queues,
    read_definition,
)
from feedback.views import FIELDS_SHOWN, read_choices
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

MISTYPED = "Not saved: something below has to be mended first."
NOTHING = (
    "Nothing was drawn: conversations have to rest for half an hour, and none was left that is not asked about yet."
)


@require_safe
@project_page(Right.READ)
def show_review_queues(request: HttpRequest, project: Project) -> HttpResponse:
    """Every queue and how far it is; while there is none, what could be asked."""
    listed = list_queues(project)
    progress = load_progress(listed, access_of(request).who, timezone.now())
    context = {
        "project": project,
        "section": "review",
        "rows": [show_row(queue, progress[queue.pk]) for queue in listed],
        "conversations": read_choices(project)["conversations"],
        "starters": list_starters(),
    }
    return render_page(request, "review_queues.html", context)


def show_row(queue: ReviewQueue, progress: Progress) -> dict[str, Any]:
    return {"queue": queue, "progress": progress, "title": tell_question(Question(queue.question))}


def tell_question(question: Question) -> str:
    """As reviewers read it."""
    return ask(question).title


def list_starters() -> list[dict[str, Any]]:
    return [
        {"question": question.value, "title": tell_question(question), "starter": starter}
        for question, starter in STARTERS.items()
    ]


@require_safe
@project_page(Right.EDIT)
def show_new_review_queue(request: HttpRequest, project: Project) -> HttpResponse:
    """The questions that can be asked, or the form of one."""
    question = read_question(request.GET)
    if question is None:
        context = {"project": project, "section": "review", "starters": list_starters()}
        return render_page(request, "review_queue_new.html", context)
    starter = STARTERS[question]
    filled = fill_from_definition(starter.definition, choose_name(project, starter.name))
    if request.GET.get("q"):
        filled = replace(filled, texts={**filled.texts, "filter": request.GET["q"][:LONGEST_FILTER]})
    return show_form(request, project, None, filled)


def read_question(given: Mapping[str, Any]) -> Question | None:
    value = given.get("question", "")
    return Question(value) if value in set(Question) else None


def choose_name(project: Project, name: str) -> str:
    """The name, with a number behind it where there is such a queue."""
    taken = set(project.review_queues.values_list("name", flat=True))
    names = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


@require_safe
@project_page(Right.EDIT)
def edit_review_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The form of a queue that there is."""
    queue = find_queue(project, number)
    if queue is None:
        return refuse(request, project)
    return show_form(request, project, queue, fill_from_definition(read_definition(queue), queue.name))


def show_form(
    request: HttpRequest,
    project: Project,
    queue: ReviewQueue | None,
    typed: Typed,
    problems: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The form as it was typed, with what is wrong beside its field."""
    context = {
        "project": project,
        "section": "review",
        "queue": queue,
        "typed": typed,
        "texts": typed.texts,
        "title": tell_question(typed.question),
        "problems": problems or {},
        "mistyped": MISTYPED if problems else "",
        "reviewer_numbers": [str(number) for number in range(1, MOST_REVIEWERS + 1)],
        "fields": FIELDS_SHOWN,
        "can_delete": queue is not None and not has_reviews(queue),
        **count_matching(project, typed.texts["filter"]),
    }
    return render_page(request, "review_queue_form.html", context, status=422 if problems else 200)


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def start_review_queue(request: HttpRequest, project: Project) -> HttpResponse:
    """Make the queue that most begin with for a question, and draw for it: one press."""
    question = read_question(request.POST)
    if question is None:
        return refuse(request, project)
    starter = STARTERS[question]
    name = choose_name(project, starter.name)
    queue = create_queue(project, name, starter.definition, access_of(request).who)
    return go_on(request, queue, draws=True)


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def add_review_queue(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep a new queue, and draw its first items."""
    question = read_question(request.POST)
    return save(request, project, None, question) if question else refuse(request, project)


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def change_review_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Change how the next items are chosen, and what reviewers go by."""
    queue = find_queue(project, number)
    return save(request, project, queue, Question(queue.question)) if queue else refuse(request, project)


def save(request: HttpRequest, project: Project, queue: ReviewQueue | None, question: Question) -> HttpResponse:
    typed = fill_from_post(question, request.POST.dict())
    try:
        definition, name = read_typed(typed), typed.texts["name"]
        if queue is None:
            saved = create_queue(project, name, definition, access_of(request).who)
        else:
            saved = change_queue(queue, name=name, definition=definition)
    except QueueProblems as error:
        return show_form(request, project, queue, typed, error.problems)
    return go_on(request, saved, draws=queue is None)


def go_on(request: HttpRequest, queue: ReviewQueue, *, draws: bool) -> HttpResponse:
    """To the list, where nothing was drawn, else to the queue."""
    drawn = draw(request, queue) if draws else None
    if drawn is None:
        messages.info(request, f"“{queue.name}” is saved; how items are chosen counts from the next draw on.")
    audit.describe(request, tell_queue(queue), question=queue.question, drawn=drawn)
    return (
        redirect("review_queue", queue.project.slug, queue.number) if drawn else redirect("review", queue.project.slug)
    )


@require_POST
@project_page(Right.EDIT)
@transaction.non_atomic_requests
def draw_review_items(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Draw as many more items as the queue's draws have."""
    queue = find_queue(project, number)
    if queue is None or not queue.is_open:
        return refuse(request, project)
    audit.describe(request, tell_queue(queue), drawn=draw(request, queue))
    return redirect("review", project.slug)


def draw(request: HttpRequest, queue: ReviewQueue) -> int:
    """How many items were drawn, which is told."""
    try:
        drawn = draw_items(get_store(), queue, timezone.now())
    except FilterError as error:
        messages.error(request, f"Nothing was drawn: the filter cannot be used any more. {error}")
        return 0
    told = f"{drawn:,} item{'' if drawn == 1 else 's'} drawn for “{queue.name}”."
    messages.info(request, told if drawn else NOTHING)
    return drawn


@require_POST
@project_page(Right.EDIT)
def switch_review_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Close a queue, or open it again."""
    queue = find_queue(project, number)
    if queue is None:
        return refuse(request, project)
    is_open = request.POST.get("is_open") == "yes"
    change_queue(queue, is_open=is_open)
    audit.describe(request, tell_queue(queue), is_open=is_open)
    words = "open again" if is_open else "closed: nobody is asked any more, and what was said holds"
    messages.info(request, f"“{queue.name}” is {words}.")
    return redirect("review", project.slug)


@require_POST
@project_page(Right.EDIT)
def delete_review_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Delete a queue in which nothing was said."""
    queue = find_queue(project, number)
    if queue is None:
        return refuse(request, project)
    audit.describe(request, tell_queue(queue))
    try:
        delete_queue(queue)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, f"“{queue.name}” is deleted.")
    return redirect("review", project.slug)


def tell_queue(queue: ReviewQueue) -> str:
    """Its number and name, for the audit log."""
    return f"{queue.number} {queue.name}"


def refuse(request: HttpRequest, project: Project) -> HttpResponse:
    message = f"There is no such review queue in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)
