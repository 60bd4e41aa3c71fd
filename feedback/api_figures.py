"""REST of the overview: the figures of a time beside those of the time before it, as the page has them."""

import time
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from feedback.overview import Overview, load_overview, read_filters
from feedback.pages.cards import Period, build_thumbs
from feedback.pages.filters import LEADER_WORDS
from feedback.pages.overview import APART, list_slices
from feedback.pages.satisfaction_periods import Way
from feedback.pages.shares import Change, Share, compare_shares
from feedback.satisfaction.intervals import Interval
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.records.speed import Quantiles, Speed
from tracing.resources import Count, Number, Time, format_time
from tracing.store import get_store

router = Router(tags=["feedback"])
SECOND_NS = 10**9


class FigureFilters(Schema):
    """The time that is told of, and what it is narrowed by, as on the overview."""

    range: Annotated[Literal["24h", "7d", "30d"], Field(description="How long, up to now.")] = "7d"
    environment: Annotated[str, Field(description="Where the app ran.")] = ""
    service_name: Annotated[str, Field(description="The service that sent it.")] = ""
    model: Annotated[str, Field(description="A model that was asked or that answered.")] = ""
    machine: Annotated[
        Literal["", *LEADER_WORDS],  # type: ignore[valid-type]
        Field(description="Who led the conversations; people, unless a kind of machine, or yes for all, is named."),
    ] = ""


class FigureInterval(Schema):
    """A share (0 to 1) with the ends of its interval."""

    value: Number
    low: Number
    high: Number


class FigureChange(Schema):
    """How much a share rose against the time before; `clear` where its interval leaves no doubt about the direction."""

    difference: Number
    low: Number
    high: Number
    clear: bool


class FigureShare(Schema):
    """`part` of `whole`, with Wilson's interval of 95 %; null where there is no whole."""

    part: Count
    whole: Count
    share: FigureInterval | None
    change: FigureChange | None


class FigureWay(Schema):
    """The share of satisfied users, seen in one way; null where too little is known."""

    satisfied: FigureInterval | None
    change: FigureChange | None
    observed: Count


class FigureSatisfaction(Schema):
    """Three answers to one question, never added to each other; `likely` conversations look dissatisfied."""

    thumbs: FigureWay
    implicit: FigureWay
    corrected: FigureWay | None
    likely: Count
    reason: str


class SignalFigure(Schema):
    """In which share of conversations a kind of signal stands."""

    kind: str
    conversations: FigureShare


class FigureTimes(Schema):
    """Milliseconds under which half, 95 and 99 of a hundred calls stay, right to 1 %."""

    p50: Number
    p95: Number
    p99: Number


class CallFigures(Schema):
    """Model calls, machines' as well. Times are of answers in words; `good` ones did not fail and met the objective."""

    calls: Count
    errors: Count
    answers: Count
    good: Count | None
    cost_usd: Number | None
    unpriced: Count
    first_token_ms: FigureTimes | None
    token_ms: FigureTimes | None
    duration_ms: FigureTimes | None


class FigureSlice(Schema):
    """One slice of the time: what began in it, and how many of its users were satisfied."""

    start: Time
    conversations: Count
    thumbs: FigureInterval | None
    implicit: FigureInterval | None
    corrected: FigureInterval | None
    calls: CallFigures | None


class OverviewFigures(Schema):
    """Of a time, and of the one before it that is as long. `objective_ms` is how long an answer may take here."""

    conversations: Count
    conversations_before: Count
    turns: Count
    turns_before: Count
    satisfaction: FigureSatisfaction
    feedback: FigureShare
    thumbs: FigureShare
    signals: list[SignalFigure]
    objective_ms: Count | None
    calls: CallFigures
    calls_before: CallFigures
    slice_seconds: Count
    slices: list[FigureSlice]


@router.get(
    "figures",
    response=OverviewFigures,
    summary="What happened in a time, beside the time before it: satisfaction, signals, times, goodput, errors, cost",
    auth=May(Right.READ),
)
def show_figures(request: HttpRequest, filters: Query[FigureFilters]) -> dict[str, Any]:
    asked = read_filters({name: str(value) for name, value in filters})
    told = load_overview(get_store(), project_of(request).pk, asked, time.time_ns())
    return describe_overview(told)


