"""REST of satisfaction: the shares of dissatisfied conversations, side by side, over any filter."""

import time
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from feedback.satisfaction import estimate_rates, fit_satisfaction, load_defaults, tabulate
from feedback.satisfaction_fits import tell_rates
from feedback.satisfaction_records import load_known
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.api_filters import ConversationFilters
from tracing.resources import Count, Number
from tracing.sent_ids import know_ids
from tracing.store import get_store

router = Router(tags=["feedback"])

MOST = 10_000
"""The latest so many that match are read."""
NOTHING = {"conversations": 0, "implicit": None, "thumbs": None, "corrected": None, "leaning": None}
NO_CONVERSATION = "no conversation of people that was listened to matches"


class IntervalResource(Schema):
    """A share with its interval of 90 %."""

    value: Number
    low: Number
    high: Number


class ThumbsResource(Schema):
    """Thumbs and ratings as they came; `effective` is how many of so many different users would say as much."""

    share: IntervalResource
    thumbs: Count
    users: Count
    effective: Number


class LeaningResource(Schema):
    """How much the corrected rate leans on few: what the verdicts, each weighed by the inverse of how likely it was,
    say by themselves (`rate`), how many of equal weight would say as much, the largest weight's share, and how many
    were cut."""

    rate: Number
    effective: Number
    largest: Number
    clipped: Count


class SatisfactionResource(Schema):
    """Three shares of dissatisfied conversations, never added to each other. `reason` says what the corrected one rests
    on, or why there is none. `is_all`: no older conversations were left out (10,000 are read)."""

    conversations: Count
    is_all: bool
    thumbs: ThumbsResource | None
    implicit: IntervalResource | None
    corrected: IntervalResource | None
    leaning: LeaningResource | None
    reason: str


@router.get(
    "satisfaction",
    response=SatisfactionResource,
    summary="How many users were dissatisfied: by thumbs alone, by signals alone, and by both, corrected",
    auth=May(Right.READ),
)
def show_satisfaction(request: HttpRequest, filters: Query[ConversationFilters]) -> dict[str, Any]:
    known = load_known(
        get_store(), project_of(request).pk, know_ids(project_of(request).pk, filters.read()), MOST + 1, time.time_ns()
    )
    facts = known.facts[:MOST]
    if not facts:
        return {**NOTHING, "is_all": True, "reason": NO_CONVERSATION}
    table = tabulate(facts, known.verdicts, load_defaults())
    rates = estimate_rates(fit_satisfaction(table), table)
    return tell_rates(rates) | {"is_all": len(known.facts) <= MOST}
