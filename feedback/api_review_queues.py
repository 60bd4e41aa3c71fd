"""REST of review queues: what they ask, of which conversations, how items are chosen, and how far they are."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from feedback.models import ReviewQueue
from feedback.review.questions import Question
from feedback.review.queue import LONGEST_FILTER, LONGEST_GUIDELINES, MOST_ITEMS, MOST_REVIEWERS, Mix, QueueDefinition
from feedback.reviewing import queues
from feedback.reviewing.drawing import draw_items
from feedback.reviewing.progress import Progress, load_progress
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.filter_language import FilterError
from tracing.resources import EXACTLY, WHOLE, Time, format_moment
from tracing.store import get_store

router = Router(tags=["feedback"])
QUEUE = "review-queues/{int:number}"
NO_CONTENT = {204: None}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}}
WAS_REVIEWED = {"description": "People judged items of it: close it instead.", "content": PROBLEM}
IS_CLOSED = {"description": "The queue is closed.", "content": PROBLEM}
Part = Annotated[float, Field(ge=0, le=1_000_000)]
QueueName = Annotated[str, Field(min_length=1, max_length=queues.LONGEST_NAME)]
QueueFilter = Annotated[str, Field(max_length=LONGEST_FILTER)]
Guidelines = Annotated[str, Field(max_length=LONGEST_GUIDELINES)]
Size = Annotated[int, Field(ge=1, le=MOST_ITEMS), WHOLE]
Reviewers = Annotated[int, Field(ge=1, le=MOST_REVIEWERS), WHOLE]
Overlap = Annotated[float, Field(ge=0, le=1)]


class ReviewMix(Schema):
    """Parts of a draw by why items are chosen, in proportion; `random` is never 0."""

    model_config = EXACTLY

    uncertain: Part = 4.0
    disagreement: Part = 2.0
    failure_mode: Part = 2.0
    random: Part = 2.0


class ReviewProgress(Schema):
    """Items by how far they are; `done_by_me` and `waits_for_me` are the caller's."""

    items: int
    settled: int
    waiting: int
    disagreed: int
    gone: int
    done_by_me: int
    waits_for_me: int


class ReviewQueueResource(Schema):
    """A review queue. `overlap` is the share of its items that `reviewers` people look at, the others one;
    `guidelines_version` counts how often the guidelines changed; `drawn_from` is how many could have been chosen, in
    all draws, up to `drawn_until`; `problem` says why the last draw failed."""

    number: int
    name: str
    question: Question
    filter: str
    mix: ReviewMix
    size: int
    reviewers: int
    overlap: float
    draws_daily: bool
    guidelines: str
    guidelines_version: int
    is_open: bool
    drawn_until: Time | None
    drawn_from: int
    problem: str
    created_at: Time
    created_by: str
    progress: ReviewProgress


class ReviewQueueList(Schema):
    items: list[ReviewQueueResource]


class NewReviewQueue(Schema):
    """What is left out is as usual."""

    model_config = EXACTLY

    name: QueueName
    question: Annotated[Question, Field(strict=False)]
    filter: QueueFilter = ""
    mix: ReviewMix = ReviewMix()
    size: Size = 50
    reviewers: Reviewers = 1
    overlap: Overlap = 1.0
    draws_daily: bool = False
    guidelines: Guidelines = ""


class ReviewQueueChanges(Schema):
    """What is to be changed; what is left out stays. Items that were drawn do not change."""

    model_config = EXACTLY

    name: QueueName | None = None
    filter: QueueFilter | None = None
    mix: ReviewMix | None = None
    size: Size | None = None
    reviewers: Reviewers | None = None
    overlap: Overlap | None = None
    draws_daily: bool | None = None
    guidelines: Guidelines | None = None
    is_open: bool | None = None


class NewReviewDraw(Schema):
    """How many items, where not as many as the queue's draws have; `only_new`: of what ended since the last draw."""

    model_config = EXACTLY

    size: Size | None = None
    only_new: bool = False


class ReviewDraw(Schema):
    """How many items were drawn; fewer than asked for where no more could be."""

    drawn: int


@router.get(
    "review-queues",
    response=ReviewQueueList,
    summary="Review queues, open ones first, the newest first",
    auth=May(Right.READ),
)
def list_review_queues(request: HttpRequest) -> dict[str, Any]:
    return {"items": describe_queues(request, queues.list_queues(project_of(request)))}