def describe_overview(told: Overview) -> dict[str, Any]:
    now, before, thumbs = told.now, told.before, build_thumbs(told.now, told.before, told.filters)
    said = Share(before.count_thumbs("up") + before.count_thumbs("down"), before.turns)
    kinds = dict.fromkeys(kind for kind, label in (*now.fired, *before.fired) if not label and kind not in APART)
    return {
        "conversations": now.conversations,
        "conversations_before": before.conversations,
        "turns": now.turns,
        "turns_before": before.turns,
        "satisfaction": describe_satisfaction(told),
        "feedback": describe_share(thumbs.coverage, said),
        "thumbs": describe_share(thumbs.card.share, read_thumbs(before)),
        "signals": [
            {
                "kind": kind,
                "conversations": describe_share(now.share_conversations(kind), before.share_conversations(kind)),
            }
            for kind in sorted(kinds)
        ],
        "objective_ms": told.objective_ms,
        "calls": describe_calls(told.speed.now, told.objective_ms),
        "calls_before": describe_calls(told.speed.before, told.objective_ms),
        "slice_seconds": told.step_s,
        "slices": describe_slices(told),
    }


def read_thumbs(period: Period) -> Share:
    return Share(period.count_thumbs("up"), period.count_thumbs("up") + period.count_thumbs("down"))


def describe_satisfaction(told: Overview) -> dict[str, Any]:
    ways = told.ways
    return {
        "thumbs": describe_way(ways.thumbs),
        "implicit": describe_way(ways.implicit),
        "corrected": None if ways.verdicts_needed else describe_way(ways.corrected),
        "likely": ways.likely,
        "reason": ways.reason,
    }


def describe_way(way: Way) -> dict[str, Any]:
    satisfied, change = describe_interval(way.interval), describe_change(way.change)
    return {"satisfied": satisfied, "change": change, "observed": way.observed}


def describe_interval(interval: Interval | None) -> dict[str, float] | None:
    return {"value": interval.value, "low": interval.low, "high": interval.high} if interval else None


def describe_change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {"difference": change.difference, "low": change.low, "high": change.high, "clear": change.is_clear}


def describe_share(now: Share, before: Share) -> dict[str, Any]:
    return {
        "part": now.part,
        "whole": now.whole,
        "share": {"value": now.value, "low": now.low, "high": now.high} if now.whole else None,
        "change": describe_change(compare_shares(now, before)),
    }


def describe_calls(speed: Speed, objective_ms: int | None, *, is_slice: bool = False) -> dict[str, Any]:
    """Of a slice it is not known how many were in time."""
    return {
        "calls": speed.calls,
        "errors": speed.errors,
        "answers": speed.answers,
        "good": speed.count_within(objective_ms) if objective_ms and not is_slice else None,
        "cost_usd": speed.cost_usd,
        "unpriced": speed.unpriced,
        "first_token_ms": describe_times(speed.first_chunk_ms),
        "token_ms": describe_times(speed.token_ms),
        "duration_ms": describe_times(speed.duration_ms),
    }


def describe_times(times: Quantiles | None) -> dict[str, float] | None:
    return {"p50": times.p50, "p95": times.p95, "p99": times.p99} if times else None


def describe_slices(told: Overview) -> list[dict[str, Any]]:
    found = []
    for each in list_slices(told):
        second, ways = round(each.start.timestamp()), told.ways
        speed = told.speed.slices.get(second)
        found.append(
            {
                "start": format_time(second * SECOND_NS),
                "conversations": each.conversations,
                "thumbs": describe_interval(ways.thumbs.slices.get(second)),
                "implicit": describe_interval(ways.implicit.slices.get(second)),
                "corrected": None if ways.verdicts_needed else describe_interval(ways.corrected.slices.get(second)),
                "calls": describe_calls(speed, told.objective_ms, is_slice=True) if speed else None,
            }
        )
    return found
