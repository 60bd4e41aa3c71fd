"""Who judges which item next: a queue and a reviewer come in, an item that is theirs for a while goes out.

An item goes to as many people as it needs, not to one more: whoever is shown it holds it for `LEASE`. Who holds it
longer loses no word; it may only be that others were quicker. Who skips an item has it again after all others.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from feedback.models import ReviewItem, ReviewQueue, ReviewTurn
from tracing.records.excerpts import load_facts
from tracing.store import Store

LEASE = timedelta(minutes=10)


def query_items(queue: ReviewQueue) -> QuerySet[ReviewItem]:
    """Those of a queue, asked for in its project."""
    return queue.items.select_related("queue").filter(queue__project=queue.project_id)


def find_item(queue: ReviewQueue, place: int) -> ReviewItem | None:
    return query_items(queue).filter(place=place).first()


def find_next(queue: ReviewQueue, who: str, now: datetime) -> ReviewItem | None:
    """The first that waits for this reviewer; of what they skipped, which comes last, what they skipped first."""
    waiting = mark_turns(queue, who, now).filter(IS_WAITING)
    new = waiting.filter(~Q(own=ReviewTurn.State.SKIPPED)).order_by("place").first()
    return new or waiting.order_by(F("turned_at"), "place").first()


def find_beside(
    queue: ReviewQueue, who: str, now: datetime, *, after: int | None = None, before: int | None = None
) -> ReviewItem | None:
    """The next after a place, or the last before one, of what this reviewer judged or may judge."""
    line = list_line(queue, who, now)
    if before is not None:
        return line.filter(place__lt=before).order_by("-place").first()
    return line.filter(place__gt=after or 0).order_by("place").first()


def list_line(queue: ReviewQueue, who: str, now: datetime) -> QuerySet[ReviewItem]:
    """What this reviewer judged, whatever became of it, and what waits for them."""
    return mark_turns(queue, who, now).filter((IS_DONE & ~IS_GONE) | IS_WAITING)


def list_waiting(queue: ReviewQueue, who: str, now: datetime) -> QuerySet[ReviewItem]:
    """What waits for this reviewer: neither judged by them nor in the hands of enough others."""
    return mark_turns(queue, who, now).filter(IS_WAITING)


IS_GONE = Q(state=ReviewItem.State.GONE)
IS_DONE = Q(own=ReviewTurn.State.DONE)
IS_WAITING = Q(state=ReviewItem.State.WAITING, taken__lt=F("needed")) & ~IS_DONE


def mark_turns(queue: ReviewQueue, who: str, now: datetime) -> QuerySet[ReviewItem]:
    """Items with `own` and `turned_at`, state and time of this reviewer's turn, and `taken`, by how many others."""
    turns = ReviewTurn.objects.filter(item=OuterRef("pk"))
    own = turns.filter(who=who)
    others = turns.exclude(who=who).filter(select_taken(now)).order_by().values("item")
    return query_items(queue).annotate(
        own=Coalesce(Subquery(own.values("state")[:1]), Value("")),
        turned_at=Subquery(own.values("at")[:1]),
        taken=Coalesce(Subquery(others.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField()),
    )


def select_taken(now: datetime) -> Q:
    """Turns that count against how many people an item needs."""
    held = Q(state=ReviewTurn.State.HELD, at__gt=now - LEASE)
    return Q(state=ReviewTurn.State.DONE) | held


def take_next(
    queue: ReviewQueue, who: str, now: datetime, *, after: int | None = None, before: int | None = None
) -> ReviewItem | None:
    """The next item, held; after or before a place where one is named. None where none waits for them."""
    while queue.is_open:
        item = (
            find_beside(queue, who, now, after=after, before=before) if after or before else find_next(queue, who, now)
        )
        if item is None or hold(item, who, now):
            return item
    return None


def take_next_kept(store: Store, queue: ReviewQueue, who: str, now: datetime) -> ReviewItem | None:
    """The same, of those alone whose conversation is there still; the others are gone."""
    while item := take_next(queue, who, now):
        if load_facts(store, queue.project_id, item.conversation_id) is not None:
            return item
        mark_gone(item)
    return None


def hold(item: ReviewItem, who: str, now: datetime) -> bool:
    """Whether the item is this reviewer's from now on for `LEASE`; what they judged stays theirs."""
    with transaction.atomic():
        locked = ReviewItem.objects.select_for_update().filter(pk=item.pk).first()
        own = ReviewTurn.objects.filter(item=item, who=who).first()
        if own is not None and own.state == ReviewTurn.State.DONE:
            return True
        if locked is None or not is_free(locked, who, now):
            return False
        set_turn(item, who, ReviewTurn.State.HELD, now)
    return True


def is_free(item: ReviewItem, who: str, now: datetime) -> bool:
    others = ReviewTurn.objects.filter(select_taken(now), item=item).exclude(who=who).count()
    return item.state == ReviewItem.State.WAITING and others < item.needed


def set_turn(item: ReviewItem, who: str, state: ReviewTurn.State, now: datetime) -> None:
    ReviewTurn.objects.update_or_create(item=item, who=who, defaults={"state": state, "at": now})


def may_see(item: ReviewItem, who: str, now: datetime) -> bool:
    """Whether the item is theirs: judged by them, or waiting for them."""
    return list_line(item.queue, who, now).filter(pk=item.pk).exists()


def skip(item: ReviewItem, who: str, now: datetime) -> None:
    """Let others have the item; to this reviewer it comes again after all others. What they judged stays judged."""
    with transaction.atomic():
        if not ReviewTurn.objects.select_for_update().filter(item=item, who=who, state=ReviewTurn.State.DONE).exists():
            set_turn(item, who, ReviewTurn.State.SKIPPED, now)


def find_last(queue: ReviewQueue, who: str) -> ReviewItem | None:
    """What this reviewer judged last."""
    turns = ReviewTurn.objects.filter(item__queue=queue, who=who, state=ReviewTurn.State.DONE)
    turn = turns.select_related("item__queue").order_by("-at", "-pk").first()
    return turn.item if turn else None


def list_disagreements(queue: ReviewQueue) -> list[ReviewItem]:
    """Items whose reviewers are not of one mind, in the order of their places."""
    return list(query_items(queue).filter(state=ReviewItem.State.DISAGREED).order_by("place"))


def mark_gone(item: ReviewItem) -> None:
    """There is nothing left to be judged of it: nobody is shown it again."""
    ReviewItem.objects.filter(pk=item.pk).update(state=ReviewItem.State.GONE)
