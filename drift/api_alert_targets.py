"""REST of where alerts go: targets with what may be known of them, and what was sent there."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from drift.delivering.queue import find_troubles, list_deliveries, send_test
from drift.delivering.targets import (
    NAME_CHARACTERS,
    VALUE_CHARACTERS,
    SettingsLost,
    TargetProblems,
    delete_target,
    find_target,
    is_lost,
    list_targets,
    open_shown_settings,
    save_target,
    switch_target,
)
from drift.models import AlertTarget, Delivery, DeliveryAttempt
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.models import Project
from tracing.paging import Cursor, CursorError, Limit, Place, decode_cursor, give_page
from tracing.resources import EXACTLY, Time, format_moment
from tracing.times import EPOCH, to_ns

router = Router(tags=["drift"])
RESOURCE = "deliveries"
Channel = Literal["email", "slack", "webhook"]
Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]
Settings = Annotated[
    dict[Annotated[str, Field(max_length=50)], Annotated[str, Field(max_length=VALUE_CHARACTERS)]],
    Field(description="Of `email`: `to`; of `slack`: `url`; of `webhook`: `url` and `secret`."),
]


class AlertTargetResource(Schema):
    """Where alerts go. What is secret of it is never given; `where` is what may be known. `trouble` is what the last
    delivery failed with for good, and empty where it arrived. Where `needs_settings`, what was filled in cannot be read
    any more, because the server's secret key was changed."""

    id: int
    name: str
    channel: str
    where: str
    is_on: bool
    needs_settings: bool
    trouble: str
    rules: int
    created_at: Time
    created_by: str


class AlertTargetList(Schema):
    items: list[AlertTargetResource]


class NewAlertTarget(Schema):
    model_config = EXACTLY

    name: Name
    channel: Channel
    settings: Settings


class AlertTargetChanges(Schema):
    """What is not named stays, each of the settings, too. To turn it off gives up what waits for it."""

    model_config = EXACTLY

    name: Name | None = None
    settings: Settings | None = None
    is_on: bool | None = None


class AttemptResource(Schema):
    """`fate` is what became of it: `later` is tried again. `status` is of HTTP or SMTP."""

    number: int
    at: Time
    took_ms: int
    fate: Literal["delivered", "later", "given_up"]
    status: int | None
    detail: str


class AlertDeliveryResource(Schema):
    """A message on its way to one target, or that was: `id` is what webhooks get as `X-Tacit-Delivery`. It is kept for
    30 days."""

    id: UUID
    target: int
    kind: Literal["alert", "test", "hand_over"]
    alert: int | None
    title: str
    state: Literal["waiting", "delivered", "given_up"]
    created_at: Time
    next_at: Time | None
    log: list[AttemptResource]


class DeliveryPage(Schema):
    items: list[AlertDeliveryResource]
    next_cursor: str | None


def describe_target(target: AlertTarget, trouble: str) -> dict[str, Any]:
    names = ("name", "channel", "where", "is_on", "created_by")
    return {name: getattr(target, name) for name in names} | {
        "id": target.pk,
        "needs_settings": is_lost(target),
        "trouble": trouble,
        "rules": target.rules.count(),
        "created_at": format_moment(target.created_at),
    }


def describe_one(project: Project, target: AlertTarget) -> dict[str, Any]:
    return describe_target(target, find_troubles(project).get(target.pk, ""))


def describe_delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "target": delivery.target_id,
        "kind": delivery.kind,
        "alert": delivery.alert.number if delivery.alert else None,
        "title": delivery.message["title"],
        "state": delivery.state,
        "created_at": format_moment(delivery.created_at),
        "next_at": format_moment(delivery.next_at),
        "log": [describe_attempt(line) for line in sorted(delivery.log.all(), key=lambda line: line.number)],
    }


def describe_attempt(line: DeliveryAttempt) -> dict[str, Any]:
    names = ("number", "took_ms", "fate", "status", "detail")
    return {name: getattr(line, name) for name in names} | {"at": format_moment(line.at)}


def find_or_404(request: HttpRequest, number: int) -> AlertTarget:
    target = find_target(project_of(request), number)
    if target is None:
        raise HttpError(404, "There is no such target in this project.")
    return target


