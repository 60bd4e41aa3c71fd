"""Review queues in tests: one with items on conversations that a teller told, and presses on its page."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from feedback.models import ReviewItem, ReviewQueue
from feedback.review.questions import Question
from tracing.models import Project

OPINION = {
    "probability": 0.31,
    "low": 0.2,
    "high": 0.5,
    "signals": [{"kind": "complaint", "label": "", "score": 0.81, "fired": True, "confidence": 0.9}],
    "explicit": "down",
    "failure_mode": 0,
}


def make_queue(
    project: Project, conversations: Sequence[str], question: Question = Question.OUTCOME, **fields: Any
) -> ReviewQueue:
    """An open queue with an item of each conversation, in their order: of its first turn, of a message its second."""
    number = ReviewQueue.objects.filter(project=project).count() + 1
    of_item = {name: fields.pop(name) for name in ("needed", "turn_index", "answer_turn", "opinion") if name in fields}
    known = {"name": f"Queue {number}", "guidelines": "Be **fair**.", "mix": {}, "drawn_until": timezone.now()}
    queue = ReviewQueue.objects.create(
        project=project, number=number, question=question, created_at=timezone.now(), **known | fields
    )
    turn = 1 if question is Question.REACTION else 0
    for place, name in enumerate(conversations, start=1):
        known = {"turn_index": turn, "answer_turn": 0, "opinion": OPINION, "needed": 1}
        ReviewItem.objects.create(
            queue=queue,
            place=place,
            conversation_id=name,
            reason="uncertain",
            propensity=0.5,
            drawn_at=timezone.now(),
            **known | of_item,
        )
    return queue


def press(client: Client, queue: ReviewQueue, name: str, **fields: Any) -> HttpResponse:
    """Send a form of the queue's page, as a browser without a script does."""
    return client.post(f"/p/{queue.project.slug}/review/{queue.number}/{name}", fields)
