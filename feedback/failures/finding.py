"""Failing turns in no mode yet come in; those that belong to one join it, those that are alike become a new one.

A pass of a project runs beside the stages, in a thread of its own, and holds the stage `FAILURES` while it assigns. It
may be cut off anywhere: the catalogue, the modes and the places of turns are saved in one transaction, and rows of the
store follow from those, see `feedback.failures.catalogues`.
"""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import close_old_connections, transaction
from django.db.models import Q

from feedback.failure_modes.catalogue import NONE, Assignment, assign_turns
from feedback.failure_modes.clustering import Floats
from feedback.failures.catalogues import carry_out, load_catalogue, load_pins, load_progress, save_catalogue
from feedback.failures.deriving import FAILURES
from feedback.failures.describing import describe_modes_of
from feedback.failures.figures import read_time
from feedback.failures.life import follow_modes, spread
from feedback.failures.records import FailingRow, find_waiting, load_failing, load_numbers, stack_vectors
from feedback.failures.reviewed import are_reviews_new, follow_reviews
from feedback.failures.well_turns import MOST_TURNS, load_well_turns
from feedback.models import FailureMode, FailureModeChange
from tracing.models import Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, get_store
from tracing.times import to_ns

logger = logging.getLogger(__name__)

NAME = "finding"
WINDOW = timedelta(days=90)
"""Turns that are older, and in no mode yet, are not looked at any more."""
MOST_WAITING = 20_000
"""Looked at in one pass, the latest; about 300 MB."""
REST_FACTOR = 9
"""A project's next pass comes after so many times as long as one took: a tenth of a core at most."""

_free_at: dict[int, float] = {}
"""By project, when its next pass may begin."""
_thread: threading.Thread | None = None