@router.get("", response=AlertTargetList, summary="Where alerts go", auth=May(Right.READ))
def list_alert_targets(request: HttpRequest) -> dict[str, Any]:
    project = project_of(request)
    troubles = find_troubles(project)
    return {"items": [describe_target(each, troubles.get(each.pk, "")) for each in list_targets(project)]}


@router.post("", response={201: AlertTargetResource}, summary="Make a target of alerts", auth=May(Right.EDIT))
def add_alert_target(request: HttpRequest, given: NewAlertTarget) -> Status[dict[str, Any]]:
    """`POST {number}/test` says whether it is reached."""
    project = project_of(request)
    try:
        target = save_target(project, given.name, given.channel, given.settings, access_of(request).who)
    except TargetProblems as error:
        raise HttpError(422, describe_problems(error)) from None
    audit.describe(request, target.name, channel=target.channel, where=target.where)
    return Status(201, describe_one(project, target))


def describe_problems(error: TargetProblems) -> str:
    """A sentence for each field."""
    return " ".join(f"`{field}`: {problem}" for field, problem in error.problems.items())


@router.get("/deliveries", response=DeliveryPage, summary="What was sent to targets", auth=May(Right.READ))
def list_alert_deliveries(request: HttpRequest, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """The latest first, with every attempt."""
    rows = list_deliveries(project_of(request), limit + 1, read_place(cursor))
    last = rows[limit - 1] if len(rows) > limit else None
    place = None if last is None else Place(to_ns(last.created_at), str(last.pk))
    return give_page(RESOURCE, [describe_delivery(each) for each in rows[:limit]], place)


def read_place(cursor: str) -> tuple[datetime, UUID] | None:
    """When the delivery of a cursor was made, and its id; None for an empty one. Raises CursorError."""
    place = decode_cursor(cursor, RESOURCE)
    if not cursor:
        return None
    try:
        return EPOCH + timedelta(microseconds=place.time_ns // 1000), UUID(place.id)
    except (ValueError, OverflowError):
        raise CursorError(
            f"The cursor is none that `{RESOURCE}` gave; take `next_cursor` of the page before, or none."
        ) from None


@router.get("/{int:number}", response=AlertTargetResource, summary="A target of alerts", auth=May(Right.READ))
def show_alert_target(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_one(project_of(request), find_or_404(request, number))


@router.patch("/{int:number}", response=AlertTargetResource, summary="Change a target of alerts", auth=May(Right.EDIT))
def change_alert_target(request: HttpRequest, number: int, changes: AlertTargetChanges) -> dict[str, Any]:
    """After a webhook's secret was changed, requests are signed with both for a day."""
    project, target = project_of(request), find_or_404(request, number)
    try:
        settings = read_kept_settings(target) | (changes.settings or {})
        name = target.name if changes.name is None else changes.name
        if changes.name is not None or changes.settings is not None:
            target = save_target(project, name, target.channel, settings, access_of(request).who, target)
    except TargetProblems as error:
        raise HttpError(422, describe_problems(error)) from None
    if changes.is_on is not None:
        switch_target(target, is_on=changes.is_on)
    audit.describe(request, target.name, channel=target.channel, where=target.where, is_on=target.is_on)
    return describe_one(project, target)


def read_kept_settings(target: AlertTarget) -> dict[str, str]:
    """What is not secret; that stays by itself."""
    try:
        return open_shown_settings(target)
    except SettingsLost:
        return {}


@router.delete("/{int:number}", response=AlertTargetResource, summary="Remove a target", auth=May(Right.EDIT))
def remove_alert_target(request: HttpRequest, number: int) -> dict[str, Any]:
    """With the log of what was sent there; rules that told it go on without it."""
    target = find_or_404(request, number)
    removed = describe_one(project_of(request), target)
    audit.describe(request, target.name, channel=target.channel, where=target.where)
    delete_target(target)
    return removed


@router.post(
    "/{int:number}/test", response={202: AlertDeliveryResource}, summary="Send a target a test", auth=May(Right.EDIT)
)
def test_alert_target(request: HttpRequest, number: int) -> Status[dict[str, Any]]:
    """Also where it is off. It is sent at once; `GET deliveries` says what became of it."""
    target = find_or_404(request, number)
    delivery = send_test(target, datetime.now(UTC))
    audit.describe(request, target.name)
    return Status(202, describe_delivery(delivery))
