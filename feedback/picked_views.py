"""What is done with conversations that were picked from the list: judged, reviewed, made a dataset of, downloaded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from feedback.conversation_rows import READ_AT_ONCE, describe_rows, read_rows
from feedback.labelling import label_conversations
from feedback.labels import OUTCOME, OUTCOMES
from feedback.pages.list_files import write_json_lines, write_table
from feedback.picking import MOST_TICKED, NothingPickedError, Picked
from feedback.queue_views import choose_name, go_on
from feedback.review.questions import Question
from feedback.review.queue import LONGEST_FILTER, MOST_ITEMS
from feedback.review.starters import STARTERS
from feedback.reviewing.queues import create_queue
from feedback.saved_view_views import go_back
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.filter_language import FilterError
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

MOST_DOWNLOADED = 10_000
UNDO = "tacit.picked"
TOO_LONG = "That is too much for one filter: tick fewer, or narrow the list and choose all that match."
FILES: Mapping[str, tuple[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", write_table),
    "jsonl": ("application/jsonl; charset=utf-8", write_json_lines),
}


@require_POST
@transaction.non_atomic_requests
@project_page(Right.REVIEW)
def judge_picked(request: HttpRequest, project: Project) -> HttpResponse:
    """Keep whether the users of all that was picked were satisfied, as this reviewer sees it, or take that back."""
    who = access_of(request).who
    try:
        verdicts = read_undo(request, project, who) or read_verdicts(request, project)
    except (NothingPickedError, FilterError) as error:
        return refuse(request, project, error)
    before = label_conversations(get_store(), project.pk, verdicts, OUTCOME, who)
    verdict = request.POST.get("verdict", "")
    audit.describe(request, "", conversations=len(before), verdict=verdict or None)
    context = {
        "project": project,
        "section": "conversations",
        "asked": len(verdicts),
        "changed": len(before),
        "verdict": verdict,
        "undo": signing.dumps([project.pk, who, before], salt=UNDO, compress=True) if verdict and before else "",
        "query": request.POST.get("query", ""),
    }
    is_part = getattr(request, "htmx", False)
    return render_page(request, "parts/picked_result.html" if is_part else "picked.html", context)


def read_verdicts(request: HttpRequest, project: Project) -> dict[str, str]:
    """The verdict for each that was picked and is there. Raises NothingPickedError or FilterError."""
    verdict = request.POST.get("verdict", "")
    if verdict not in OUTCOMES:
        raise NothingPickedError("Say whether they were satisfied or dissatisfied.")
    ids = Picked.read(request.POST).find_ids(get_store(), project.pk, MOST_TICKED)
    return dict.fromkeys(ids, verdict)


def read_undo(request: HttpRequest, project: Project, who: str) -> dict[str, str] | None:
    """What this reviewer had said before; None where nothing is to be undone. Raises NothingPickedError."""
    if not request.POST.get("undo"):
        return None
    try:
        project_id, said_by, before = signing.loads(request.POST["undo"], salt=UNDO)
    except signing.BadSignature:
        raise NothingPickedError("This cannot be undone any more; judge them again.") from None
    if (project_id, said_by) != (project.pk, who):
        raise NothingPickedError("This cannot be undone by you here.")
    return dict(before)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.EDIT)
def review_picked(request: HttpRequest, project: Project) -> HttpResponse:
    """Make a review queue of what was ticked, and draw all of it; of all that match, go to the form that says how many.

    What is picked by hand is a queue of its own, so that the shares that other queues tell stay those of chance.
    """
    asked = request.POST.get("question", "")
    question = Question(asked) if asked in set(Question) else Question.OUTCOME
    try:
        picked = Picked.read(request.POST)
    except (NothingPickedError, FilterError) as error:
        return refuse(request, project, error)
    if len(picked.text) > LONGEST_FILTER:
        return refuse(request, project, FilterError(TOO_LONG))
    if picked.is_all:
        given = urlencode({"question": question.value, "q": picked.text})
        return redirect(f"{reverse('new_review_queue', args=[project.slug])}?{given}")
    definition = STARTERS[question].definition
    ticked = type(definition)(question, picked.text, definition.mix, MOST_ITEMS, guidelines=definition.guidelines)
    name = choose_name(project, f"Picked {datetime.now(UTC):%d %b %Y}: {STARTERS[question].name}")
    return go_on(request, create_queue(project, name, ticked, access_of(request).who), draws=True)


@require_POST
@transaction.non_atomic_requests
@project_page(Right.READ)
def collect_picked(request: HttpRequest, project: Project) -> HttpResponse:
    """To the first step of a dataset of what was picked."""
    try:
        picked = Picked.read(request.POST)
    except (NothingPickedError, FilterError) as error:
        return refuse(request, project, error)
    if len(picked.text) > LONGEST_FILTER:
        return refuse(request, project, FilterError(TOO_LONG))
    return redirect(f"{reverse('new_dataset', args=[project.slug])}?{urlencode({'q': picked.text})}")


@require_POST
@transaction.non_atomic_requests
@project_page(Right.READ, exports=True)
def download_picked(request: HttpRequest, project: Project) -> HttpResponseBase:
    """A table or JSON lines of what was picked, of the newest 10,000 at most."""
    kind = request.POST.get("as", "csv")
    try:
        picked = Picked.read(request.POST)
        content_type, write = FILES[kind]
        lines = write(describe_picked(project, picked))
    except (NothingPickedError, FilterError) as error:
        return refuse(request, project, error)
    except KeyError:
        return refuse(request, project, NothingPickedError(f"Files are {' or '.join(FILES)}."))
    audit.describe(request, kind, is_filtered=bool(picked.query) or not picked.is_all)
    answer = StreamingHttpResponse(lines, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="tacit-{project.slug}-conversations.{kind}"'
    return answer


def describe_picked(project: Project, picked: Picked) -> Iterator[dict[str, Any]]:
    rows = read_rows(get_store(), project.pk, picked.given, MOST_DOWNLOADED)
    while some := list(islice(rows, READ_AT_ONCE)):
        yield from describe_rows(get_store(), project.pk, some)


def refuse(request: HttpRequest, project: Project, error: Exception) -> HttpResponse:
    """Back to the list with what was wrong; in place, where the page asked by itself."""
    if getattr(request, "htmx", False):
        context = {"project": project, "problem": str(error)}
        return render_page(request, "parts/picked_result.html", context)
    messages.error(request, str(error))
    return go_back(project, request.POST.get("query", ""))
