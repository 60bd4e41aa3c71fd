"""What pages and REST show of failure modes: a project and a time come in, modes with their figures go out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from feedback.failure_modes.verification import Count, Verification
from feedback.failures.figures import DAY, RECENT_DAYS, Figures, Tally, load_counts, load_figures
from feedback.failures.life import ShownState, show_state
from feedback.failures.severity import LEVELS, Extent, Severity, judge_severity
from feedback.failures.trends import compare_rates
from feedback.failures.verifying import Fix, read_fix
from feedback.models import FailureMode, FailureModeChange
from feedback.review.membership import NOT_REVIEWED, Membership, find_membership
from feedback.reviewing.memberships import load_memberships
from feedback.satisfaction.intervals import Interval, estimate_share
from tracing.models import Project
from tracing.store import Store

DAYS = 30
NO_SHARE = Interval(0.0, 0.0, 1.0)
"""Of no conversations."""


@dataclass(frozen=True, slots=True)
class ListedMode:
    """A mode with its figures of the window that is looked at; the interval is of 90 %, the trend's of 95 %."""

    number: int
    title: str
    """By a person, else found."""
    found_title: str
    line: str
    family: str
    state: ShownState
    is_surging: bool
    severity: Severity
    conversations: int
    users: int
    cost_usd: float | None
    share: Interval
    """Of all conversations of people in the window."""
    days: tuple[int, ...]
    """Conversations by day (UTC), the oldest first; the last day is today."""
    trend: Interval | None
    """How many times as common it is in the latest week as before; None where there is too little."""
    all_conversations: int
    """Since it began."""
    first_time: datetime
    last_time: datetime
    found_at: datetime
    owner: str
    ticket: str
    resolved_in_kind: str
    """release, prompt_version, or empty."""
    resolved_in: str
    resolved_at: datetime | None
    verification: Verification | None
    """Of a mode that was resolved; None until it was looked at, too."""
    fix: Fix | None = None
    """The same with what was counted; `fix.words` says it."""
    ignored_until_count: int | None = None
    """An ignored one is open again from so many conversations on."""
    description: Mapping[str, Any] = field(default_factory=dict)
    """As `feedback.failures.describing` tells it."""
    membership: Membership = NOT_REVIEWED
    """What reviewers said of its conversations."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the same window: conversations of people, those that failed, and those of them that are in a mode."""

    conversations: int
    failing: int
    in_modes: int
    days: tuple[int, ...]
    """Conversations by day."""


@dataclass(frozen=True, slots=True)
class ModeList:
    modes: Sequence[ListedMode]
    """The most severe first."""
    totals: Totals


@dataclass(frozen=True, slots=True)
class NamedMode:
    """What a conversation tells of its mode."""

    number: int
    title: str


def list_modes(store: Store, project: Project, now: datetime, days: int = DAYS) -> ModeList:
    """All modes that were not merged into another, with the figures of so many days, today the last of them."""
    figures = load_figures(store, project.pk, now, days)
    modes = show_modes(store, project, load_rows(project.pk), figures, now)
    return ModeList(sorted(modes, key=rank_mode), show_totals(figures))


def find_mode(store: Store, project: Project, number: int, now: datetime, days: int = DAYS) -> ListedMode | None:
    """The mode of this number, or the one that it was merged into; None where there is none."""
    row = find_row(project.pk, number)
    if row is None:
        return None
    figures = load_figures(store, project.pk, now, days)
    [mode] = show_modes(store, project, [row], figures, now)
    return mode


def show_modes(
    store: Store, project: Project, rows: Collection[FailureMode], figures: Figures, now: datetime
) -> list[ListedMode]:
    counts, touched = load_counts(store, project.pk), find_touched(rows)
    reviewed = load_memberships(store, project.pk)
    modes = [show_mode(row, figures, counts.get(row.number, 0), now, is_touched=row.number in touched) for row in rows]
    return [replace(mode, membership=find_membership(reviewed, mode.number)) for mode in modes]


