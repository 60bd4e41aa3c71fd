"""REST of asking users what they think: whether to ask one now, what was decided, and how a project asks."""

import time
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints, model_validator

from feedback.api_feedback import TOO_MANY, PageKey
from feedback.asking import WORDS, Moment, Rules
from feedback.asks import DAYS, MOST_DAYS, TakenDecision, decide, load_asks, load_figures, load_rules, save_rules
from tracing.access import audit
from tracing.access.limits import LaterError
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.ingest import BacklogFullError
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Time, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
WITHIN_MS = 1_000
MOST_WITHIN_MS = 10_000
RETRY_AFTER_S = 1
MOST_ASKS = 1_000

NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Id = Annotated[str, StringConstraints(max_length=500, pattern=NO_CONTROL)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class NewAsk(Schema):
    """Who may be asked about what. Caps count by `user_id`, without one by conversation. `within_ms`: where it takes
    longer to decide, nothing is decided: the answer is no, its `id` empty, its `reason` `late`."""

    model_config = EXACTLY

    user_id: Annotated[Id, Field(examples=["anna"])] = ""
    conversation_id: Annotated[Id, Field(examples=["support-1"])] = ""
    message_id: Id = ""
    trace_id: Annotated[str, StringConstraints(pattern="^([0-9a-f]{32})?$")] = ""
    span_id: Annotated[str, StringConstraints(pattern="^([0-9a-f]{16})?$")] = ""
    within_ms: Annotated[int, Field(ge=1, le=MOST_WITHIN_MS), WHOLE] = WITHIN_MS

    @model_validator(mode="after")
    def check_ids(self) -> "NewAsk":
        if not (self.user_id or self.conversation_id or self.message_id):
            raise ValueError("Name a user_id, a conversation_id or a message_id: whom to ask, about what.")
        return self


class DecisionResource(Schema):
    """Whether to ask. What the user answers is feedback with this `id` as `ask_id` of its metadata. `propensity` is the
    probability with which this was asked; it and `reason` are null for keys of browsers."""

    id: str
    asked: bool
    propensity: float | None
    reason: str | None


class AskResource(Schema):
    """A decision as it was logged, with the estimate of P(dissatisfied) then."""

    id: str
    time: Time
    user_id: str
    conversation_id: str
    message_id: str
    trace_id: str
    span_id: str
    asked: bool
    propensity: float
    reason: str
    probability: float
    low: float
    high: float


class AskPage(Schema):
    items: list[AskResource]
    next_cursor: str | None


class AskFilters(Schema):
    """Each is compared whole; what is empty narrows nothing."""

    user_id: Annotated[str, Field(description="Who might have been asked.", examples=["anna"])] = ""
    conversation_id: str = ""
    reason: Annotated[str, Field(description="As the page of asking explains them.", examples=["uncertain"])] = ""
    asked: Annotated[str, Field(pattern="^(true|false)?$", description="`true` or `false`.")] = ""


class NewRules(Schema):
    """How a project asks. Of one user at most `most_asks` times in `days`; a random share of everybody; besides of
    those most in doubt `doubt_share`; where more than `day_share` of a day's decisions said yes, the random share
    alone."""

    model_config = EXACTLY

    is_on: bool = True
    most_asks: Annotated[int, Field(ge=1, le=MOST_ASKS), WHOLE] = 1
    days: Annotated[int, Field(ge=1, le=MOST_DAYS), WHOLE] = 7
    random_share: Share = 0.02
    doubt_share: Share = 0.2
    day_share: Share = 0.05


class ReasonResource(Schema):
    """Decisions of one reason: how many, how many asked, and of these how many were answered or declined."""

    reason: str
    what: str
    decided: int
    asks: int
    answered: int
    declined: int


class AskingResource(Schema):
    """How a project asks, and what came of it in the last `days_told` days."""

    rules: NewRules
    days_told: int
    reasons: list[ReasonResource]


@router.post(
    "asks",
    response=DecisionResource,
    summary="Whether to ask a user now",
    auth=May(Right.TELL, browsers=True),
    openapi_extra={"responses": {429: TOO_MANY}},
)
def ask_user(
    request: HttpRequest,
    ask: NewAsk,
    key: PageKey = "",  # noqa: ARG001 -- `read_request_key` has read it
) -> dict[str, Any]:
    """Asked again about the same message, or the same turn of a conversation, it answers the same."""
    until = time.monotonic() + ask.within_ms / 1000
    access = access_of(request)
    moment = Moment(**ask.model_dump(exclude={"within_ms"}))
    try:
        decision = decide(get_store(), access.project.pk, moment, until=until)
    except BacklogFullError as error:
        raise LaterError(503, "The log of decisions takes no more now; do not ask.", RETRY_AFTER_S) from error
    is_browser = access.key is not None and access.key.is_for_browsers
    told = {"propensity": None, "reason": None} if is_browser else asdict(decision)
    return {**told, "id": decision.ask_id, "asked": decision.asked}


@router.get("asks", response=AskPage, summary="Decisions whether to ask, latest first", auth=May(Right.READ))
def list_asks(
    request: HttpRequest, filters: Query[AskFilters], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Asked or not, with the probability with which each was taken."""
    place = decode_cursor(cursor, "asks")
    found = load_asks(get_store(), project_of(request).pk, place, limit + 1, filters.model_dump())
    page = found[:limit]
    next_place = Place(page[-1].time_ns, page[-1].decision.ask_id) if len(found) > limit else None
    return give_page("asks", [describe_ask(each) for each in page], next_place)


def describe_ask(taken: TakenDecision) -> dict[str, Any]:
    estimate = {"probability": taken.estimate.value, "low": taken.estimate.low, "high": taken.estimate.high}
    told = asdict(taken.moment) | asdict(taken.decision) | estimate
    return told | {"id": taken.decision.ask_id, "time": format_time(taken.time_ns)}


@router.get("asking", response=AskingResource, summary="How users are asked, and what came of it", auth=May(Right.READ))
def show_asking(request: HttpRequest) -> dict[str, Any]:
    project_id = project_of(request).pk
    figures = load_figures(get_store(), project_id)
    return {
        "rules": asdict(load_rules(project_id)),
        "days_told": DAYS,
        "reasons": [asdict(each) | {"what": WORDS.get(each.reason, each.reason)} for each in figures],
    }


@router.put("asking", response=AskingResource, summary="Change how users are asked", auth=May(Right.EDIT))
def set_asking(request: HttpRequest, rules: NewRules) -> dict[str, Any]:
    """Holds for the next decision; what was decided stays."""
    save_rules(project_of(request).pk, Rules(**rules.model_dump()))
    audit.describe(request, **rules.model_dump())
    return show_asking(request)
