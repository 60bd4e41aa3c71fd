"""REST of what reviewers say: items are handed out blind, words on them are listed, kept and taken back."""

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from feedback.api_review_queues import QUEUE, find_queue, tell_queue
from feedback.confirmations import decode_parts, encode_parts
from feedback.models import ReviewItem
from feedback.review.questions import Question
from feedback.reviewing.asked import ask_of
from feedback.reviewing.handing_out import LEASE, find_item, take_next_kept
from feedback.reviewing.queues import LARGEST_NUMBER
from feedback.reviewing.records import Word, find_own, load_word_page, place_word
from feedback.reviewing.submitting import DAY_SECONDS, MOST_CHARACTERS, ReviewError, Said, submit, take_back
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Time, format_moment, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
REVIEWS = "review"
"""What such an id is of."""
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}}
IS_LATE = {"description": "The item is not, or no longer, the caller's to judge.", "content": PROBLEM}
NO_REVIEW = "There is no review of this id that is yours; GET reviews lists them."


class ReviewChoice(Schema):
    key: str
    title: str
    hint: str


class HandedItem(Schema):
    """An item that is the caller's until `held_until`, with what is asked of it and nothing of what Tacit thinks."""

    queue: int
    place: int
    conversation_id: str
    turn_index: int
    question: Question
    title: str
    target: str
    choices: list[ReviewChoice]
    is_several: bool
    guidelines: str
    held_until: Time


class HandedResource(Schema):
    """Null where nothing waits for the caller."""

    item: HandedItem | None


class ReviewResource(Schema):
    """What somebody said of an item. `is_informed`: after Tacit's opinion had been shown to them."""

    id: str
    queue: int
    question: Question
    conversation_id: str
    turn_index: int
    choices: list[str]
    better_answer: str
    note: str
    said_by: str
    is_adjudication: bool
    is_informed: bool
    is_taken_back: bool
    guidelines_version: int
    seconds: float
    time: Time


class ReviewPage(Schema):
    items: list[ReviewResource]
    next_cursor: str | None


class ReviewFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    queue: Annotated[int, Field(0, ge=0, le=LARGEST_NUMBER, description="Number of the review queue; 0: of any.")]
    conversation_id: str = Field("", description="The conversation.")
    said_by: str = Field("", description="Who said it.")


class NewReview(Schema):
    """An item by its queue and place, and what is said of it; the same again replaces what the caller said before."""

    model_config = EXACTLY

    queue: Annotated[int, Field(ge=1, le=LARGEST_NUMBER), WHOLE]
    place: Annotated[int, Field(ge=1, le=LARGEST_NUMBER), WHOLE]
    choices: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=9, examples=[["satisfied"]])]
    better_answer: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""
    note: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""
    seconds: Annotated[float, Field(ge=0, le=DAY_SECONDS)] = 0.0
    is_adjudication: bool = False


class ReviewedResource(Schema):
    """How far the item is now, and what holds of it once it is settled."""

    id: str
    state: ReviewItem.State
    choices: list[str]


@router.post(
    QUEUE + "/next",
    response=HandedResource,
    summary="Take the next item of a review queue into hand",
    auth=May(Right.REVIEW),
)
@transaction.non_atomic_requests
def take_review_item(request: HttpRequest, number: int) -> dict[str, Any]:
    """Nobody else is given it for ten minutes, unless it needs more people. Whoever holds one is given that again."""
    queue, now = find_queue(request, number), timezone.now()
    item = take_next_kept(get_store(), queue, access_of(request).who, now)
    audit.describe(request, tell_queue(queue), place=item.place if item else None)
    return {"item": describe_handed(item) | {"held_until": format_moment(now + LEASE)} if item else None}


def describe_handed(item: ReviewItem) -> dict[str, Any]:
    asked = ask_of(get_store(), item)
    names = ("place", "conversation_id", "turn_index")
    return {name: getattr(item, name) for name in names} | {
        "queue": item.queue.number,
        "question": asked.question,
        "title": asked.title,
        "target": asked.target,
        "choices": [{"key": each.key, "title": each.title, "hint": each.hint} for each in asked.choices],
        "is_several": asked.is_several,
        "guidelines": item.queue.guidelines,
    }


