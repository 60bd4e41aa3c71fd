"""What is known of a failure mode comes in; the state that people see goes out, and what happens to it by itself.

`follow_modes` looks at all modes of a project every half minute. So whatever it decides by is made to be looked at as
often as one likes: see `feedback.failures.trends`.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Literal

from django.db import transaction

from feedback.failure_modes.verification import Count
from feedback.failures.figures import BEFORE_DAYS, DAY, Figures, load_counts, load_figures
from feedback.failures.trends import is_above
from feedback.failures.verifying import RARE, Fix, count_mode, list_moments, look_at_fix, tell_fix
from feedback.failures.versions import load_versions
from feedback.models import FailureMode, FailureModeChange
from tracing.store import Store

ShownState = Literal["new", "ongoing", "regressed", "resolved", "ignored"]
What = FailureModeChange.What
State = FailureMode.State
NEW_FOR = timedelta(days=7)
SURGING = 1.5
"""Times as common as in the weeks before, and surely more common than then: less is of no matter, however sure."""
SURGE_STARTS = (0, 1, 2)
"""A surge began so many days ago, at midnight."""
LEAST_DAYS = 7
"""So many days before a surge a mode was there: a new one is no surge."""
LEAST_SURGING = 5
"""Conversations."""
SURGES_FOR = timedelta(days=len(SURGE_STARTS))
"""At least: until then nothing of it is left in what is looked at."""
REST_FACTOR = 20
"""A pass that took long is made again after so many times as long: where there is very much, minutes are no matter."""
_rests_until: dict[int, float] = {}


def show_state(
    state: str, found_at: datetime, regressed_at: datetime | None, now: datetime, *, is_touched: bool
) -> ShownState:
    """An open mode is back after it had been resolved, or new for a week, unless somebody dealt with it, or ongoing."""
    if state == "resolved":
        return "resolved"
    if state == "ignored":
        return "ignored"
    if regressed_at is not None:
        return "regressed"
    return "new" if now - found_at < NEW_FOR and not is_touched else "ongoing"


def follow_modes(store: Store, project_id: int, now: datetime) -> None:
    """See what became of each mode by itself, and write it into its history."""
    started = time.monotonic()
    if started < _rests_until.get(project_id, 0.0):
        return
    rows = list(FailureMode.objects.filter(project_id=project_id, merged_into=None))
    if not rows:
        return
    figures = load_figures(store, project_id, now, 1, list_moments(rows), is_kept=False)
    counts = load_counts(store, project_id)
    load = cache(partial(load_versions, store, project_id))
    for row in rows:
        if row.state == State.RESOLVED:
            follow_fix(row, *look_at_fix(store, row, figures, load), now)
        elif row.state == State.OPEN:
            follow_surge(row, figures, now)
        else:
            follow_growth(row, counts.get(row.number, 0), now)
    ended = time.monotonic()
    _rests_until[project_id] = ended + REST_FACTOR * (ended - started)


def follow_growth(row: FailureMode, count: int, now: datetime) -> None:
    """An ignored mode is open again when it has as many conversations as was said."""
    if row.ignored_until_count is not None and count >= row.ignored_until_count:
        with change_row(row, What.GREW, f"{count}", now) as known:
            open_again(known, now)


def follow_fix(row: FailureMode, fix: Fix, is_back: bool, now: datetime) -> None:
    """Keep what is known of a fix; it may be verified by now, or the mode be back."""
    if tell_fix(fix) != row.verification:
        FailureMode.objects.filter(pk=row.pk, state_since=row.state_since).update(verification=tell_fix(fix))
    if is_back:
        with change_row(row, What.REGRESSED, tell_release(row), now) as known:
            open_again(known, now)
            known.regressed_at = now
    elif row.verified_at is None and fix.verification is not None and fix.verification.verdict == "fixed":
        with change_row(row, What.VERIFIED, tell_release(row), now) as known:
            known.verified_at = now


def tell_release(row: FailureMode) -> str:
    """In what a mode was resolved, as its history has it."""
    return f"{row.resolved_in_kind} {row.resolved_in}".strip()


def follow_surge(row: FailureMode, figures: Figures, now: datetime) -> None:
    surge = next((after for before, after in list_starts(row, figures) if is_surge(before, after)), None)
    if surge is not None and row.surging_since is None:
        with change_row(row, What.SURGING, f"{surge.failing}", now) as known:
            known.surging_since = now
    elif surge is None and row.surging_since is not None and now - row.surging_since >= SURGES_FOR:
        with change_row(row, What.CALMED, "", now) as known:
            known.surging_since = None


def list_starts(row: FailureMode, figures: Figures) -> Iterator[tuple[Count, Count]]:
    """For each day on which a surge may have begun, counts of the weeks before, as far as the mode was there, and
    since."""
    for age in SURGE_STARTS:
        start = figures.window.today - age * DAY
        days = [start - each * DAY for each in range(1, BEFORE_DAYS + 1) if start - each * DAY >= row.first_time]
        if len(days) >= LEAST_DAYS:
            yield count_mode(figures, row.number, days[-1], start), count_mode(figures, row.number, start)


def is_surge(before: Count, after: Count) -> bool:
    """Whether a mode is surely more common since a day than before it. An even one is said to be, however often one
    looks, with probability `RARE` for each day at most: once a year. Tripled, at 300 conversations a day of which 2 %
    are in the mode, it shows within two days."""
    is_much = after.failing >= LEAST_SURGING and after.rate >= SURGING * before.rate
    return is_much and is_above(before, after, 1.0, RARE)


@contextmanager
def change_row(row: FailureMode, what: str, text: str, now: datetime) -> Iterator[FailureMode]:
    """The row to be changed, if it is still as it was when it was looked at: people change rows meanwhile."""
    with transaction.atomic():
        known = FailureMode.objects.select_for_update().get(pk=row.pk)
        if (known.state, known.state_since, known.merged_into_id) != (row.state, row.state_since, None):
            yield known  # nothing of it is kept
            return
        yield known
        known.save()
        FailureModeChange.objects.create(mode=known, at=now, what=what, text=text)


def spread(mode: FailureMode, times: Sequence[datetime]) -> None:
    """From its first conversation to its last, with those of these times."""
    mode.first_time, mode.last_time = min(mode.first_time, *times), max(mode.last_time, *times)
    mode.save(update_fields=["first_time", "last_time"])


def open_again(row: FailureMode, now: datetime) -> None:
    """What is known of its fix stays, for it tells why."""
    row.state, row.state_since, row.verified_at, row.ignored_until_count = State.OPEN, now, None, None


def forget_rests() -> None:
    """Follow modes at once, as a new process does."""
    _rests_until.clear()
