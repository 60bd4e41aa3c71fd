"""REST of a project's keys: made, replaced and revoked. A key itself is given in the answer that made it, no more."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from tracing.access import audit
from tracing.access.keys import LONGEST_GRACE, KeyReplacedError, KeyState, find_state, revoke_key, rotate_key
from tracing.access.new_keys import KeyRefusedError, NewKey, find_made, make_asked_key
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right, Scope
from tracing.api import project_of
from tracing.models import ApiKey
from tracing.resources import EXACTLY, WHOLE, Time, format_moment

router = Router(tags=["tracing"])


HAS_AN_END = {
    "description": "The key was replaced or revoked, or is past its time.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}},
}


class KeyResource(Schema):
    """A key of the project, by the beginning of which it can be told. `revoked_at` may be to come: it was replaced."""

    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    state: KeyState
    origins: list[str]
    requests_per_minute: int | None
    created_at: Time
    created_by: str
    expires_at: Time | None
    revoked_at: Time | None
    last_used_at: Time | None


class KeyWithSecret(KeyResource):
    """The key itself is given this once."""

    key: str


class KeyList(Schema):
    items: list[KeyResource]


class Rotation(Schema):
    """For how long the old key works beside the new one."""

    model_config = EXACTLY

    grace_s: Annotated[int, Field(ge=0, le=int(LONGEST_GRACE.total_seconds())), WHOLE] = 3600


def describe_key(key: ApiKey) -> dict[str, Any]:
    names = ("name", "prefix", "scopes", "origins", "requests_per_minute", "created_by")
    times = ("created_at", "expires_at", "revoked_at", "last_used_at")
    told = {name: getattr(key, name) for name in names} | {"id": key.pk, "state": find_state(key)}
    return told | {name: format_moment(getattr(key, name)) for name in times}


def find_key_of(project_id: int, number: int) -> ApiKey:
    """A key of the project by its number. Raises HttpError 404."""
    key = ApiKey.objects.filter(project=project_id, pk=number).first() if number < 2**63 else None
    if key is None:
        raise HttpError(404, f"There is no key {number} in this project.")
    return key


@router.get("keys", response=KeyList, summary="Keys of the project, latest first", auth=May(Right.ADMINISTER))
def list_keys(request: HttpRequest) -> dict[str, Any]:
    return {
        "items": [describe_key(each) for each in ApiKey.objects.filter(project=project_of(request)).order_by("-pk")]
    }


@router.post("keys", response={201: KeyWithSecret}, summary="Make a key", auth=May(Right.ADMINISTER))
def add_key(request: HttpRequest, response: HttpResponse, asked: NewKey) -> Status[dict[str, Any]]:
    """`key` is given this once. No key can have a scope that allows more than whoever makes it may do."""
    access = access_of(request)
    try:
        made, secret = make_asked_key(access, asked)
    except KeyRefusedError as error:
        raise HttpError(422, str(error)) from None
    audit.describe(request, f"{made.prefix}… {made.name}", scopes=made.scopes, origins=made.origins)
    response["Cache-Control"] = "no-store"
    return Status(201, describe_key(made) | {"key": secret})


@router.post(
    "keys/{int:number}/rotate",
    response={201: KeyWithSecret},
    summary="Replace a key by a new one",
    auth=May(Right.ADMINISTER),
    openapi_extra={"responses": {409: HAS_AN_END}},
)
def replace_key(
    request: HttpRequest, response: HttpResponse, number: int, rotation: Rotation | None = None
) -> Status[dict[str, Any]]:
    """The new key may do what the old one may, and lives as long as that was made for. Both work for `grace_s`."""
    access = access_of(request)
    old = find_key_of(access.project.pk, number)
    grace_s = (rotation or Rotation()).grace_s
    try:
        secret = rotate_key(old, timedelta(seconds=grace_s), access.actor.name or access.actor.kind)
    except KeyReplacedError as error:
        raise HttpError(409, str(error)) from None
    made = find_made(secret)
    audit.describe(request, f"{old.prefix}… {old.name}", new=f"{made.prefix}…", grace_s=grace_s)
    response["Cache-Control"] = "no-store"
    return Status(201, describe_key(made) | {"key": secret})


@router.delete("keys/{int:number}", response=KeyResource, summary="Revoke a key", auth=May(Right.ADMINISTER))
def end_key(request: HttpRequest, number: int) -> dict[str, Any]:
    """Every process refuses it within a second. It stays in the list."""
    key = find_key_of(project_of(request).pk, number)
    revoke_key(key)
    audit.describe(request, f"{key.prefix}… {key.name}")
    key.refresh_from_db()
    return describe_key(key)
