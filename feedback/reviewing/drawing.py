"""Items for review queues: a queue and a time come in, rows of items go out, chosen by `feedback.review.choosing`.

The store is read first and the items are written in one transaction after it, which holds nobody up; where somebody
drew meanwhile, nothing is written. A draw may be cut off anywhere: it is there whole, or not at all.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import OperationalError, transaction
from django.db.models import Max, Q

from feedback.models import ReviewItem, ReviewQueue
from feedback.review.choosing import choose
from feedback.review.items import Item
from feedback.review.queue import QueueDefinition
from feedback.reviewing.candidates import QUIET, load_candidates
from feedback.reviewing.opinions import add_opinions
from feedback.reviewing.queues import read_definition
from tracing.filter_language import FilterError
from tracing.stages import STOPPING
from tracing.store import Store, StoreUnavailableError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draw:
    """What is to be written: items behind the place `last`, chosen of `candidates` that ended up to `until`."""

    items: Sequence[Item]
    last: int
    candidates: int
    until: datetime


def draw_items(
    store: Store, queue: ReviewQueue, now: datetime, *, size: int | None = None, is_new: bool = False
) -> int:
    """Draw as many items as the queue's draws have, or `size`, from all that was not asked yet, or (`is_new`) from what
    ended since the last draw; how many were drawn. Raises FilterError."""
    definition, until, last = read_definition(queue), now - QUIET, find_last_place(queue)
    candidates = load_candidates(store, queue, queue.drawn_until if is_new else None, until)
    items = choose(candidates, definition.mix, size or definition.size, f"{name_queue(queue)}/{last}")
    told = add_opinions(store, queue.project_id, definition.question, items)
    return keep_draw(queue, definition, Draw(told, last, len(candidates), until), now)


def keep_draw(queue: ReviewQueue, definition: QueueDefinition, draw: Draw, now: datetime) -> int:
    """Write it; nothing where another one was written meanwhile. How many items."""
    with transaction.atomic():
        locked = ReviewQueue.objects.select_for_update().get(pk=queue.pk)
        if find_last_place(locked) != draw.last:
            return 0
        ReviewItem.objects.bulk_create(
            make_row(locked, definition, item, place, now) for place, item in enumerate(draw.items, start=draw.last + 1)
        )
        locked.drawn_until = max(draw.until, locked.drawn_until or draw.until)
        locked.drawn_from += draw.candidates
        locked.problem = ""
        locked.save(update_fields=["drawn_until", "drawn_from", "problem"])
    queue.refresh_from_db(fields=["drawn_until", "drawn_from", "problem"])
    return len(draw.items)


def find_last_place(queue: ReviewQueue) -> int:
    """Of its items; 0 where there is none."""
    return queue.items.aggregate(last=Max("place"))["last"] or 0


def make_row(queue: ReviewQueue, definition: QueueDefinition, item: Item, place: int, now: datetime) -> ReviewItem:
    return ReviewItem(
        queue=queue,
        place=place,
        conversation_id=item.conversation_id,
        turn_index=item.turn_index,
        answer_turn=item.answer_turn,
        reason=item.reason.value,
        propensity=item.propensity,
        opinion=dict(item.opinion),
        needed=definition.reviewers if is_shared(f"{name_queue(queue)}/{place}", definition.overlap) else 1,
        drawn_at=now,
    )


def is_shared(item: str, overlap: float) -> bool:
    """Whether it is of the share that several people look at: chance alone decides."""
    digest = hashlib.blake2b(f"shared/{item}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < overlap * 2**64


def name_queue(queue: ReviewQueue) -> str:
    """What chance hangs on, so that the same draw gives the same items."""
    return f"{queue.project_id}/{queue.number}"


def draw_daily(store: Store, now: datetime) -> int:
    """Draw for each queue that draws by itself and did not yet today, from what ended since; how many items."""
    count = 0
    for queue in list_due(now):
        if STOPPING.is_set():
            break
        try:
            count += draw_items(store, queue, now, is_new=True)
        except FilterError as error:
            note_problem(queue, f"The filter cannot be used any more: {error}")
        except (StoreUnavailableError, OperationalError) as error:
            logger.warning("review queues wait for their databases: %s", error)
            break
    return count


def list_due(now: datetime) -> list[ReviewQueue]:
    """Open queues that draw daily and have looked at nothing that ended today (UTC), the oldest first. What was missed
    is drawn at once, from all that came meanwhile."""
    today = (now - QUIET).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due = Q(drawn_until=None) | Q(drawn_until__lt=today)
    found = ReviewQueue.objects.filter(due, is_open=True, draws_daily=True)
    return list(found.select_related("project").order_by("pk"))


def note_problem(queue: ReviewQueue, problem: str) -> None:
    """Say why there was no draw; it is tried again."""
    ReviewQueue.objects.filter(pk=queue.pk).exclude(problem=problem).update(problem=problem)