def start_finding() -> None:
    """Have a pass of each project run beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_finding, name="finding", daemon=True)
    _thread.start()


def run_finding() -> None:
    try:
        find_all_modes(get_store())
    finally:
        close_old_connections()


def forget_rests() -> None:
    """Look at every project at once, as a new process does."""
    _free_at.clear()


def find_all_modes(store: Store) -> int:
    """One pass of each project that does not rest; of how many."""
    count = 0
    with hold_lease(NAME) as held:
        for project_id in Project.objects.order_by("pk").values_list("pk", flat=True) if held else ():
            start = time.monotonic()
            if STOPPING.is_set() or start < _free_at.get(project_id, 0.0):
                continue
            find_safely(store, project_id)
            end = time.monotonic()
            _free_at[project_id] = end + REST_FACTOR * (end - start)
            count += 1
    return count


def find_safely(store: Store, project_id: int) -> None:
    """Where one project cannot be done, the others can."""
    try:
        find_modes(store, project_id, datetime.now(UTC))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("failure modes of project %d cannot be found; those known stay", project_id)


def find_modes(store: Store, project_id: int, now: datetime) -> bool:
    """One pass of a project: assign what waits, describe and follow its modes; whether anything was assigned anew."""
    looked = is_due(store, project_id, now) and assign_waiting(store, project_id, now)
    if FailureMode.objects.filter(project_id=project_id).exists():
        describe_modes_of(store, project_id, now)
        follow_modes(store, project_id, now)
    return looked


def is_due(store: Store, project_id: int, now: datetime) -> bool:
    """Whether failing turns or reviews came since modes were looked for last, or the last pass was cut off."""
    progress = load_progress(project_id)
    if progress.is_cut_off or find_waiting(store, project_id, to_ns(now - WINDOW)) > progress.sought_version:
        return True
    return are_reviews_new(store, project_id)


def assign_waiting(store: Store, project_id: int, now: datetime) -> bool:
    """Give failing turns that wait the modes that they belong to; whether the stage was free for it."""
    well = load_common(store, project_id, now)  # it may take long, so others have the stage meanwhile
    with FAILURES.hold() as held:
        if held:
            carry_out(store, project_id)
            moved = follow_reviews(store, project_id, now)
            carry_out(store, project_id)
            assign_rows(store, project_id, well, now, moved)
            carry_out(store, project_id)
    return held


def load_common(store: Store, project_id: int, now: datetime) -> Floats | None:
    """Vectors of turns that went well, until so much was seen of them that more would change nothing."""
    seen = load_catalogue(project_id).seen
    if seen >= 2 * MOST_TURNS:
        return None
    vectors = load_well_turns(store, project_id, now).stack_vectors()
    return vectors if 2 * len(vectors) > seen else None


def assign_rows(store: Store, project_id: int, well: Floats | None, now: datetime, moved: Collection[str] = ()) -> None:
    """Save to which modes the latest that wait belong, and the modes. What was `moved` here did not come anew."""
    since_ns = to_ns(now - WINDOW)
    version = find_waiting(store, project_id, since_ns)
    rows = load_failing(store, project_id, since_ns=since_ns, limit=MOST_WAITING, modes=[NONE], with_vectors=True)
    if not rows:
        return
    catalogue, sought = load_catalogue(project_id), load_progress(project_id).sought_version
    pins = load_pins(project_id)
    pinned = {
        key: pins[key].number for row in rows if (key := row.conversation_id) in pins and pins[key].number != NONE
    }
    rows = [row for row in rows if row.conversation_id not in pinned]
    new = np.array([row.version > sought and row.conversation_id not in moved for row in rows], bool)
    kinds = [row.turn.family for row in rows]
    since = [pins[row.conversation_id].first if row.conversation_id in pins else NONE for row in rows]
    found = assign_turns(catalogue, stack_vectors(rows), kinds, well, new=new, since=since)
    placed = {row.conversation_id: number for row, number in zip(rows, found.numbers, strict=True) if number != NONE}
    goes_on = len(rows) + len(pinned) == MOST_WAITING and placed  # then the next pass looks at those that are left
    joined = place_joined(store, project_id, found)
    with transaction.atomic():
        save_catalogue(project_id, found.catalogue, placed | joined | pinned, sought if goes_on else version)
        keep_modes(project_id, found, rows, now)


def place_joined(store: Store, project_id: int, found: Assignment) -> dict[str, int]:
    """The members of modes that went into others, by conversation, with the numbers of those."""
    stays = follow_joined(found.joined)
    numbers = load_numbers(store, project_id, stays) if stays else {}
    return {conversation_id: stays[number] for conversation_id, number in numbers.items()}


def follow_joined(joined: Sequence[tuple[int, int]]) -> dict[int, int]:
    """By the number of a mode that went, that of the one in which it ended.

    >>> follow_joined([(4, 3), (5, 3), (3, 1)])
    {3: 1, 5: 1, 4: 1}
    """
    ends: dict[int, int] = {}
    for goes, stays in reversed(joined):
        ends[goes] = ends.get(stays, stays)
    return ends


def keep_modes(project_id: int, found: Assignment, rows: Sequence[FailingRow], now: datetime) -> None:
    """Rows for modes that are new, the times of those that grew, and where those went that were joined."""
    modes = {mode.number: mode for mode in FailureMode.objects.select_for_update().filter(project_id=project_id)}
    members: dict[int, list[FailingRow]] = {}
    for row, number in zip(rows, found.numbers, strict=True):
        members.setdefault(number, []).append(row)
    members.pop(NONE, None)
    for number, own in sorted(members.items()):
        times = [read_time(row.time_ns) for row in own]
        if number not in modes:
            modes[number] = create_mode(project_id, number, own[0].turn.family, times, now)
        spread(modes[number], times)
    for goes, stays in follow_joined(found.joined).items():
        if goes in modes:
            join(modes[goes], modes[stays], now)


def create_mode(project_id: int, number: int, family: str, times: Sequence[datetime], now: datetime) -> FailureMode:
    mode = FailureMode.objects.create(
        project_id=project_id,
        number=number,
        family=family,
        found_at=now,
        first_time=min(times),
        last_time=max(times),
        state_since=now,
    )
    FailureModeChange.objects.create(mode=mode, at=now, what=FailureModeChange.What.FOUND)
    return mode


def join(goes: FailureMode, stays: FailureMode, now: datetime) -> None:
    """What people said of the one that goes is kept where nothing is said of the one that stays."""
    for field in ("name", "owner", "ticket"):
        setattr(stays, field, getattr(stays, field) or getattr(goes, field))
    stays.save(update_fields=["name", "owner", "ticket"])
    spread(stays, [goes.first_time, goes.last_time])
    FailureMode.objects.filter(Q(pk=goes.pk) | Q(merged_into=goes)).update(merged_into=stays)
    FailureModeChange.objects.create(mode=stays, at=now, what=FailureModeChange.What.JOINED, text=str(goes.number))
    FailureModeChange.objects.create(mode=goes, at=now, what=FailureModeChange.What.JOINED, text=str(stays.number))
