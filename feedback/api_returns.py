"""REST of what users do after conversations, of the holdout, and of answers that feed on their own praise."""

import time
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from feedback.datasets.holdout import LARGEST_SHARE
from feedback.goals import LONGEST_NAME, MOST_DAYS, Goal, find_fault, load_goal, set_goal
from feedback.holdouts import load_holdout, set_holdout
from feedback.loop_list import load_loops
from feedback.return_list import load_returns
from feedback.returns import Effect, Outcome
from tracing.access import audit
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import ConversationFilters
from tracing.resources import EXACTLY, WHOLE, Time, format_time
from tracing.sent_ids import know_ids
from tracing.store import get_store

router = Router(tags=["feedback"])
Measure = Annotated[
    Outcome, Query(description="What users are followed for: they come back, drop off, or reach the goal.")
]
HeldOutUser = Annotated[str, Query(max_length=1000, description="A user of whom to say whether they are held out.")]


class IntervalResource(Schema):
    """A number with its interval of 90 %."""

    value: float
    low: float
    high: float


class EffectResource(Schema):
    """What conversations in which a signal stood (or `dissatisfied`: those likely so) go with. `difference` is `rate`,
    the share of users' weeks with the outcome after them, less `alike`, that after other conversations of users who had
    been as active; `plain` is the difference without regard to that. `cost` is in users a week, and `is_told` says
    whether it can be told apart from nothing. All of it is an association."""

    exposure: str
    conversations: int
    users: int
    users_a_week: float
    rate: float
    alike: float
    difference: IntervalResource
    plain: float
    cost: IntervalResource
    is_told: bool


class ReturnsResource(Schema):
    """`conversations` of known users were read, the time of `complete` of them was over when the data ended, and these
    are of `users`. Of a large project all conversations of one user in `one_in` are read, chosen by chance; users a
    week are of all. `is_all`: no older ones were left out. The dearest come first."""

    measure: str
    days: int
    goal: str
    conversations: int
    complete: int
    users: int
    one_in: int
    is_all: bool
    data_end: Time | None
    items: list[EffectResource]


class GoalResource(Schema):
    """The name of the feedback that says that a user reached the app's goal, and in how many days users come back."""

    goal: str
    days: int


class NewGoal(Schema):
    model_config = EXACTLY

    goal: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS), WHOLE] = 7


class HoldoutResource(Schema):
    """Which share of users is held out of exports; `held_out` says it of the user that was asked for, else null."""

    share: float
    held_out: bool | None


class NewHoldout(Schema):
    model_config = EXACTLY

    share: Annotated[float, Field(ge=0, le=LARGEST_SHARE, allow_inf_nan=False)]


class LoopResource(Schema):
    """A model, a prompt or a form of answers. Trends are in log odds a week: of its share of the traffic, of praise
    among those exposed, and by how much the latter is over that of the control (`holdout`, or its own weeks `before`).
    All three are null, and `control` is empty, where there is too little to say. `p` is corrected for the number of
    items."""

    item: str
    control: str
    weeks: int
    exposed: int
    praised: int
    exposure: IntervalResource | None
    praise: IntervalResource | None
    difference: IntervalResource | None
    p: float
    is_warning: bool


class LoopList(Schema):
    """Of the last 16 whole weeks: conversations of people, and how many of them are held out."""

    weeks: int
    conversations: int
    held_out: int
    items: list[LoopResource]


@router.get(
    "returns",
    response=ReturnsResource,
    summary="What users do after conversations",
    operation_id="show_returns",
    auth=May(Right.READ),
)
def show_returns(
    request: HttpRequest, filters: Query[ConversationFilters], measure: Measure = "return"
) -> dict[str, Any]:
    """By signal: whether users come back, drop off or reach the goal, against others who had been as active."""
    project_id = project_of(request).pk
    goal = load_goal(project_id)
    found = load_returns(
        get_store(), project_id, know_ids(project_id, filters.read()), measure, goal.days, goal.name, time.time_ns()
    )
    return {
        "measure": measure,
        "days": goal.days,
        "goal": goal.name,
        "conversations": found.conversations,
        "complete": found.complete,
        "users": found.users,
        "one_in": found.one_in,
        "is_all": found.is_all,
        "data_end": format_time(found.end_ns) if found.end_ns else None,
        "items": [describe_effect(each) for each in found.effects],
    }


def describe_effect(effect: Effect) -> dict[str, Any]:
    return asdict(effect) | {"is_told": effect.cost.is_told}


@router.put(
    "returns/goal",
    response=GoalResource,
    summary="The app's goal",
    operation_id="set_goal",
    auth=May(Right.EDIT),
)
def put_goal(request: HttpRequest, goal: NewGoal) -> dict[str, Any]:
    """And in how many days its users come back."""
    new = Goal(goal.goal.strip(), goal.days)
    if fault := find_fault(new):
        raise HttpError(422, fault)
    set_goal(project_of(request).pk, new)
    audit.describe(request, new.name, days=new.days)
    return {"goal": new.name, "days": new.days}


@router.get(
    "holdout",
    response=HoldoutResource,
    summary="Whom exports leave out",
    operation_id="show_holdout",
    auth=May(Right.READ),
)
def show_holdout(request: HttpRequest, user_id: HeldOutUser = "") -> dict[str, Any]:
    """The share of users, and whether one of them is among them, so that an app can treat them alike."""
    holdout = load_holdout(project_of(request).pk)
    return {"share": holdout.share, "held_out": holdout.holds(user_id) if user_id else None}


@router.put(
    "holdout",
    response=HoldoutResource,
    summary="Hold users out",
    operation_id="set_holdout",
    auth=May(Right.EDIT),
)
def put_holdout(request: HttpRequest, holdout: NewHoldout) -> dict[str, Any]:
    """Always the same ones; 0 holds nobody out."""
    set_holdout(project_of(request).pk, holdout.share)
    audit.describe(request, share=holdout.share)
    return {"share": holdout.share, "held_out": None}


@router.get(
    "loops",
    response=LoopList,
    summary="Answers that may feed on their own praise",
    operation_id="list_loops",
    auth=May(Right.READ),
)
def list_loops(request: HttpRequest) -> dict[str, Any]:
    """Whose exposure grows together with the praise that they get, and more so than in the holdout or before."""
    project_id = project_of(request).pk
    found = load_loops(get_store(), project_id, load_holdout(project_id), time.time_ns())
    return {
        "weeks": found.weeks,
        "conversations": found.conversations,
        "held_out": found.held_out,
        "items": [asdict(loop) | {"is_warning": loop.is_warning} for loop in found.loops],
    }
