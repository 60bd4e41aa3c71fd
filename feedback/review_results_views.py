"""The page of what came of a review queue, and what was said in it as a file."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback.models import ReviewItem, ReviewQueue
from feedback.pages.markdown import render_markdown
from feedback.pages.review_results import show_results
from feedback.pages.review_sheets import write_sheet
from feedback.review.questions import Question, ask
from feedback.reviewing.progress import load_progress_of
from feedback.reviewing.queues import find_queue
from feedback.reviewing.results import load_results, load_rows, load_settled_of
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import Store, get_store


@require_safe
@project_page(Right.READ)
def show_review_results(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """How far a queue is, how far its reviewers agree, what was found, and who reviewed."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    results = load_results(get_store(), queue)
    context = {
        "project": project,
        "section": "review",
        "queue": queue,
        "question": ask(Question(queue.question)).title,
        "progress": load_progress_of(queue, access_of(request).who, timezone.now()),
        "results": show_results(results),
        "reviewers": results.reviewers,
        "guidelines": render_markdown(queue.guidelines),
    }
    return render_page(request, "review_results.html", context)


@require_safe
@project_page(Right.READ, exports=True)
def download_reviews(request: HttpRequest, project: Project, number: int) -> HttpResponseBase:
    """What was said in a queue as a table, a line for each word of each reviewer."""
    queue = find_queue(project, number)
    if queue is None:
        return miss_queue(request, project, number)
    audit.describe(request, f"{queue.number} {queue.name}")
    lines = write_sheet(describe_items(get_store(), queue), load_rows(get_store(), queue))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tacit-reviews-{project.slug}-{number}.csv"'
    return response


def describe_items(store: Store, queue: ReviewQueue) -> Mapping[tuple[str, int], dict[str, Any]]:
    """What a table tells of each item, by conversation and turn."""
    settled = {(each.conversation_id, each.turn_index): each.choices for each in load_settled_of(store, queue)}
    names = ("conversation_id", "turn_index", "place", "state", "reason", "propensity")
    rows = ReviewItem.objects.filter(queue=queue).order_by("place").values(*names)
    keyed = {(row["conversation_id"], row["turn_index"]): row for row in rows}
    return {key: row | {"settled": settled.get(key, ())} for key, row in keyed.items()}


def miss_queue(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    message = f"There is no review queue {number} in {project.name}."
    return render_page(request, "404.html", {"message": message, "project": project}, status=404)
