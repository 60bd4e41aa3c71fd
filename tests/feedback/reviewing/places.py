"""Queues and items as a draw makes them, for tests of what becomes of them."""

from typing import Any

from django.utils import timezone

from feedback.models import ReviewItem, ReviewQueue
from feedback.review.questions import Question
from feedback.review.queue import Reason
from tracing.models import Project


def make_queue(project: Project, question: Question = Question.OUTCOME, **fields: Any) -> ReviewQueue:
    number = ReviewQueue.objects.filter(project=project).count() + 1
    known = {"number": number, "name": f"Queue {number}", "question": question.value, "mix": {}}
    return ReviewQueue.objects.create(project=project, created_at=timezone.now(), **(known | fields))


def add_item(queue: ReviewQueue, conversation_id: str, turn_index: int = 0, **fields: Any) -> ReviewItem:
    known: dict[str, Any] = {
        "place": queue.items.count() + 1,
        "conversation_id": conversation_id,
        "turn_index": turn_index,
        "answer_turn": max(0, turn_index - 1),
        "reason": Reason.RANDOM.value,
        "propensity": 0.5,
        "needed": queue.reviewers,
    }
    return ReviewItem.objects.create(queue=queue, drawn_at=timezone.now(), **(known | fields))
