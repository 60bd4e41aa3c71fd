"""REST of alerts: what rules found, whether it holds, who was told, and what people do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from drift.alerting import alerts
from drift.api_alert_targets import AlertDeliveryResource, describe_delivery
from drift.models import Alert, AlertChange, Delivery
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Attributes, Number, Time, format_moment

router = Router(tags=["drift"])
RESOURCE = "alerts"
MOST_MINUTES = alerts.LONGEST_MUTE // timedelta(minutes=1)
StateFilter = Annotated[
    Literal["", "open", "new", "acknowledged", "resolved"],
    Query(description="The state; `new` are those open that nobody acknowledged."),
]


class AlertRuleName(Schema):
    """The rule that found it."""

    id: int
    name: str
    kind: str


class AlertResource(Schema):
    """Something that a rule found, from `started_at`, when it began as far as that is known, until it is over.
    `segment` says where: of `service_name`, `environment`, `prompt_version` and `model` those that are known.
    `last_at` is when it was seen to hold last; what does not last only happened, and is resolved after a day. `told_at`
    is when its targets heard of it last, null where they did not. `resolved_by` is empty where it ended by itself."""

    number: int
    rule: AlertRuleName
    severity: Literal["info", "warning", "critical"]
    title: str
    sentence: str
    evidence: list[str]
    segment: Attributes
    value: Number | None
    state: Literal["open", "resolved"]
    lasts: bool
    started_at: Time
    opened_at: Time
    last_at: Time
    resolved_at: Time | None
    resolved_by: str
    acknowledged_at: Time | None
    acknowledged_by: str
    muted_until: Time | None
    told_at: Time | None
    alarm_id: int | None
    event_id: int | None
    failure_mode_number: int | None
    conversation_id: str


class AlertPage(Schema):
    items: list[AlertResource]
    next_cursor: str | None


class AlertChangeResource(Schema):
    """What happened to an alert; `who` is empty where it happened by itself, `text` is a note, or until when it is
    muted."""

    time: Time
    who: str
    what: Literal["opened", "reopened", "resolved", "acknowledged", "muted", "unmuted", "accepted", "note"]
    text: str


class AlertDetail(AlertResource):
    """With its history and what was sent, the latest first. What was told in one message with others stands with the
    first of them."""

    changes: list[AlertChangeResource]
    deliveries: list[AlertDeliveryResource]


class NewMute(Schema):
    model_config = EXACTLY

    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES), WHOLE]


class NewAlertNote(Schema):
    model_config = EXACTLY

    text: Annotated[str, Field(min_length=1, max_length=alerts.LONGEST_NOTE)]


@router.get("", response=AlertPage, summary="Alerts, the latest first", auth=May(Right.READ))
def list_alerts(
    request: HttpRequest, state: StateFilter = "", limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    before = min(decode_cursor(cursor, RESOURCE).time_ns, alerts.LARGEST_NUMBER) if cursor else None
    found = alerts.list_alerts(project_of(request), state, limit + 1, before)
    end = Place(found[limit - 1].number) if len(found) > limit else None
    return give_page(RESOURCE, [describe_alert(each) for each in found[:limit]], end)


@router.get("/{int:number}", response=AlertDetail, summary="One alert, with its history", auth=May(Right.READ))
def show_alert(request: HttpRequest, number: int) -> dict[str, Any]:
    return describe_detail(find_or_404(request, number))


@router.post(
    "/{int:number}/acknowledge", response=AlertDetail, summary="Say that you deal with an alert", auth=May(Right.REVIEW)
)
def acknowledge_alert(request: HttpRequest, number: int) -> dict[str, Any]:
    """Nobody is told of it any more, but of its end."""
    return change(request, number, alerts.acknowledge)


@router.post("/{int:number}/mute", response=AlertDetail, summary="Mute an alert for a while", auth=May(Right.REVIEW))
def mute_alert(request: HttpRequest, number: int, asked: NewMute) -> dict[str, Any]:
    """Nobody is told of it until then; if it still holds, they are then."""

    def mute(alert: Alert, who: str, now: datetime) -> None:
        alerts.mute(alert, now + timedelta(minutes=asked.minutes), who, now)

    return change(request, number, mute, minutes=asked.minutes)


@router.post("/{int:number}/unmute", response=AlertDetail, summary="End the mute of an alert", auth=May(Right.REVIEW))
def unmute_alert(request: HttpRequest, number: int) -> dict[str, Any]:
    return change(request, number, alerts.unmute)


@router.post("/{int:number}/resolve", response=AlertDetail, summary="Resolve an alert", auth=May(Right.REVIEW))
def resolve_alert(request: HttpRequest, number: int) -> dict[str, Any]:
    """As long as what it tells of goes on, it does not open again."""
    return change(request, number, alerts.resolve)


@router.post(
    "/{int:number}/accept", response=AlertDetail, summary="Accept drift as the new normal", auth=May(Right.REVIEW)
)
def accept_alert(request: HttpRequest, number: int) -> dict[str, Any]:
    """Its segment is compared with the days since the change from now on, and the alert is resolved."""
    return change(request, number, alerts.accept)


@router.post("/{int:number}/notes", response=AlertDetail, summary="Add a note to an alert", auth=May(Right.REVIEW))
def note_alert(request: HttpRequest, number: int, asked: NewAlertNote) -> dict[str, Any]:
    return change(request, number, lambda alert, who, now: alerts.note(alert, asked.text, who, now))


def change(
    request: HttpRequest, number: int, act: Callable[[Alert, str, datetime], None], **details: Any
) -> dict[str, Any]:
    """Have something done to an alert, and give it as it is then."""
    alert = find_or_404(request, number)
    with told_problems():
        act(alert, access_of(request).who, datetime.now(UTC))
    audit.describe(request, f"{alert.number}", **details)
    return describe_detail(find_or_404(request, number))


@contextmanager
def told_problems() -> Iterator[None]:
    """What cannot be is an answer, in words."""
    try:
        yield
    except ValueError as error:
        raise HttpError(422, str(error)) from None


def find_or_404(request: HttpRequest, number: int) -> Alert:
    alert = alerts.find_alert(project_of(request), number)
    if alert is None:
        raise HttpError(404, f"There is no alert {number} in this project; GET alerts lists them.")
    return alert


PLAIN = (
    *("number", "severity", "title", "sentence", "evidence", "segment", "value", "state", "lasts", "resolved_by"),
    *("acknowledged_by", "alarm_id", "event_id", "failure_mode_number", "conversation_id"),
)
TIMES = ("started_at", "opened_at", "last_at", "resolved_at", "acknowledged_at", "muted_until", "told_at")


def describe_alert(alert: Alert) -> dict[str, Any]:
    rule = {"id": alert.rule.pk, "name": alert.rule.name, "kind": alert.rule.kind}
    told = {name: getattr(alert, name) for name in PLAIN} | {"rule": rule}
    return told | {name: format_moment(getattr(alert, name)) for name in TIMES}


def describe_detail(alert: Alert) -> dict[str, Any]:
    own = Delivery.objects.filter(alert=alert, target__project_id=alert.project_id)
    sent = own.select_related("target", "alert").prefetch_related("log").order_by("-created_at", "-pk")
    return describe_alert(alert) | {
        "changes": [describe_change(each) for each in alerts.list_changes(alert)],
        "deliveries": [describe_delivery(each) for each in sent[:100]],
    }


def describe_change(change: AlertChange) -> dict[str, Any]:
    return {"time": format_moment(change.at), "who": change.who, "what": change.what, "text": change.text}
