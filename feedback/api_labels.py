"""REST of labels: what people say of what Tacit holds.

Of signals, that one is right, wrong or missing; of whole conversations, whether the user was satisfied.
"""

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
    write_confirmation,
)
from feedback.confirming import ConfirmationError, NoSignalError, confirm_signal
from feedback.labelling import NoConversationError, label_conversation, take_back_label
from feedback.labels import CONVERSATIONS, Label, LabelKey, decode_label_key, load_page, place_label
from tracing.access import audit
from tracing.access.decisions import Access
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Number, Time, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
Verdict = Literal["confirmed", "rejected"]
Outcome = Literal["satisfied", "dissatisfied"]
NO_LABEL = "There is no label of this id in this project; GET labels lists them."


class LabelResource(Schema):
    """What somebody said. Of a signal: which one, and how it was shown then (`score` is null where no detector had
    heard it). Of a conversation: `kind` is what was judged, and what only a signal has is null or empty. `queue` is the
    number of the review queue from which it follows, null where somebody said it by hand."""

    id: str
    target: Literal["signal", "conversation"]
    conversation_id: str
    turn_index: int | None
    kind: str
    label: str
    span_id: str
    verdict: Verdict | Outcome
    fired: bool | None
    score: Number | None
    said_by: str
    queue: int | None
    time: Time


class LabelPage(Schema):
    items: list[LabelResource]
    next_cursor: str | None


class LabelFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    target: Literal["", "signal", "conversation"] = Field("", description="What the label is about.")
    conversation_id: str = Field("", description="The conversation, or that of the signal.")
    kind: str = Field("", description="The kind of the signal; of a conversation `outcome`.", examples=["complaint"])
    verdict: Literal["", "confirmed", "rejected", "satisfied", "dissatisfied"] = Field(
        "", description="What was said of it."
    )


class NewSignalLabel(Schema):
    """A signal by its turn, kind and label, `span_id` only where a turn has several; null takes back what was said."""

    model_config = EXACTLY

    target: Literal["signal"]
    conversation_id: Annotated[str, Field(max_length=500)]
    turn_index: Annotated[int, Field(ge=0, le=LARGEST_TURN), WHOLE]
    kind: Annotated[str, Field(max_length=50, examples=["complaint"])]
    label: Annotated[str, Field(max_length=100)] = ""
    span_id: Annotated[str, Field(max_length=100)] | None = None
    verdict: Verdict | None


class NewConversationLabel(Schema):
    """Whether the user of a conversation was satisfied, as a reviewer judges it; null takes back one's own word."""

    model_config = EXACTLY

    target: Literal["conversation"]
    conversation_id: Annotated[str, Field(max_length=500)]
    kind: Literal["outcome"] = "outcome"
    verdict: Outcome | None


NewLabel = Annotated[NewSignalLabel | NewConversationLabel, Field(discriminator="target")]


class LabelledResource(Schema):
    """The label as it stands now; null where it was taken back."""

    id: str
    item: LabelResource | None


def describe_label(label: Said | Label) -> dict[str, Any]:
    return describe_judged(label) if isinstance(label, Label) else describe_said(label)


def describe_said(said: Said) -> dict[str, Any]:
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
        "queue": said.queue or None,
        "time": format_time(confirmation.time_ns),
    }


def describe_judged(label: Label) -> dict[str, Any]:
    nothing = {"turn_index": None, "label": "", "span_id": "", "fired": None, "score": None}
    return nothing | {
        "id": label.key.encode(),
        "target": CONVERSATIONS,
        "conversation_id": label.key.conversation_id,
        "kind": label.key.kind,
        "verdict": label.verdict,
        "said_by": label.key.said_by,
        "queue": label.queue or None,
        "time": format_time(label.time_ns),
    }


@router.get(
    "labels",
    response=LabelPage,
    summary="What people said of signals and conversations, latest first",
    auth=May(Right.READ),
)
def list_labels(
    request: HttpRequest, filters: Query[LabelFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Signals that were derived again keep what was said of them."""
    place = decode_cursor(cursor, "labels")
    found = load_page(get_store(), project_of(request).pk, place, limit + 1, filters.model_dump())
    page = found[:limit]
    return give_page("labels", list(map(describe_label, page)), place_label(page[-1]) if len(found) > limit else None)


@router.post(
    "labels",
    response=LabelledResource,
    summary="Confirm or reject a signal, or say whether a user was satisfied",
    auth=May(Right.REVIEW),
)
@transaction.non_atomic_requests
def add_label(request: HttpRequest, label: NewLabel) -> dict[str, Any]:
    """To confirm what no detector heard (a complaint, a correction and the like) says that it was missed. Of a
    conversation each reviewer has a word of their own, and it is estimated again at once."""
    if isinstance(label, NewConversationLabel):
        return add_conversation_label(request, access_of(request), label)
    return add_signal_label(request, access_of(request), label)


def add_signal_label(request: HttpRequest, access: Access, label: NewSignalLabel) -> dict[str, Any]:
    key = SignalKey(label.conversation_id, label.turn_index, label.kind, label.label, label.span_id or "")
    try:
        key, said = confirm_signal(
            get_store(), access.project.pk, key, label.verdict, access.who, is_whole=label.span_id is not None
        )
    except ConfirmationError as error:
        raise HttpError(404 if isinstance(error, NoSignalError) else 422, str(error)) from None
    details = {"turn_index": key.turn_index, "kind": key.kind, "label": key.label, "verdict": label.verdict}
    audit.describe(request, key.conversation_id, **details)
    return {"id": key.encode(), "item": describe_label(said) if said else None}


def add_conversation_label(request: HttpRequest, access: Access, label: NewConversationLabel) -> dict[str, Any]:
    key = LabelKey(label.conversation_id, label.kind, access.who)
    try:
        said = label_conversation(get_store(), access.project.pk, key, label.verdict or "")
    except NoConversationError as error:
        raise HttpError(404, str(error)) from None
    audit.describe(request, key.conversation_id, kind=key.kind, verdict=label.verdict)
    return {"id": key.encode(), "item": describe_label(said) if said else None}


@router.delete("labels/{label_id}", response={204: None}, summary="Take back a label", auth=May(Right.REVIEW))
@transaction.non_atomic_requests
def remove_label(request: HttpRequest, label_id: str) -> Status[None]:
    """As if it had not been said."""
    if key := decode_label_key(label_id):
        if not take_back_label(get_store(), project_of(request).pk, key):
            raise HttpError(404, NO_LABEL)
        audit.describe(request, key.conversation_id, kind=key.kind, said_by=key.said_by)
        return Status(204, None)
    return remove_signal_label(request, decode_key(label_id))


def remove_signal_label(request: HttpRequest, key: SignalKey | None) -> Status[None]:
    project_id = project_of(request).pk
    said = load_confirmations(get_store(), project_id, [key.conversation_id]) if key else {}
    if key is None or not any(each.key == key for each in said.get(key.conversation_id, [])):
        raise HttpError(404, NO_LABEL)
    write_confirmation(get_store(), project_id, key, None, None, "")
    audit.describe(request, key.conversation_id, turn_index=key.turn_index, kind=key.kind, label=key.label)
    return Status(204, None)
