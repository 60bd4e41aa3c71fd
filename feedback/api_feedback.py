"""REST of explicit feedback: what people said about answers on purpose, and what they did with them."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from feedback.records import load_feedback_page
from feedback.resources import FeedbackPage, describe_feedback
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.store import get_store

router = Router(tags=["feedback"])


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