def find_row(project_id: int, number: int) -> FailureMode | None:
    """The row of the mode, or of the one that it was merged into."""
    row = FailureMode.objects.filter(project_id=project_id, number=number).first()
    while row is not None and row.merged_into is not None:
        row = row.merged_into
    return row


def load_rows(project_id: int) -> list[FailureMode]:
    """Modes that were not merged into another."""
    return list(FailureMode.objects.filter(project_id=project_id, merged_into=None))


def find_touched(rows: Collection[FailureMode]) -> set[int]:
    """The numbers of modes that a person dealt with."""
    projects = {row.project_id for row in rows}
    of_people = FailureModeChange.objects.filter(mode__project__in=projects, mode__in=rows).exclude(who="")
    return set(of_people.values_list("mode__number", flat=True))


def show_mode(row: FailureMode, figures: Figures, count: int, now: datetime, *, is_touched: bool) -> ListedMode:
    tally, trend, fix = figures.find(row.number), measure_trend(figures, row.number), read_fix(row.verification)
    return ListedMode(
        number=row.number,
        title=name_mode(row),
        found_title=row.found_title,
        line=row.found_line,
        family=row.family,
        state=show_state(row.state, row.found_at, row.regressed_at, now, is_touched=is_touched),
        is_surging=row.surging_since is not None,
        severity=judge_severity(to_extent(tally), to_extent(figures.all), trend, row.family),
        conversations=tally.conversations,
        users=tally.users,
        cost_usd=tally.cost_usd,
        share=share_of(tally, figures.all),
        days=figures.list_days(tally),
        trend=trend,
        all_conversations=count,
        first_time=row.first_time,
        last_time=row.last_time,
        found_at=row.found_at,
        owner=row.owner,
        ticket=row.ticket,
        resolved_in_kind=row.resolved_in_kind,
        resolved_in=row.resolved_in,
        resolved_at=row.state_since if row.state == FailureMode.State.RESOLVED else None,
        verification=fix.verification if fix else None,
        fix=fix,
        ignored_until_count=row.ignored_until_count,
        description=row.description,
    )


def name_mode(row: FailureMode) -> str:
    """What people call it, else what was found."""
    return row.name or row.found_title or f"Failure mode {row.number}"


def measure_trend(figures: Figures, number: int) -> Interval | None:
    """The latest week against the weeks before it."""
    window, tally = figures.window, figures.find(number)
    recent = window.today - (RECENT_DAYS - 1) * DAY
    before = Count(figures.all.count(window.read_since, recent), tally.count(window.read_since, recent))
    return compare_rates(before, Count(figures.all.count(recent), tally.count(recent)))


def to_extent(tally: Tally) -> Extent:
    return Extent(tally.conversations, tally.users, tally.cost_usd)


def share_of(tally: Tally, every: Tally) -> Interval:
    return estimate_share(tally.conversations, every.conversations) if every.conversations else NO_SHARE


def show_totals(figures: Figures) -> Totals:
    days = figures.list_days(figures.all)
    return Totals(figures.all.conversations, figures.failing, figures.in_modes, days)


def rank_mode(mode: ListedMode) -> tuple[int, int, int]:
    """The most severe first, of equal ones the most frequent."""
    return -LEVELS.index(mode.severity.level), -mode.conversations, mode.number


def find_mode_of(store: Store, project: Project, conversation_id: str) -> NamedMode | None:
    """The mode that a conversation belongs to."""
    return load_modes_of(store, project.pk, [conversation_id]).get(conversation_id)


def load_modes_of(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, NamedMode]:
    """The modes that conversations belong to, of those that are in one."""
    if not conversation_ids:
        return {}
    found = store.query(
        "feedback/sql/failure_modes_of_conversations.sql",
        project_id=project_id,
        conversation_ids=list(conversation_ids),
    )
    rows = FailureMode.objects.filter(project_id=project_id, number__in={row["mode"] for row in found})
    names = {row.number: NamedMode(row.number, name_mode(row)) for row in rows if row.merged_into_id is None}
    return {row["conversation_id"]: names[row["mode"]] for row in found if row["mode"] in names}
