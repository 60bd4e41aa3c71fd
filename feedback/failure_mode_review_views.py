"""To review a failure mode by one press: the queue that asks what went wrong in its conversations, made if need be."""

from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from feedback.failure_mode_views import refuse
from feedback.failures.listing import find_row
from feedback.queue_views import choose_name, draw, tell_queue
from feedback.review.questions import Question
from feedback.review.queue import Mix, QueueDefinition
from feedback.review.starters import STARTERS
from feedback.reviewing.modes import tell_filter
from feedback.reviewing.queues import create_queue, find_open_queue
from tracing.access import audit
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right
from tracing.models import Project

STARTER = STARTERS[Question.FAILURE_MODE]
MIX = Mix(uncertain=4, disagreement=0, failure_mode=0, random=6)
"""Chance says how many belong, what lies near the border says where that should be."""
SIZE = 20


@require_POST
@transaction.non_atomic_requests
@project_page(Right.EDIT)
def review_failure_mode(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Go to the queue of the mode's conversations; where there is none yet, or nothing waits in it, draw some first.
    Its name does not tell the mode: reviewers are not to know where Tacit has what they judge."""
    mode = find_row(project.pk, number)
    if mode is None:
        return refuse(request, project, number)
    queue = find_open_queue(project, Question.FAILURE_MODE, tell_filter(mode.number)) or create_queue(
        project, choose_name(project, STARTER.name), define_queue(mode.number), access_of(request).who
    )
    drawn = None if queue.items.filter(state="waiting").exists() else draw(request, queue)
    audit.describe(request, tell_queue(queue), failure_mode=mode.number, drawn=drawn)
    if drawn == 0:
        return redirect("failure_mode", project.slug, mode.number)
    return redirect("review_queue", project.slug, queue.number)


def define_queue(number: int) -> QueueDefinition:
    return replace(STARTER.definition, filter=tell_filter(number), mix=MIX, size=SIZE)