@router.get(
    "reviews",
    response=ReviewPage,
    summary="What reviewers said of items of review queues, latest first",
    auth=May(Right.READ),
)
def list_reviews(
    request: HttpRequest,
    filters: Query[ReviewFilters],
    history: Annotated[bool, Query(description="Every version, also what was taken back.")] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Of each reviewer of an item what they said last."""
    place, project_id = decode_cursor(cursor, "reviews"), project_of(request).pk
    found = load_word_page(get_store(), project_id, place, limit + 1, filters.model_dump(), has_history=history)
    page = found[:limit]
    return give_page("reviews", list(map(describe_word, page)), place_word(page[-1]) if len(found) > limit else None)


def describe_word(word: Word) -> dict[str, Any]:
    review = word.review
    names = ("choices", "better_answer", "note", "said_by", "is_adjudication", "is_informed", "guidelines_version")
    return {name: getattr(review, name) for name in names} | {
        "id": encode_id(
            word.queue, word.conversation_id, word.turn_index, review.said_by, is_adjudication=review.is_adjudication
        ),
        "seconds": round(review.seconds, 3),
        "queue": word.queue,
        "question": word.question,
        "conversation_id": word.conversation_id,
        "turn_index": word.turn_index,
        "is_taken_back": word.is_taken_back,
        "time": format_time(word.version * 1000),
    }


@router.post(
    "reviews",
    response=ReviewedResource,
    summary="Say what holds of an item of a review queue",
    auth=May(Right.REVIEW),
    openapi_extra={"responses": {409: IS_LATE}},
)
@transaction.non_atomic_requests
def add_review(request: HttpRequest, said: NewReview) -> dict[str, Any]:
    """As a reviewer of it, or as who adjudicates where its reviewers disagree: that alone holds then."""
    item = find_named(request, said.queue, said.place)
    told = Said(said.choices, said.better_answer, said.note, said.seconds)
    who = access_of(request).who
    try:
        settlement = submit(get_store(), item, who, told, is_adjudication=said.is_adjudication)
    except ReviewError as error:
        raise HttpError(409, str(error)) from None
    except ValueError as error:
        raise HttpError(422, str(error)) from None
    audit.describe(
        request, f"{item.place} of {item.queue.name}", choices=said.choices, adjudicates=said.is_adjudication
    )
    review_id = encode_id(said.queue, item.conversation_id, item.turn_index, who, is_adjudication=said.is_adjudication)
    return {"id": review_id, "state": settlement.state, "choices": list(settlement.choices)}


def find_named(request: HttpRequest, number: int, place: int) -> ReviewItem:
    item = find_item(find_queue(request, number), place)
    if item is None:
        raise HttpError(404, f"There is no item {place} in review queue {number}.")
    return item


@router.delete(
    "reviews/{review_id}",
    response={204: None},
    summary="Take back what one said of an item",
    auth=May(Right.REVIEW),
    openapi_extra={"responses": {409: IS_LATE}},
)
@transaction.non_atomic_requests
def remove_review(request: HttpRequest, review_id: str) -> Status[None]:
    """As if it had not been said; what followed from it is undone. Each may take back their own words alone."""
    item, is_adjudication = find_by_id(request, review_id)
    own = find_own(get_store(), item, access_of(request).who, is_adjudication=is_adjudication) if item else None
    if item is None or own is None:
        raise HttpError(404, NO_REVIEW)
    try:
        take_back(get_store(), item, own.said_by, is_adjudication=is_adjudication)
    except ReviewError as error:
        raise HttpError(409, str(error)) from None
    audit.describe(request, f"{item.place} of {item.queue.name}")
    return Status(204, None)


def find_by_id(request: HttpRequest, review_id: str) -> tuple[ReviewItem | None, bool]:
    """The item that an id names, of the caller's own words, and whether it is of an adjudication."""
    match decode_parts(review_id):
        case ["review", int() as queue, str() as conversation_id, int() as turn_index, str() as said_by, int() as kind]:
            is_own = said_by == access_of(request).who and "\0" not in conversation_id  # PostgreSQL fails on it
            if not is_own or not all(0 <= number <= LARGEST_NUMBER for number in (queue, turn_index)):
                return None, False
            items = ReviewItem.objects.select_related("queue").filter(queue__project=project_of(request))
            item = items.filter(queue__number=queue, conversation_id=conversation_id, turn_index=turn_index).first()
            return item, bool(kind)
    return None, False


def encode_id(queue: int, conversation_id: str, turn_index: int, said_by: str, *, is_adjudication: bool) -> str:
    return encode_parts(REVIEWS, queue, conversation_id, turn_index, said_by, int(is_adjudication))
