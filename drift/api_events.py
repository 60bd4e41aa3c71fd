"""REST of the ledger: what the app or its provider changed, from what to what, and how it spread."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from drift.ledger.diffs import Diff, compare_objects, compare_texts
from drift.ledger.fields import INSTRUCTIONS, TITLES
from drift.ledger.rollout import HOUR_NS, Share
from drift.models import LedgerEvent
from drift.pages.diffs import read_object
from drift.recording.events import Part, find_event, select_events
from drift.recording.rollouts import load_rollout
from drift.recording.sentences import tell_event
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import Day, Time, format_moment, format_time
from tracing.times import to_ns

router = Router(tags=["drift"])
LIST = "drift/events"
LARGEST_NUMBER = 2**63 - 1
NAMES = "|".join(TITLES)
FieldFilter = Annotated[
    str,
    Query(
        pattern=f"^(?:(?:{NAMES})(?:,(?:{NAMES}))*)?$",
        description="What changed, several separated by commas: " + ", ".join(TITLES) + ".",
        examples=["system_instructions,response_model"],
    ),
]
ServiceFilter = Annotated[str, Query(description="The service; empty for all.", max_length=300)]
EnvironmentFilter = Annotated[str, Query(description="The environment; empty for all.", max_length=300)]
SinceFilter = Annotated[Day | None, Query(description="The first day in UTC, such as 2026-11-21.")]


class LedgerEventResource(Schema):
    """A change, at the first call that had it. `field` says of what, `name` of which parameter, tool or part; `prompt`
    is the prompt's name, or a digest that stands for it. `kind` is `new`, `back` (to what was before) or `both` (two
    are in use at once, told once). `old` and `new` hold the texts, with «name» where the app fills something in; empty
    where there was none, or is none. `sentence` says it in words."""

    number: int
    time: Time
    sentence: str
    service_name: str
    environment: str
    field: str
    name: str
    kind: Literal["new", "back", "both"]
    prompt: str
    old: str
    new: str
    trace_id: str
    span_id: str
    told_at: Time


class EventPage(Schema):
    items: list[LedgerEventResource]
    next_cursor: str | None


class PartResource(Schema):
    kind: Literal["equal", "removed", "added"]
    text: str


class DiffLineResource(Schema):
    """A line with its numbers in both texts; of a line that was changed, `parts` hold old and new words."""

    old_number: int | None
    new_number: int | None
    parts: list[PartResource]


class DiffKeyResource(Schema):
    """A key of an object, such as a tool's definition; null where it was or is absent."""

    path: str
    old: str | None
    new: str | None


class DiffResource(Schema):
    """Hunks of changed lines with those around them, of objects `keys`; `is_cut` where there is more."""

    hunks: list[list[DiffLineResource]]
    keys: list[DiffKeyResource]
    is_cut: bool


class ShareResource(Schema):
    """An hour with calls, and which share of them had the new value and which the old one."""

    time: Time
    calls: int
    new_share: float
    old_share: float


class EventDetail(LedgerEventResource):
    """With what differs, and how the change spread in the last fourteen days: `rollout` is empty for what is not
    counted by value (parameters, definitions of tools, retrieval and SDK)."""

    diff: DiffResource
    rollout: list[ShareResource]


@router.get(
    "", response=EventPage, summary="What the app or its provider changed, the latest first", auth=May(Right.READ)
)
def list_drift_events(
    request: HttpRequest,
    field: FieldFilter = "",
    service_name: ServiceFilter = "",
    environment: EnvironmentFilter = "",
    since: SinceFilter = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    place = decode_cursor(cursor, LIST)
    found = select_events(project_of(request).pk)
    if field:
        found = found.filter(field__in=field.split(","))
    if service_name:
        found = found.filter(service_name=service_name)
    if environment:
        found = found.filter(environment=environment)
    if since:
        found = found.filter(time_ns__gte=to_ns(datetime(since.year, since.month, since.day, tzinfo=UTC)))
    if cursor:
        before = Q(time_ns=place.time_ns, pk__lt=read_id(place.id)) | Q(time_ns__lt=place.time_ns)
        found = found.filter(before)
    rows = list(found[: limit + 1])
    page = rows[:limit]
    end = Place(page[-1].time_ns, f"{page[-1].pk}") if rows[limit:] else None
    return give_page(LIST, [describe_event(event) for event in page], end)


@router.get(
    "{int:number}", response=EventDetail, summary="One change, with its diff and how it spread", auth=May(Right.READ)
)
def show_drift_event(request: HttpRequest, number: int) -> dict[str, Any]:
    event = find_event(project_of(request).pk, number) if number <= LARGEST_NUMBER else None
    if event is None:
        raise HttpError(404, f"There is no change {number} in this project.")
    part = Part(event.service_name, event.environment)
    shares = load_rollout(event.project_id, part, event.field)
    return describe_event(event) | {
        "diff": describe_diff(event),
        "rollout": list(describe_rollout(shares, event))
        if any(share.digest == event.digest for share in shares)
        else [],
    }


def read_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def describe_event(event: LedgerEvent) -> dict[str, Any]:
    names = ("service_name", "environment", "field", "name", "kind", "prompt", "old", "new", "trace_id", "span_id")
    told = {name: getattr(event, name) for name in names}
    times = {"time": format_time(event.time_ns), "told_at": format_moment(event.told_at)}
    return {"number": event.pk, "sentence": tell_event(event)} | told | times


def describe_diff(event: LedgerEvent) -> dict[str, Any]:
    old, new = (read_object(text) for text in (event.old, event.new))
    if event.field != INSTRUCTIONS and old is not None and new is not None:
        keys = [{"path": each.path, "old": each.old, "new": each.new} for each in compare_objects(old, new)]
        return {"hunks": [], "keys": keys, "is_cut": False}
    diff = compare_texts(event.old, event.new)
    return {"hunks": describe_hunks(diff), "keys": [], "is_cut": diff.is_cut}


def describe_hunks(diff: Diff) -> list[list[dict[str, Any]]]:
    return [
        [
            {
                "old_number": line.old_number,
                "new_number": line.new_number,
                "parts": [{"kind": part.kind, "text": part.text} for part in line.parts],
            }
            for line in hunk
        ]
        for hunk in diff.hunks
    ]


def describe_rollout(shares: Iterable[Share], event: LedgerEvent) -> Iterable[dict[str, Any]]:
    hours: dict[int, list[Share]] = {}
    for share in shares:
        hours.setdefault(share.hour, []).append(share)
    for hour, found in hours.items():
        told = {share.digest: share.share for share in found}
        yield {
            "time": format_time(hour * HOUR_NS),
            "calls": sum(share.calls for share in found),
            "new_share": told.get(event.digest, 0.0),
            "old_share": told.get(event.old_digest, 0.0),
        }
