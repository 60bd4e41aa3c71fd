"""REST of explicit feedback: what people said about answers on purpose, and what they did with them."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from feedback.explicit import Feedback
from feedback.records import load_feedback_page
from feedback.resources import FeedbackPage, describe_feedback
from feedback.telling import keep_feedback, withdraw_feedback
from feedback.told import NewFeedback, NewWithdrawal, NotToldError, Withdrawal, limit_to_browser, read_item
from tracing.access.browsers import MOST_ITEMS
from tracing.access.credentials import BROWSER_PREFIX
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.store import get_store

router = Router(tags=["feedback"])
MOST_ITEMS_OF_PROGRAMS = 1_000
PageKey = Annotated[
    str,
    Query(
        pattern=rf"^({BROWSER_PREFIX}[A-Za-z0-9_-]{{0,100}})?$",
        description="A key for browsers, where no header can be sent; keys of programs do not belong into addresses.",
        examples=[f"{BROWSER_PREFIX}…"],
    ),
]


class FeedbackFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    identifier: str = ""
    name: str = Field("", examples=["thumbs"])
    label: str = Field("", examples=["down"])
    annotator_kind: str = Field("", description="`HUMAN`, `LLM` or `CODE`.")
    conversation_id: str = Field("", description="The conversation that the feedback names itself.")
    trace_id: str = Field("", description="The trace that the feedback names itself.")
    span_id: str = ""
    message_id: str = ""


@router.get("feedback", response=FeedbackPage, summary="Explicit feedback, latest first", auth=May(Right.READ))
def list_feedback(
    request: HttpRequest, filters: Query[FeedbackFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """As it was sent: a conversation has all that names it, its traces or its messages."""
    place = decode_cursor(cursor, "feedback")
    found = load_feedback_page(get_store(), project_of(request).pk, place, limit + 1, filters.model_dump())
    page = found[:limit]
    next_place = Place(page[-1].time_ns, page[-1].identifier) if len(found) > limit else None
    return give_page("feedback", [describe_feedback(each) for each in page], next_place)


class RejectedFeedback(Schema):
    """An item that was not kept, by its place in the list, from 0."""

    index: int
    reason: str


class ToldResource(Schema):
    """How many items are kept for good, and which are not; those can be mended and sent again."""

    accepted: int
    rejected: list[RejectedFeedback]


def describe_body() -> dict[str, Any]:
    """The body in OpenAPI. It is read item by item, so that one that is wrong does not refuse the others."""
    item = {"anyOf": [NewFeedback.model_json_schema(), NewWithdrawal.model_json_schema()]}
    many = {"type": "array", "items": item, "maxItems": MOST_ITEMS_OF_PROGRAMS}
    return {"required": True, "content": {"application/json": {"schema": {"anyOf": [*item["anyOf"], many]}}}}


TOO_MANY = {
    "description": "A key for browsers is used too often; `Retry-After` says when to send it again.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}},
}


@router.post(
    "feedback",
    response=ToldResource,
    summary="Tell feedback, one piece or a list",
    auth=May(Right.TELL, browsers=True),
    openapi_extra={"requestBody": describe_body(), "responses": {429: TOO_MANY}},
)
def tell_feedback(
    request: HttpRequest,
    key: PageKey = "",  # noqa: ARG001 -- `read_request_key` has read it
) -> dict[str, Any]:
    """What is told may come before the answer that it is about. The same `identifier` again replaces what was there;
    with `withdrawn` it takes it back.

    A list has at most 1,000 items, with a key for browsers 20 and 16 kB, and is kept whole but for the items that are
    refused, before the answer goes out.
    """
    access = access_of(request)
    is_browser = access.key is not None and access.key.is_for_browsers
    received_at = datetime.now(UTC)
    told: list[Feedback | Withdrawal] = []
    rejected = []
    for index, item in enumerate(read_items(request.body, MOST_ITEMS if is_browser else MOST_ITEMS_OF_PROGRAMS)):
        try:
            each = read_item(item, access.project.pk, received_at)
            told.append(limit_to_browser(each, received_at) if is_browser else each)
        except NotToldError as error:
            rejected.append({"index": index, "reason": str(error)})
    keep_feedback(access.project.pk, told)
    return {"accepted": len(told), "rejected": rejected}


def read_items(body: bytes, most: int) -> list[Any]:
    """The items of a body: an object alone, or those of a list. Raises HttpError."""
    try:
        items = json.loads(body)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is no JSON; send an object, or a list of objects.") from None
    if isinstance(items, dict):
        return [items]
    if not isinstance(items, list):
        raise HttpError(422, "The body is neither an object nor a list; send feedback, or a list of it.")
    if len(items) > most:
        raise HttpError(422, f"The list has {len(items):,} items; send at most {most:,} at once.")
    return items


@router.delete(
    "feedback/{path:identifier}",
    response={204: None},
    summary="Withdraw feedback",
    auth=May(Right.TELL),
)
def remove_feedback(request: HttpRequest, identifier: str) -> Status[None]:
    """As if it had not been told: signals that were heard in it go, too. Told again, it stands again."""
    if not withdraw_feedback(project_of(request).pk, identifier):
        raise HttpError(404, f"There is no feedback {identifier!r} in this project.")
    return Status(204, None)
