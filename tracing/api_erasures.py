"""REST of erasure: ask for somebody, a conversation or a time to be erased for good, and read the receipt."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AwareDatetime

from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.erasing.running import list_erasures, request_erasure
from tracing.erasing.scope import LONGEST_ID, Scope, ScopeError
from tracing.models import Erasure
from tracing.resources import EXACTLY, format_moment

router = Router(tags=["tracing"])
SHOWN = 100

Id = Annotated[str, Field(max_length=LONGEST_ID)]


class NewErasure(Schema):
    """One of these: a user, a conversation, or what was said from `start` until before `end`."""

    model_config = EXACTLY

    user_id: Id = ""
    conversation_id: Id = ""
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class ErasureFilters(Schema):
    """Whose receipts; nothing names all. An id is compared by its digest: receipts do not hold it."""

    user_id: Id = ""
    conversation_id: Id = ""


class VerificationResource(Schema):
    """What was looked for after it was gone. `is_clean`: nothing was found."""

    rows_left: int
    files_left: int
    ids_searched: int
    found_in: list[str]
    is_clean: bool
    not_erased: Annotated[list[str], Field(description="What nobody but you can erase: backups, for instance.")]


class ErasureResource(Schema):
    """`rows` says how many rows went, by table and place; `returned` how many were sent again later, and went again."""

    id: int
    kind: str
    state: Annotated[str, Field(description="`waiting`, `erasing`, `settling`, `cleaning` or `done`.")]
    start: str | None
    end: str | None
    asked_at: str
    asked_by: str
    began_at: str | None
    ended_at: str | None
    rows: dict[str, int]
    returned: int
    verification: VerificationResource | None
    problem: str


class ErasureList(Schema):
    items: list[ErasureResource]


def describe_erasure(erasure: Erasure) -> dict[str, Any]:
    names = ("kind", "state", "asked_by", "rows", "returned", "problem")
    moments = ("start", "end", "asked_at", "began_at", "ended_at")
    told = {name: getattr(erasure, name) for name in names} | {"id": erasure.pk}
    told["verification"] = erasure.verification if erasure.state == Erasure.State.DONE else None
    return told | {name: format_moment(getattr(erasure, name)) for name in moments}


def read_moment(given: datetime | None) -> datetime | None:
    return given.astimezone(UTC) if given else None


@router.post(
    "erasures",
    response={202: ErasureResource},
    summary="Erase a user, a conversation or a time for good",
    auth=May(Right.EDIT),
)
def add_erasure(request: HttpRequest, wanted: NewErasure) -> Status[dict[str, Any]]:
    """Everything of theirs goes, from both databases and from the disk; it cannot be had back. It takes a minute or
    more: the receipt says how far it is. The same again, while it is not done, gives the same receipt.
    """
    try:
        scope = Scope(wanted.user_id, wanted.conversation_id, read_moment(wanted.start), read_moment(wanted.end))
    except (ScopeError, OverflowError) as error:
        raise HttpError(422, str(error)) from error
    return Status(202, ask(request, scope))


def ask(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Ask for it; the audit log says that, and not whose id it was."""
    erasure = request_erasure(project_of(request), scope, access_of(request).who)
    audit.describe(request, f"a {scope.kind}", erasure=erasure.pk)
    return describe_erasure(erasure)


@router.get("erasures", response=ErasureList, summary="The latest hundred receipts", auth=May(Right.READ))
def show_erasures(request: HttpRequest, filters: Query[ErasureFilters]) -> dict[str, Any]:
    try:
        scope = Scope(filters.user_id, filters.conversation_id) if filters.user_id or filters.conversation_id else None
    except ScopeError as error:
        raise HttpError(422, str(error)) from error
    return {"items": [describe_erasure(each) for each in list_erasures(project_of(request), scope)[:SHOWN]]}


@router.get("erasures/{int:number}", response=ErasureResource, summary="A receipt", auth=May(Right.READ))
def show_erasure(request: HttpRequest, number: int) -> dict[str, Any]:
    found = Erasure.objects.filter(project=project_of(request), pk=number).first()
    if found is None:
        raise HttpError(404, f"There is no erasure {number} in this project.")
    return describe_erasure(found)
