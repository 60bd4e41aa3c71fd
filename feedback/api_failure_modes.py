"""REST of failure modes: what goes wrong, how bad it is and whether it is mended, and what people do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from feedback.api_returns import IntervalResource
from feedback.failures import changes, delivery, history
from feedback.failures.life import ShownState
from feedback.failures.listing import DAYS, ListedMode, find_mode, list_modes
from feedback.failures.severity import LEVELS, Level
from feedback.failures.splits import Half, Split
from feedback.failures.verifying import Fix
from feedback.models import FailureModeChange
from tracing.access import audit
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right
from tracing.api import project_of
from tracing.paging import Cursor, Limit, Place, decode_cursor, give_page
from tracing.resources import EXACTLY, WHOLE, Number, Time, format_moment
from tracing.store import get_store
from tracing.times import EPOCH

router = Router(tags=["feedback"])
LARGEST_NUMBER = 2**31 - 1
MOST_DAYS = 365
MOST_HISTORY = 200
What = Literal[
    "found",
    "surging",
    "calmed",
    "verified",
    "regressed",
    "grew",
    "joined",
    "named",
    "merged",
    "split",
    "resolved",
    "reopened",
    "ignored",
    "owned",
    "ticket",
    "note",
    "reviewed",
]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Figures are of so many days in UTC, today the last.")]
StateFilter = Annotated[
    Literal["", "open", "new", "ongoing", "regressed", "resolved", "ignored"],
    Query(description="The state; `open` is new, ongoing and regressed."),
]
OPEN_STATES = ("new", "ongoing", "regressed")


class SeverityResource(Schema):
    """How bad it is, and why, in words, the weightiest reason first."""

    level: Level
    reasons: list[str]


class CountResource(Schema):
    """Conversations, and those of them that are in the failure mode."""

    conversations: int
    failing: int


class FixResource(Schema):
    """Whether the fix of a mode that was resolved works. `words` is one of `verified fixed`, `not enough data yet
    (needs about N more conversations)`, `regressed`, or `not seen yet` where no conversation had the release or
    version. `ratio` is the rate after by that before, between `low` and `high`, which hold however often one looks;
    `needed` is that N."""

    words: str
    verdict: Literal["", "fixed", "regressed", "unknown"]
    before: CountResource
    after: CountResource
    ratio: Number | None
    low: Number | None
    high: Number | None
    needed: int


class FailureModeResource(Schema):
    """A failure mode. `title` is the name that people gave it, else `found_title`. Conversations, users and cost are of
    the days that were asked for, `days` has the conversations by day, the oldest first; `share` is that of all
    conversations of people, with an interval of 90 %. `trend` is how many times as common it is in the latest seven
    days as in the four weeks before, with an interval of 95 %; null where there is too little. `fix` is null unless it
    was resolved, and for half a minute after. Reviewers looked at `reviewed` of its conversations, of which `belonging`
    belong to it; it `is_verified` where five or more were reviewed and surely more than half of all belong."""

    number: int
    title: str
    found_title: str
    line: str
    family: str
    state: ShownState
    surging: bool
    severity: SeverityResource
    conversations: int
    users: int
    cost_usd: Number | None
    share: IntervalResource
    days: list[int]
    trend: IntervalResource | None
    all_conversations: int
    first_time: Time
    last_time: Time
    found_at: Time
    owner: str
    ticket: str
    resolved_in_kind: str
    resolved_in: str
    resolved_at: Time | None
    ignored_until_count: int | None
    fix: FixResource | None
    reviewed: int
    belonging: int
    is_verified: bool


class FailureTotals(Schema):
    """Of the same days: conversations of people, those that failed, and those of them that are in a failure mode."""

    conversations: int
    failing: int
    in_modes: int
    days: list[int]


class FailureModePage(Schema):
    items: list[FailureModeResource]
    totals: FailureTotals
    next_cursor: str | None


class TermResource(Schema):
    """A word or two that marks the mode: the share of its turns that hold it, and of others."""

    text: str
    within: float
    elsewhere: float


class LiftResource(Schema):
    """How much higher the odds of failing are around this mode's requests and answers than elsewhere, with an interval
    of 90 %; `claimed` where that is no chance, corrected for all modes."""

    ratio: Number | None
    low: Number | None
    high: Number | None
    p: float
    claimed: bool


class SliceResource(Schema):
    """Where the mode comes up more than others do: the share of its turns in it and of others, and the ratio of the
    odds; `p` is corrected for all that was looked at."""

    name: str
    value: str
    within: float
    elsewhere: float
    ratio: Number | None
    low: Number | None
    high: Number | None
    p: float


class PlaceResource(Schema):
    """A turn."""

    conversation_id: str
    turn_index: int


class SignalCountResource(Schema):
    """In how many of its turns a kind of signal told the failure."""

    kind: str
    count: int


class ChangeResource(Schema):
    """Something that happened to a mode; `who` is empty where it happened by itself, `text` is a note or value."""

    id: int
    number: int
    title: str
    what: What
    who: str
    text: str
    time: Time


class HalfResource(Schema):
    """Conversations that would be a mode of their own, by what sets them apart."""

    title: str
    conversation_ids: list[str]


class SplitResource(Schema):
    """The two halves that the mode would best be cut into; `likeness` is that across by that within. POST the ids of
    `moves` to `split`."""

    stays: HalfResource
    moves: HalfResource
    likeness: float


class FailureModeDetail(FailureModeResource):
    """With what is known of it: the words that mark it, lift, slices, signals, examples nearest the centre (`central`)
    and farthest from it (`edge`), its history, the latest first, and how it could be split, null where it is all alike.
    """

    terms: list[TermResource]
    lift: LiftResource | None
    slices: list[SliceResource]
    signals: list[SignalCountResource]
    central: list[PlaceResource]
    edge: list[PlaceResource]
    changes: list[ChangeResource]
    proposed_split: SplitResource | None


class ChangePage(Schema):
    items: list[ChangeResource]
    next_cursor: str | None


class MeanTimeResource(Schema):
    """`seconds` is the mean of `count`; null where there is nothing. `words` says of what."""

    seconds: float | None
    count: int
    words: str


class FailedChangeResource(Schema):
    """A release, or a version of a prompt (as `prompt:version`), and the failure modes that it brought."""

    kind: Literal["release", "prompt_version"]
    name: str
    first_seen: Time
    modes: list[int]


class ChangeRateResource(Schema):
    """Of `total` releases and versions of prompts those that brought a failure mode; `share` is null where there was no
    change. `words` says what that means."""

    total: int
    failed: list[FailedChangeResource]
    share: IntervalResource | None
    words: str


class DeliveryResource(Schema):
    """How quickly failure modes are found and mended, and how often a change brings one."""

    detection: MeanTimeResource
    recovery: MeanTimeResource
    changes: ChangeRateResource


class ModeChanges(Schema):
    """What is to be changed; what is left out stays. An empty name gives back the title that was found. `resolved`
    without `resolved_in` is by hand, from now on; `resolved_in` is a release, or a prompt's version, alone or as
    `prompt:version`. `ignored` is until there are `ignored_growth` conversations more, without that for good."""

    model_config = EXACTLY

    name: Annotated[str, Field(max_length=changes.LONGEST_NAME)] | None = None
    owner: Annotated[str, Field(max_length=changes.LONGEST_OWNER)] | None = None
    ticket: Annotated[str, Field(max_length=changes.LONGEST_TICKET)] | None = None
    state: Literal["open", "resolved", "ignored"] | None = None
    resolved_in_kind: Literal["", "release", "prompt_version"] = ""
    resolved_in: Annotated[str, Field(max_length=changes.LONGEST_NAME)] = ""
    ignored_growth: Annotated[int, Field(ge=1, le=10**9), WHOLE] | None = None


class Merge(Schema):
    """The other failure modes that become one with this; the lowest number stays."""

    model_config = EXACTLY

    numbers: Annotated[
        list[Annotated[int, Field(ge=1, le=LARGEST_NUMBER), WHOLE]], Field(min_length=1, max_length=changes.MOST_MERGED)
    ]


class NewSplit(Schema):
    """Conversations of this failure mode that move to a new one."""

    model_config = EXACTLY

    conversation_ids: Annotated[
        list[Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=changes.MOST_MOVED)
    ]


class NewNote(Schema):
    model_config = EXACTLY

    text: Annotated[str, Field(min_length=1, max_length=changes.LONGEST_NOTE)]


@router.get(
    "failure-modes", response=FailureModePage, summary="Failure modes, the most severe first", auth=May(Right.READ)
)
def list_failure_modes(
    request: HttpRequest, state: StateFilter = "", days: Days = DAYS, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Those that were merged into another are not listed."""
    after = decode_cursor(cursor, "failure-modes")
    found = list_modes(get_store(), project_of(request), datetime.now(UTC), days)
    left = [mode for mode in found.modes if is_asked(mode, state) and place_mode(mode) < (after.time_ns, after.id)]
    left.sort(key=place_mode, reverse=True)
    page = left[:limit]
    items = [describe_mode(mode) for mode in page]
    end = Place(*place_mode(page[-1])) if len(left) > limit else None
    return give_page("failure-modes", items, end) | {"totals": asdict(found.totals)}


