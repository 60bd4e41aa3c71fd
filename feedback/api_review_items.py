"""REST of the items of review queues: what Tacit thinks of one is told to nobody before they judged it."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from feedback.api_review_queues import QUEUE, find_queue
from feedback.models import ReviewItem, ReviewTurn
from feedback.review.questions import Question
from feedback.reviewing.queues import LARGEST_NUMBER
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import Time, format_moment

router = Router(tags=["feedback"])
OF_TURNS = (Question.REACTION, Question.ANSWER)


class ReviewItemResource(Schema):
    """An item. `reason`, `propensity` (with which probability it was chosen), `opinion` (what Tacit held of it when it
    was drawn) and, of whole conversations, `answer_turn` are null until the caller judged it."""

    place: int
    conversation_id: str
    turn_index: int
    answer_turn: int | None
    state: ReviewItem.State
    needed: int
    drawn_at: Time
    settled_at: Time | None
    is_done_by_me: bool
    reason: str | None
    propensity: float | None
    opinion: dict[str, Any] | None


class ReviewItemPage(Schema):
    items: list[ReviewItemResource]
    next_cursor: str | None


@router.get(
    QUEUE + "/items",
    response=ReviewItemPage,
    summary="Items of a review queue, in the order in which they are shown",
    auth=May(Right.REVIEW),
)
def list_review_items(
    request: HttpRequest,
    number: int,
    state: Annotated[ReviewItem.State | None, Query(description="Only items that are so far.")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    queue, resource = find_queue(request, number), f"review-queues/{number}/items"
    after = decode_cursor(cursor, resource).time_ns if cursor else 0
    found = queue.items.filter(place__gt=min(after, LARGEST_NUMBER)).order_by("place")
    rows = list((found.filter(state=state) if state else found)[: limit + 1])
    done = find_done(rows, access_of(request).who)
    shown = [describe_item(Question(queue.question), row, is_done=row.pk in done) for row in rows[:limit]]
    return give_page(resource, shown, Place(rows[limit - 1].place) if len(rows) > limit else None)


def find_done(rows: Iterable[ReviewItem], who: str) -> set[int]:
    """Of these items those that somebody judged."""
    turns = ReviewTurn.objects.filter(item__in=[row.pk for row in rows], who=who, state=ReviewTurn.State.DONE)
    return set(turns.values_list("item", flat=True))


def describe_item(question: Question, item: ReviewItem, *, is_done: bool) -> dict[str, Any]:
    names = ("place", "conversation_id", "turn_index", "state", "needed")
    told = {name: getattr(item, name) if is_done else None for name in ("reason", "propensity", "opinion")}
    is_known = is_done or question in OF_TURNS
    moments = {name: format_moment(getattr(item, name)) for name in ("drawn_at", "settled_at")}
    return (
        {name: getattr(item, name) for name in names}
        | moments
        | told
        | {
            "answer_turn": item.answer_turn if is_known else None,
            "is_done_by_me": is_done,
        }
    )
