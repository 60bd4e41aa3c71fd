"""REST of the people who talked: what each did, how it went and what was heard."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from feedback.user_list import User, find_users, load_user
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import Number, Time, format_time
from tracing.sent_ids import find_kept
from tracing.store import get_store

router = Router(tags=["feedback"])
Sorted = Annotated[
    Literal["last_seen", "conversations", "dissatisfied"],
    Query(description="The order, the highest first; by `dissatisfied` only users whose share is told."),
]
Beginning = Annotated[str, Query(max_length=10_000, description="How the ids begin.")]


class UserShareResource(Schema):
    """The mean over the user's estimated conversations, with its interval of 90 %."""

    value: float
    low: float
    high: float


class UserHeardResource(Schema):
    """A kind of signal, in how many of the user's conversations it stands, and which way it points; `label` is that of
    thumbs."""

    kind: str
    label: str
    polarity: int
    conversations: int


class UserResource(Schema):
    """A person, by the conversations that no machine led. `errors` are answers that failed, `cost_usd` is that of the
    calls whose cost is known. `dissatisfied` is null where fewer than three conversations are estimated."""

    user_id: str
    first_time: Time
    last_time: Time
    conversations: int
    turns: int
    errors: int
    cost_usd: Number | None
    estimated: int
    dissatisfied: UserShareResource | None
    heard: list[UserHeardResource]


class UserPage(Schema):
    items: list[UserResource]
    next_cursor: str | None


@router.get(
    "users",
    response=UserPage,
    summary="The people who talked, those seen last first",
    operation_id="list_users",
    auth=May(Right.READ),
)
def list_users(
    request: HttpRequest, begins: Beginning = "", sort: Sorted = "last_seen", limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    resource = f"users by {sort}"
    page = find_users(get_store(), project_of(request).pk, begins, sort, decode_cursor(cursor, resource), limit)
    return give_page(resource, [describe_user(user) for user in page.rows], page.next)


@router.get(
    "users/{path:user_id}",
    response=UserResource,
    summary="One user",
    operation_id="show_user",
    auth=May(Right.READ),
)
def show_user(request: HttpRequest, user_id: str) -> dict[str, Any]:
    project_id = project_of(request).pk
    user = load_user(get_store(), project_id, user_id)
    if user is None and (kept := find_kept(project_id, "user", user_id)):
        user = load_user(get_store(), project_id, kept)
    if user is None:
        raise HttpError(404, f"No person of the id {user_id[:200]!r} talked in this project.")
    return describe_user(user)


def describe_user(user: User) -> dict[str, Any]:
    share = user.dissatisfied
    return {
        "user_id": user.user_id,
        "first_time": format_time(user.first_ns),
        "last_time": format_time(user.last_ns),
        "conversations": user.conversations,
        "turns": user.turns,
        "errors": user.errors,
        "cost_usd": user.cost_usd,
        "estimated": user.estimated,
        "dissatisfied": share and {"value": share.value, "low": share.low, "high": share.high},
        "heard": [
            {"kind": each.kind, "label": each.label, "polarity": each.polarity, "conversations": each.conversations}
            for each in user.heard
        ],
    }
