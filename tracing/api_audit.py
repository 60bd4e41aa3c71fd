"""REST of the audit log: who changed or exported what in a project."""

from datetime import UTC
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.audit_log import AuditFilter, ToldEntry, list_entries, load_page
from tracing.paging import Cursor, CursorError, Limit, Place, decode_cursor, give_page
from tracing.resources import Time

router = Router(tags=["tracing"])
RESOURCE = "audit"


class AuditFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    who: str = Field("", description="The e-mail of a user, or the beginning and name of a key.")
    action: str = Field("", description="The name of the page, the operation or the command.", examples=["add_price"])


class AuditEntryResource(Schema):
    """Something that somebody changed or exported; `what` is `action` in words."""

    id: int
    time: Time
    kind: Annotated[str, Field(description="`user`, `key`, `command`, `local` or `nobody`.")]
    who: str
    action: str
    what: str
    target: str
    details: dict[str, Any]
    address: str


class AuditPageResource(Schema):
    items: list[AuditEntryResource]
    next_cursor: str | None


@router.get(
    "audit",
    response=AuditPageResource,
    summary="Who changed or exported what, latest first",
    auth=May(Right.ADMINISTER),
)
def list_audit(
    request: HttpRequest, filters: Query[AuditFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    entries = AuditFilter(filters.who, filters.action).narrow(list_entries(project_of(request)))
    page = load_page(entries, read_place(cursor), limit)
    place = None if page.next_id is None else Place(id=str(page.next_id))
    return give_page(RESOURCE, [describe_entry(entry) for entry in page.entries], place)


def read_place(cursor: str) -> int | None:
    """The number of the entry that a cursor names; None for an empty one. Raises CursorError."""
    place = decode_cursor(cursor, RESOURCE)
    if not cursor:
        return None
    if not place.id.isascii() or not place.id.isdigit() or len(place.id) > 18:
        raise CursorError(f"The cursor is none that `{RESOURCE}` gave; take `next_cursor` of the page before, or none.")
    return int(place.id)


def describe_entry(entry: ToldEntry) -> dict[str, Any]:
    names = ("id", "kind", "who", "action", "what", "target", "address")
    time = entry.time.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {name: getattr(entry, name) for name in names} | {"time": time, "details": entry.details}