def is_asked(mode: ListedMode, state: str) -> bool:
    return not state or mode.state == state or (state == "open" and mode.state in OPEN_STATES)


def place_mode(mode: ListedMode) -> tuple[int, str]:
    """By which pages go on, the highest first: severity, then conversations; of equal ones the oldest."""
    level = LEVELS.index(mode.severity.level)
    return level * 10**12 + mode.conversations, f"{LARGEST_NUMBER - mode.number:010d}"


@router.get(
    "failure-modes/delivery",
    response=DeliveryResource,
    summary="How quickly failure modes are found and mended",
    auth=May(Right.READ),
)
def show_delivery(request: HttpRequest, days: Days = DAYS) -> dict[str, Any]:
    """And how often a release or a version of a prompt brings one."""
    told = delivery.measure_delivery(get_store(), project_of(request), datetime.now(UTC), days)
    failed = [
        {
            "kind": each.version.kind,
            "name": each.version.name,
            "first_seen": format_moment(each.version.seen),
            "modes": list(each.modes),
        }
        for each in told.changes.failed
    ]
    share = asdict(told.changes.share) if told.changes.share else None
    return {
        "detection": asdict(told.detection) | {"words": delivery.WORDS["detection"]},
        "recovery": asdict(told.recovery) | {"words": delivery.WORDS["recovery"]},
        "changes": {
            "total": told.changes.total,
            "failed": failed,
            "share": share,
            "words": delivery.WORDS["changes"],
        },
    }


