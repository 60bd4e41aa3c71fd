"""REST of labels: what people say of what Tacit holds. So far of signals: that one is right, wrong or missing."""

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from feedback.confirmations import (
    LARGEST_TURN,
    SIGNALS,
    Said,
    SignalKey,
    decode_key,
    load_confirmations,
    load_page,
    place_said,
    write_confirmation,
)
from feedback.confirming import ConfirmationError, NoSignalError, confirm_signal
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Number, Time, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
Verdict = Literal["confirmed", "rejected"]


class LabelResource(Schema):
    """What somebody said of a signal, and how it was shown then: `score` is null where no detector had heard it."""

    id: str
    target: str
    conversation_id: str
    turn_index: int
    kind: str
    label: str
    span_id: str
    verdict: Verdict
    fired: bool
    score: Number | None
    said_by: str
    time: Time


class LabelPage(Schema):
    items: list[LabelResource]
    next_cursor: str | None


class LabelFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    target: Literal["", "signal"] = Field("", description="What the label is about.")
    conversation_id: str = Field("", description="The conversation of the signal.")
    kind: str = Field("", description="The kind of the signal.", examples=["complaint"])
    verdict: Literal["", "confirmed", "rejected"] = Field("", description="What was said of it.")


class NewLabel(Schema):
    """A signal by its turn, kind and label, `span_id` only where a turn has several; null takes back what was said."""

    model_config = EXACTLY

    target: Literal["signal"]
    conversation_id: Annotated[str, Field(max_length=500)]
    turn_index: Annotated[int, Field(ge=0, le=LARGEST_TURN), WHOLE]
    kind: Annotated[str, Field(max_length=50, examples=["complaint"])]
    label: Annotated[str, Field(max_length=100)] = ""
    span_id: Annotated[str, Field(max_length=100)] | None = None
    verdict: Verdict | None


class LabelledResource(Schema):
    """The label as it stands now; null where it was taken back."""

    id: str
    item: LabelResource | None


def describe_label(said: Said) -> dict[str, Any]:
    key, confirmation = said.key, said.confirmation
    return {
        "id": key.encode(),
        "target": SIGNALS,
        "conversation_id": key.conversation_id,
        "turn_index": key.turn_index,
        "kind": key.kind,
        "label": key.label,
        "span_id": key.span_id,
        "verdict": confirmation.verdict,
        "fired": said.fired,
        "score": said.score,
        "said_by": confirmation.said_by,
        "time": format_time(confirmation.time_ns),
    }


@router.get("labels", response=LabelPage, summary="What people said of signals, latest first", auth=May(Right.READ))
def list_labels(
    request: HttpRequest, filters: Query[LabelFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Signals that were derived again keep what was said of them."""
    given = {name: str(value) for name, value in filters.model_dump().items() if name != "target"}
    found = load_page(get_store(), project_of(request).pk, decode_cursor(cursor, "labels"), limit + 1, given)
    page = found[:limit]
    return give_page("labels", list(map(describe_label, page)), place_said(page[-1]) if len(found) > limit else None)


@router.post("labels", response=LabelledResource, summary="Confirm or reject a signal", auth=May(Right.REVIEW))
@transaction.non_atomic_requests
def add_label(request: HttpRequest, label: NewLabel) -> dict[str, Any]:
    """To confirm what no detector heard (a complaint, a correction and the like) says that it was missed."""
    access = access_of(request)
    key = SignalKey(label.conversation_id, label.turn_index, label.kind, label.label, label.span_id or "")
    said_by = access.actor.name or access.actor.kind.value
    try:
        key, said = confirm_signal(
            get_store(), access.project.pk, key, label.verdict, said_by, is_whole=label.span_id is not None
        )
    except ConfirmationError as error:
        raise HttpError(404 if isinstance(error, NoSignalError) else 422, str(error)) from None
    details = {"turn_index": key.turn_index, "kind": key.kind, "label": key.label, "verdict": label.verdict}
    audit.describe(request, key.conversation_id, **details)
    return {"id": key.encode(), "item": describe_label(said) if said else None}


@router.delete("labels/{label_id}", response={204: None}, summary="Take back a label", auth=May(Right.REVIEW))
@transaction.non_atomic_requests
def remove_label(request: HttpRequest, label_id: str) -> Status[None]:
    """As if it had not been said."""
    project_id, key = project_of(request).pk, decode_key(label_id)
    said = load_confirmations(get_store(), project_id, [key.conversation_id]) if key else {}
    if key is None or not any(each.key == key for each in said.get(key.conversation_id, [])):
        raise HttpError(404, "There is no label of this id in this project; GET labels lists them.")
    write_confirmation(get_store(), project_id, key, None, None, "")
    audit.describe(request, key.conversation_id, turn_index=key.turn_index, kind=key.kind, label=key.label)
    return Status(204, None)
