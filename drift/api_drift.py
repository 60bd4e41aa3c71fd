"""REST of drift: how each segment looks by day, its alarms, and what would have been told in the past."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from ninja.errors import HttpError

from drift.detection.causes import Cause
from drift.models import DriftAlarm
from drift.watching.alarm_records import accept_alarm
from drift.watching.alarms import FoundAlarm, find_alarms
from drift.watching.completeness import measure_completeness
from drift.watching.outlooks import DAYS, Outlook, SegmentOutlook, load_outlook
from drift.watching.passes import find_last_day, load_version
from drift.watching.segments import read_segment_name
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import Day, Time, format_moment
from tracing.store import get_store
from tracing.times import EPOCH

router = Router(tags=["drift"])
ALARMS = "drift/alarms"
LARGEST_NUMBER = 2**63 - 1
MOST_DAYS = 366
SHOWN = 90
DAY_NS = 86_400 * 10**9
CauseName = Annotated[str, Field(description="One of " + ", ".join(Cause) + ".", examples=["model"])]
AlarmNumber = Annotated[int, Path(ge=0, le=LARGEST_NUMBER, description="The alarm, by its `number`.")]
SegmentKey = Annotated[str, Path(description="The segment, by its `key`.", max_length=100)]
Days = Annotated[int, Query(ge=1, le=DAYS, description="So many days in UTC, yesterday the last.")]


class SegmentName(Schema):
    """Where something is watched. Null stands for all prompt versions, or all models; a whole (no part) that has one
    says which."""

    service_name: str
    environment: str
    prompt_version: str | None
    model: str | None
    is_part: bool


class SegmentResource(Schema):
    """A segment that is watched. While `learning` it needs so many days more until the first can be judged;
    `step_days` is 7 where there are so few conversations that weeks are compared. `scores` are the evidence of each of
    `days`, null where none is judged; from `bound` on it is an alarm."""

    key: str
    segment: SegmentName
    words: str
    state: Literal["learning", "watching", "warning", "alarm"]
    learning: int
    step_days: int
    bound: float
    scores: list[float | None]


class DriftResource(Schema):
    """`watched_at` is when days were looked at last; null where they never were. `lag_seconds` is the age of the oldest
    row that is not in the days yet, 0 where none is, and `is_recounting` says that they are about to be counted by
    other topics."""

    days: list[Day]
    items: list[SegmentResource]
    watched_at: Time | None
    lag_seconds: float
    is_recounting: bool


class LineResource(Schema):
    """A metric by day, null where it is unknown: what it was, and what was expected of it. `part` names the topic."""

    metric: str
    part: str
    values: list[float | None]
    expected: list[float | None]


class SegmentDays(SegmentResource):
    """With conversations, what each family adds to the scores, and each metric, by day."""

    days: list[Day]
    conversations: list[float | None]
    families: dict[str, list[float | None]]
    metrics: list[LineResource]


class CauseResource(Schema):
    """A likely cause with its share of all that it may be; `events` are those of `drift/events` that speak for it."""

    cause: CauseName
    share: float
    sentence: str
    events: list[int]


class MoveResource(Schema):
    """A metric that moved: means of the days before and after, and the shift, in standard deviations of conversations
    or as a share; `share` is that of the evidence. `part` names the topic."""

    name: str
    part: str
    family: str
    started: Day
    share: float
    shift: float
    before: float
    after: float


class AlarmResource(Schema):
    """A segment is no longer as it was. It came on `day`, about a change that began on `started`. While it is `open`
    its segment raises no other; `accepted` is the new normal, by somebody or (`closed_by` empty) after four weeks;
    `gone` is back to the old ways since `gone_since`. `families` share the evidence."""

    number: int
    segment: SegmentName
    segment_key: str
    day: Day
    started: Day
    score: float
    bound: float
    cause: CauseName
    causes: list[CauseResource]
    families: dict[str, float]
    moves: list[MoveResource]
    state: Literal["open", "accepted", "gone"]
    found_at: Time
    closed_at: Time | None
    closed_by: str
    gone_since: Day | None


class AlarmPage(Schema):
    items: list[AlarmResource]
    next_cursor: str | None


class BacktestAlarm(Schema):
    """What would have been told on a day."""

    date: Day
    segment: SegmentName
    families: list[str]
    cause: CauseName
    score: float
    started: Day
    sentence: str


class Backtest(Schema):
    items: list[BacktestAlarm]


@router.get(
    "", response=DriftResource, summary="The segments that are watched, and how they look", auth=May(Right.READ)
)
def show_drift(request: HttpRequest, days: Days = SHOWN) -> dict[str, Any]:
    """The busiest first, as the latest look at them has it: every day is looked at once it is over."""
    outlook = find_outlook(request, days)
    items = [describe_segment(segment) for segment in outlook.segments]
    told = asdict(measure_completeness(get_store(), project_of(request).pk))
    return {"days": outlook.days, "items": items, "watched_at": format_moment(outlook.watched_at)} | told


@router.get(
    "segments/{key}/days", response=SegmentDays, summary="One segment with all that is measured", auth=May(Right.READ)
)
def show_drift_segment(request: HttpRequest, key: SegmentKey, days: Days = SHOWN) -> dict[str, Any]:
    """By the `key` that `drift` gives."""
    outlook = find_outlook(request, days)
    segment = outlook.find(key)
    if segment is None:
        raise HttpError(404, f"No segment {key} is watched in this project; GET drift lists them.")
    metrics = [
        {"metric": line.metric, "part": line.part, "values": line.values, "expected": line.expected}
        for line in segment.lines
    ]
    told = {"conversations": segment.conversations, "families": segment.families, "metrics": metrics}
    return describe_segment(segment) | told | {"days": outlook.days}


def find_outlook(request: HttpRequest, days: int) -> Outlook:
    return load_outlook(project_of(request).pk, find_last_day(datetime.now(UTC)), days)


def describe_segment(segment: SegmentOutlook) -> dict[str, Any]:
    return {
        "key": segment.name.key,
        "segment": segment.name.write(),
        "words": segment.name.words,
        "state": segment.state,
        "learning": segment.learning,
        "step_days": segment.step_days,
        "bound": segment.bound,
        "scores": segment.scores,
    }


@router.get("alarms", response=AlarmPage, summary="Alarms of drift, the latest first", auth=May(Right.READ))
def list_drift_alarms(
    request: HttpRequest,
    state: Annotated[Literal["", "open", "accepted", "gone"], Query(description="Empty for all.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    place = decode_cursor(cursor, ALARMS)
    found = DriftAlarm.objects.filter(project=project_of(request)).order_by("-day", "-pk")
    found = found.filter(state=state) if state else found
    page = [alarm for alarm in found if place_alarm(alarm) < (place.time_ns, place.id)][: limit + 1]
    items = [describe_alarm(alarm) for alarm in page[:limit]]
    return give_page(ALARMS, items, Place(*place_alarm(page[limit - 1])) if len(page) > limit else None)


def place_alarm(alarm: DriftAlarm) -> tuple[int, str]:
    return (alarm.day - EPOCH.date()).days * DAY_NS, f"{alarm.pk:020d}"


@router.get(
    "alarms/{int:number}", response=AlarmResource, summary="One alarm of drift, with its causes", auth=May(Right.READ)
)
def show_drift_alarm(request: HttpRequest, number: AlarmNumber) -> dict[str, Any]:
    return describe_alarm(find_alarm(request, number))


@router.post(
    "alarms/{int:number}/accept",
    response=AlarmResource,
    summary="Make a change the new normal",
    auth=May(Right.REVIEW),
)
def accept_drift_alarm(request: HttpRequest, number: AlarmNumber) -> dict[str, Any]:
    """Its segment learns anew from the day on which the change began. An alarm that is closed stays as it is."""
    alarm = find_alarm(request, number)
    audit.describe(request, f"{number}", started=alarm.started.isoformat(), cause=alarm.cause)
    return describe_alarm(accept_alarm(alarm, access_of(request).who, datetime.now(UTC)))


def find_alarm(request: HttpRequest, number: int) -> DriftAlarm:
    alarm = DriftAlarm.objects.filter(project=project_of(request), pk=number).first()
    if alarm is None:
        raise HttpError(404, f"There is no alarm {number} in this project.")
    return alarm


def describe_alarm(alarm: DriftAlarm) -> dict[str, Any]:
    names = ("segment_key", "day", "started", "score", "bound", "cause", "causes", "families", "moves", "state")
    return {name: getattr(alarm, name) for name in (*names, "closed_by", "gone_since")} | {
        "number": alarm.pk,
        "segment": read_segment_name(alarm.segment).write(),
        "found_at": format_moment(alarm.found_at),
        "closed_at": format_moment(alarm.closed_at),
    }


@router.get("backtest", response=Backtest, summary="What would have been told in the past", auth=May(Right.READ))
@transaction.non_atomic_requests
def run_backtest(
    request: HttpRequest,
    first: Annotated[Day, Query(alias="from", description="The first day (UTC); days before it are the baseline.")],
    last: Annotated[Day, Query(alias="to", description="The last day, included.")],
) -> dict[str, Any]:
    """Walks over what is stored day by day, each change becoming the new normal at once. 422 where the days are in the
    wrong order or too many, 404 where no conversation is stored up to the last of them."""
    check_days(first, last)
    project = project_of(request)
    if not load_version(get_store(), project.pk, last):
        raise HttpError(404, f"No conversations are stored up to {last} in project {project.slug}.")
    found = find_alarms(get_store(), project.pk, last, since=first)
    return {"items": list(describe_found(found))}


def check_days(first: date, last: date) -> None:
    if last < first:
        raise HttpError(422, f"The first day, {first}, is after the last, {last}: give the earlier one as `from`.")
    if last - first >= timedelta(days=MOST_DAYS):
        raise HttpError(422, f"{first} to {last} are more than {MOST_DAYS} days; ask for a part of them.")


def describe_found(alarms: Iterable[FoundAlarm]) -> Iterable[dict[str, Any]]:
    for alarm in alarms:
        yield {
            "date": alarm.day,
            "segment": alarm.name.write(),
            "families": sorted(alarm.families, key=lambda family: -alarm.families[family]),
            "cause": alarm.cause.value,
            "score": alarm.score,
            "started": alarm.started,
            "sentence": alarm.causes[0].sentence,
        }