NAMES = "|".join(FailureModeChange.What.values)
WhatFilter = Annotated[
    str,
    Query(
        pattern=f"^(?:(?:{NAMES})(?:,(?:{NAMES}))*)?$",
        description="What happened, several separated by commas: " + ", ".join(FailureModeChange.What.values) + ".",
        examples=["found,surging,regressed"],
    ),
]


@router.get(
    "failure-modes/changes",
    response=ChangePage,
    summary="What happened to failure modes, the latest first",
    auth=May(Right.READ),
)
def list_failure_mode_changes(
    request: HttpRequest, what: WhatFilter = "", limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    asked = what.split(",") if what else []
    place = decode_cursor(cursor, "failure-modes/changes")
    before = (EPOCH + timedelta(microseconds=place.time_ns // 1000), read_id(place.id)) if cursor else None
    found = history.list_changes(project_of(request), what=asked, before=before, limit=limit + 1)
    page = found[:limit]
    end = Place((page[-1].at - EPOCH) // timedelta(microseconds=1) * 1000, f"{page[-1].id}") if found[limit:] else None
    return give_page("failure-modes/changes", [describe_change(each) for each in page], end)


def read_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@router.get(
    "failure-modes/{int:number}",
    response=FailureModeDetail,
    summary="One failure mode, with what is known of it",
    auth=May(Right.READ),
)
def show_failure_mode(request: HttpRequest, number: int, days: Days = DAYS) -> dict[str, Any]:
    """By the number of one that was merged it gives the one that it went into."""
    return describe_detail(request, find_mode_of(request, number, days))


@router.patch(
    "failure-modes/{int:number}",
    response=FailureModeDetail,
    summary="Name, assign, resolve, ignore or reopen a failure mode",
    auth=May(Right.REVIEW),
)
def change_failure_mode(request: HttpRequest, number: int, asked: ModeChanges) -> dict[str, Any]:
    mode = find_mode_of(request, number)
    check_state(asked)
    with told_problems():
        for change in list_asked(request, mode.number, asked):
            change()
    audit.describe(request, f"{mode.number}", **asked.model_dump(exclude_unset=True))
    return describe_detail(request, find_mode_of(request, mode.number))


def list_asked(request: HttpRequest, number: int, asked: ModeChanges) -> Iterator[Callable[[], None]]:
    """What a body asks for, in the order in which it is done."""
    project, who = project_of(request), access_of(request).who
    if asked.name is not None:
        yield lambda: changes.rename_mode(project, number, asked.name or "", who)
    if asked.owner is not None:
        yield lambda: changes.own_mode(project, number, asked.owner or "", who)
    if asked.ticket is not None:
        yield lambda: changes.link_ticket(project, number, asked.ticket or "", who)
    if asked.state == "open":
        yield lambda: changes.reopen_mode(project, number, who)
    if asked.state == "resolved":
        yield lambda: changes.resolve_mode(project, number, asked.resolved_in_kind, asked.resolved_in, who)
    if asked.state == "ignored":
        yield lambda: changes.ignore_mode(project, number, asked.ignored_growth, who)


def check_state(asked: ModeChanges) -> None:
    """Raises HttpError where a body tells more of a state than it asks for."""
    if (asked.resolved_in or asked.resolved_in_kind) and asked.state != "resolved":
        raise HttpError(422, "`resolved_in` goes with the `state` `resolved`.")
    if asked.ignored_growth is not None and asked.state != "ignored":
        raise HttpError(422, "`ignored_growth` goes with the `state` `ignored`.")


@router.post(
    "failure-modes/{int:number}/merge",
    response=FailureModeDetail,
    summary="Make failure modes one",
    auth=May(Right.REVIEW),
)
@transaction.non_atomic_requests
def merge_failure_modes(request: HttpRequest, number: int, asked: Merge) -> dict[str, Any]:
    """For good: conversations of all of them are of the lowest number from now on."""
    mode = find_mode_of(request, number)
    with told_problems():
        numbers = [mode.number, *asked.numbers]
        kept = changes.merge_modes(get_store(), project_of(request), numbers, access_of(request).who)
    audit.describe(request, ", ".join(map(str, numbers)))
    return describe_detail(request, find_mode_of(request, kept))


@router.post(
    "failure-modes/{int:number}/split",
    response=FailureModeDetail,
    summary="Move conversations to a failure mode of their own",
    auth=May(Right.REVIEW),
)
@transaction.non_atomic_requests
def split_failure_mode(request: HttpRequest, number: int, asked: NewSplit) -> dict[str, Any]:
    """For good; gives the new mode."""
    mode = find_mode_of(request, number)
    with told_problems():
        new = changes.split_mode(
            get_store(), project_of(request), mode.number, asked.conversation_ids, access_of(request).who
        )
    audit.describe(request, f"{mode.number}", conversations=len(asked.conversation_ids), new=new)
    return describe_detail(request, find_mode_of(request, new))


@router.post(
    "failure-modes/{int:number}/notes",
    response=FailureModeDetail,
    summary="Add a note to a failure mode",
    auth=May(Right.REVIEW),
)
def note_failure_mode(request: HttpRequest, number: int, asked: NewNote) -> dict[str, Any]:
    mode = find_mode_of(request, number)
    with told_problems():
        changes.note(project_of(request), mode.number, asked.text, access_of(request).who)
    audit.describe(request, f"{mode.number}")
    return describe_detail(request, find_mode_of(request, mode.number))


@contextmanager
def told_problems() -> Iterator[None]:
    """What cannot be is an answer, in words."""
    try:
        yield
    except ValueError as error:
        raise HttpError(422, str(error)) from None


def find_mode_of(request: HttpRequest, number: int, days: int = DAYS) -> ListedMode:
    """Raises HttpError 404."""
    known = number <= LARGEST_NUMBER
    mode = find_mode(get_store(), project_of(request), number, datetime.now(UTC), days) if known else None
    if mode is None:
        raise HttpError(404, f"There is no failure mode {number} in this project; GET failure-modes lists them.")
    return mode


def describe_mode(mode: ListedMode) -> dict[str, Any]:
    names = (
        *("number", "title", "found_title", "line", "family", "state", "conversations", "users", "cost_usd"),
        *("all_conversations", "owner", "ticket", "resolved_in_kind", "resolved_in", "ignored_until_count"),
    )
    times = ("first_time", "last_time", "found_at", "resolved_at")
    told = {name: getattr(mode, name) for name in names}
    told |= {name: format_moment(getattr(mode, name)) for name in times}
    return told | {
        "surging": mode.is_surging,
        "severity": asdict(mode.severity),
        "share": asdict(mode.share),
        "days": list(mode.days),
        "trend": asdict(mode.trend) if mode.trend else None,
        "fix": describe_fix(mode.fix) if mode.fix else None,
        "reviewed": mode.membership.reviewed,
        "belonging": mode.membership.belonging,
        "is_verified": mode.membership.is_verified,
    }


def describe_fix(fix: Fix) -> dict[str, Any]:
    told, found = {"words": fix.words, "before": asdict(fix.before), "after": asdict(fix.after)}, fix.verification
    if found is None:
        return told | {"verdict": "", "ratio": None, "low": None, "high": None, "needed": 0}
    return told | asdict(found)


def describe_detail(request: HttpRequest, mode: ListedMode) -> dict[str, Any]:
    store, project, told = get_store(), project_of(request), mode.description
    examples, lift = told.get("examples", {}), told.get("lift")
    split = changes.propose_split(store, project, mode.number)
    return describe_mode(mode) | {
        "terms": told.get("terms", []),
        "lift": lift | {"claimed": lift["is_claimed"]} if lift else None,
        "slices": told.get("slices", []),
        "signals": [{"kind": kind, "count": count} for kind, count in told.get("signals", [])],
        "central": examples.get("central", []),
        "edge": examples.get("edge", []),
        "changes": [
            describe_change(each) for each in history.list_changes(project, number=mode.number, limit=MOST_HISTORY)
        ],
        "proposed_split": describe_split(split) if split else None,
    }


def describe_split(split: Split) -> dict[str, Any]:
    return {"stays": describe_half(split.stays), "moves": describe_half(split.moves), "likeness": split.likeness}


def describe_half(half: Half) -> dict[str, Any]:
    return {"title": half.title, "conversation_ids": list(half.conversation_ids)}


def describe_change(change: history.Change) -> dict[str, Any]:
    return asdict(change) | {"time": format_moment(change.at)}