@router.post("review-queues", response={201: ReviewQueueResource}, summary="Make a review queue", auth=May(Right.EDIT))
def add_review_queue(request: HttpRequest, asked: NewReviewQueue) -> Status[dict[str, Any]]:
    """Nothing is drawn yet: POST to its `draws`."""
    chosen = asked.dict(exclude={"name", "mix"})
    definition = QueueDefinition(mix=Mix(**asked.mix.dict()), **chosen)
    queue = queues.create_queue(project_of(request), asked.name, definition, access_of(request).who)
    audit.describe(request, tell_queue(queue), question=queue.question)
    return Status(201, describe_one(request, queue))


@router.get(QUEUE, response=ReviewQueueResource, summary="One review queue", auth=May(Right.READ))
def show_review_queue(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_one(request, find_queue(request, number))


@router.patch(QUEUE, response=ReviewQueueResource, summary="Change a review queue", auth=May(Right.EDIT))
def change_review_queue(request: HttpRequest, number: int, asked: ReviewQueueChanges) -> dict[str, Any]:
    queue = find_queue(request, number)
    chosen = asked.dict(exclude_none=True, exclude={"name", "is_open", "mix"})
    if asked.mix is not None:
        chosen["mix"] = Mix(**asked.mix.dict())
    definition = replace(queues.read_definition(queue), **chosen) if chosen else None
    changed = queues.change_queue(queue, name=asked.name, definition=definition, is_open=asked.is_open)
    audit.describe(request, tell_queue(changed), changed=sorted(asked.dict(exclude_none=True)))
    return describe_one(request, changed)


@router.delete(
    QUEUE,
    response=NO_CONTENT,
    summary="Delete a review queue in which nothing was said",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: WAS_REVIEWED}},
)
def delete_review_queue(request: HttpRequest, number: int) -> Status[None]:
    queue = find_queue(request, number)
    audit.describe(request, tell_queue(queue))
    try:
        queues.delete_queue(queue)
    except ValueError as error:
        raise HttpError(409, str(error)) from None
    return Status(204, None)


@router.post(
    QUEUE + "/draws",
    response={201: ReviewDraw},
    summary="Draw items for a review queue",
    auth=May(Right.EDIT),
    openapi_extra={"responses": {409: IS_CLOSED}},
)
@transaction.non_atomic_requests
def draw_review_items(request: HttpRequest, number: int, asked: NewReviewDraw | None = None) -> Status[dict[str, int]]:
    """From conversations that rest for half an hour, of what is asked in no open queue yet."""
    queue, asked = find_queue(request, number), asked or NewReviewDraw()
    if not queue.is_open:
        raise HttpError(409, "The queue is closed: open it again first.")
    try:
        drawn = draw_items(get_store(), queue, datetime.now(UTC), size=asked.size, is_new=asked.only_new)
    except FilterError as error:
        raise HttpError(422, f"The filter of the queue cannot be used any more: {error}") from None
    audit.describe(request, tell_queue(queue), drawn=drawn)
    return Status(201, {"drawn": drawn})


def find_queue(request: HttpRequest, number: int) -> ReviewQueue:
    """Raises HttpError 404."""
    queue = queues.find_queue(project_of(request), number)
    if queue is None:
        raise HttpError(404, f"There is no review queue {number} in this project; GET review-queues lists them.")
    return queue


def tell_queue(queue: ReviewQueue) -> str:
    """Its number and name, for the audit log."""
    return f"{queue.number} {queue.name}"


def describe_one(request: HttpRequest, queue: ReviewQueue) -> dict[str, Any]:
    return describe_queues(request, [queue])[0]


def describe_queues(request: HttpRequest, listed: list[ReviewQueue]) -> list[dict[str, Any]]:
    progress = load_progress(listed, access_of(request).who, datetime.now(UTC))
    return [describe_queue(queue, progress[queue.pk]) for queue in listed]


def describe_queue(queue: ReviewQueue, progress: Progress) -> dict[str, Any]:
    names = ("number", "name", "guidelines_version", "is_open", "drawn_from", "problem", "created_by")
    moments = {name: format_moment(getattr(queue, name)) for name in ("drawn_until", "created_at")}
    chosen = asdict(queues.read_definition(queue))
    told = {name: getattr(progress, name) for name in ReviewProgress.model_fields}
    return {name: getattr(queue, name) for name in names} | moments | chosen | {"progress": told}
