"""REST of saved views: lists of conversations that people named."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from feedback import saved_views
from feedback.models import SavedView
from feedback.pages.list_state import LONGEST_QUERY, ListState
from feedback.pages.list_tabs import READY_VIEWS
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.resources import EXACTLY, Time, format_moment

router = Router(tags=["feedback"])
VIEW = "saved-views/{int:number}"
ViewName = Annotated[str, Field(min_length=1, max_length=saved_views.LONGEST_NAME)]
ViewQuery = Annotated[
    str, Field(max_length=LONGEST_QUERY, description="As behind the question mark of the list's address.")
]


class SavedViewResource(Schema):
    """A list of conversations under a name. `query` is what stands behind the question mark of the list's address:
    filters as parameters or in `q`, `sort`, `columns`."""

    number: int
    name: str
    query: str
    owner: str
    is_shared: bool
    may_change: bool
    created_at: Time


class ReadyViewResource(Schema):
    """A view that is there without being saved."""

    name: str
    query: str


class SavedViewList(Schema):
    items: list[SavedViewResource]
    ready: list[ReadyViewResource]


class NewSavedView(Schema):
    model_config = EXACTLY

    name: ViewName
    query: ViewQuery = ""
    is_shared: bool = False


class SavedViewChanges(Schema):
    """What is to be changed; what is left out stays."""

    model_config = EXACTLY

    name: ViewName | None = None
    query: ViewQuery | None = None
    is_shared: bool | None = None


@router.get(
    "saved-views", response=SavedViewList, summary="Saved views, one's own and shared ones", auth=May(Right.READ)
)
def list_saved_views(request: HttpRequest) -> dict[str, Any]:
    views = saved_views.list_views(project_of(request).pk, access_of(request).who)
    ready = [{"name": each.title, "query": ListState(each.filters, each.sort).query} for each in READY_VIEWS]
    return {"items": [describe_view(request, view) for view in views], "ready": ready}


@router.post("saved-views", response={201: SavedViewResource}, summary="Save a view", auth=May(Right.REVIEW))
def add_saved_view(request: HttpRequest, asked: NewSavedView) -> Status[dict[str, Any]]:
    who = access_of(request).who
    view = saved_views.create_view(project_of(request), asked.name, asked.query, who, is_shared=asked.is_shared)
    audit.describe(request, tell_view(view), is_shared=view.is_shared)
    return Status(201, describe_view(request, view))


@router.get(VIEW, response=SavedViewResource, summary="One saved view", auth=May(Right.READ))
def show_saved_view(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_view(request, find_view(request, number))


@router.patch(VIEW, response=SavedViewResource, summary="Change a saved view", auth=May(Right.REVIEW))
def change_saved_view(request: HttpRequest, number: int, asked: SavedViewChanges) -> dict[str, Any]:
    """One's own; a shared one also with the right to edit."""
    view = saved_views.change_view(find_own_view(request, number), **asked.dict(exclude_none=True))
    audit.describe(request, tell_view(view), changed=sorted(asked.dict(exclude_none=True)))
    return describe_view(request, view)


@router.delete(VIEW, response={204: None}, summary="Delete a saved view", auth=May(Right.REVIEW))
def delete_saved_view(request: HttpRequest, number: int) -> Status[None]:
    view = find_own_view(request, number)
    audit.describe(request, tell_view(view))
    view.delete()
    return Status(204, None)


def find_view(request: HttpRequest, number: int) -> SavedView:
    """Raises HttpError 404."""
    view = saved_views.find_view(project_of(request).pk, number, access_of(request).who)
    if view is None:
        raise HttpError(404, f"There is no saved view {number} that you see here; GET saved-views lists them.")
    return view


def find_own_view(request: HttpRequest, number: int) -> SavedView:
    """One that may be changed. Raises HttpError 403 or 404."""
    view = find_view(request, number)
    if not saved_views.may_change(view, access_of(request)):
        raise HttpError(403, "This view is somebody else's; it takes the right to edit to change it.")
    return view


def tell_view(view: SavedView) -> str:
    """Its number and name, for the audit log."""
    return f"{view.number} {view.name}"


def describe_view(request: HttpRequest, view: SavedView) -> dict[str, Any]:
    names = ("number", "name", "query", "owner", "is_shared")
    may_change = saved_views.may_change(view, access_of(request))
    told = {name: getattr(view, name) for name in names}
    return told | {"may_change": may_change, "created_at": format_moment(view.created_at)}
