"""How far review queues are: their rows and a reviewer come in, counts go out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from feedback.reviewing.handing_out import list_waiting


@dataclass(frozen=True, slots=True)
class Progress:
    """Items of a queue, `items` of them in all."""

    items: int = 0
    settled: int = 0
    waiting: int = 0
    disagreed: int = 0
    gone: int = 0
    done_by_me: int = 0
    waits_for_me: int = 0


def load_progress(queues: Iterable[ReviewQueue], who: str, now: datetime) -> Mapping[int, Progress]:
    """By the key of each queue."""
    listed = list(queues)
    return {queue.pk: load_progress_of(queue, who, now) for queue in listed}


def load_progress_of(queue: ReviewQueue, who: str, now: datetime) -> Progress:
    rows = ReviewItem.objects.filter(queue=queue).order_by().values_list("state").annotate(count=Count("pk"))
    states = Counter(dict(rows))
    done = ReviewTurn.objects.filter(item__queue=queue, who=who, state=ReviewTurn.State.DONE)
    return Progress(
        items=sum(states.values()),
        done_by_me=done.count(),
        waits_for_me=list_waiting(queue, who, now).count() if queue.is_open else 0,
        **{name: states[name] for name in ("settled", "waiting", "disagreed", "gone")},
    )


def count_waiting(project_id: int, who: str, now: datetime) -> int:
    """How many items of the project's open queues wait for this reviewer."""
    queues = ReviewQueue.objects.filter(project=project_id, is_open=True)
    return sum(list_waiting(queue, who, now).count() for queue in queues)
