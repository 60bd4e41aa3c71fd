"""A failure mode that was resolved and the conversations around that come in; whether the fix worked goes out.

By hand: conversations of the 30 days before, against those since. In a release or a version of a prompt: conversations
of the 30 days before it was first seen, without it, against those that had it, or one that was first seen later. Days
before the mode began are left out: they would make its rate before look small, and a fix hard to see.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from feedback.failure_modes.verification import FIXED_BELOW, Count, Verification, verify_fix
from feedback.failures.figures import DAY, Figures, open_window, to_ns
from feedback.failures.trends import is_above
from feedback.failures.versions import PROMPT_VERSION, RELEASE, Version, find_since
from feedback.models import FailureMode
from tracing.store import Store

NOT_SEEN = "not seen yet"
BEFORE = timedelta(days=30)
NOTHING = Count(0, 0)
RARE = 1 / 365
"""One sequence begins each day, so what is told wrongly with this probability is so once a year."""
STARTS = (0, 1, 3, 7)
"""So many days ago began what may show that a verified mode is back. What counts since it was resolved would need as
many conversations again."""
START_IN_VERSIONS = 3
"""The same where it was resolved in a release or version: to count is slow, so it is done once."""

LoadVersions = Callable[[str], Sequence[Version]]
COUNTED = {RELEASE: "feedback/sql/fix_in_releases.sql", PROMPT_VERSION: "feedback/sql/fix_in_prompt_versions.sql"}


@dataclass(frozen=True, slots=True)
class Fix:
    """What was counted before and after, and what that says; None while what it was resolved in was not seen."""

    before: Count
    after: Count
    verification: Verification | None

    @property
    def words(self) -> str:
        return self.verification.words if self.verification else NOT_SEEN


def list_moments(rows: Iterable[FailureMode]) -> list[datetime]:
    """Before and after which conversations are to be counted for modes that were resolved by hand."""
    by_hand = [row for row in rows if is_by_hand(row)]
    return [moment for row in by_hand for moment in (find_begin(row, row.state_since), row.state_since)]


def find_begin(row: FailureMode, until: datetime) -> datetime:
    """From when on what is before `until` counts."""
    since, began = until - BEFORE, open_window(row.first_time, 1).today
    return began if since < began < until else since


def is_by_hand(row: FailureMode) -> bool:
    return row.state == FailureMode.State.RESOLVED and not row.resolved_in_kind


def look_at_fix(store: Store, row: FailureMode, figures: Figures, load: LoadVersions) -> tuple[Fix, bool]:
    """What is known of the fix of a resolved mode, and whether it is back. `figures` have its moments; `load` gives
    the releases, or the versions of prompts."""
    if is_by_hand(row):
        before = count_mode(figures, row.number, find_begin(row, row.state_since), row.state_since)
        fix = judge_fix(before, count_mode(figures, row.number, row.state_since))
        starts = [figures.window.today - age * DAY for age in STARTS]
        recent = [count_mode(figures, row.number, start) for start in starts if start >= row.state_since]
        return see_return(fix, recent if row.verified_at else ())
    versions = find_since(load(row.resolved_in_kind), row.resolved_in)
    if not versions:
        return Fix(NOTHING, NOTHING, None), False
    fix = judge_fix(*count_in_versions(store, row, versions, versions[0].seen))
    start = max(figures.window.today - START_IN_VERSIONS * DAY, versions[0].seen)
    return see_return(fix, [count_in_versions(store, row, versions, start)[1]] if row.verified_at else ())


def count_mode(figures: Figures, number: int, since: datetime, until: datetime | None = None) -> Count:
    return Count(figures.all.count(since, until), figures.find(number).count(since, until))


def count_in_versions(
    store: Store, row: FailureMode, versions: Sequence[Version], after: datetime
) -> tuple[Count, Count]:
    """Before the first of these was seen and without them, and with them from `after` on."""
    kind, first = row.resolved_in_kind, versions[0]
    names = {
        RELEASE: [each.value for each in versions],
        PROMPT_VERSION: [[each.prompt, each.value] for each in versions],
    }
    found = store.query(
        COUNTED[kind],
        project_id=row.project_id,
        mode=row.number,
        seen_ns=to_ns(first.seen),
        since_ns=to_ns(find_begin(row, first.seen)),
        after_ns=to_ns(after),
        values=names[kind],
    )
    counts = {each["is_after"]: Count(each["conversations"], each["failing"]) for each in found}
    return counts.get(0, NOTHING), counts.get(1, NOTHING)


def judge_fix(before: Count, after: Count) -> Fix:
    return Fix(before, after, verify_fix(before, after))


def see_return(fix: Fix, recent: Sequence[Count]) -> tuple[Fix, bool]:
    """Whether a mode is back: it never was less, or it was and since one of the latest days is not, of which `recent`
    has the counts; then with these for those after the fix."""
    for count in recent:
        if is_above(fix.before, count, FIXED_BELOW, RARE):
            return judge_fix(fix.before, count), True
    return fix, fix.verification is not None and fix.verification.verdict == "regressed"


def tell_fix(fix: Fix) -> dict[str, Any]:
    """As a row of the mode keeps it: JSON, which knows no infinity."""
    told = asdict(fix)
    if fix.verification and math.isinf(fix.verification.high):
        told["verification"]["high"] = None
    return told


def read_fix(told: Mapping[str, Any] | None) -> Fix | None:
    """A fix as `tell_fix` told it."""
    if not told:
        return None
    given = told["verification"]
    verification = (
        Verification(**{**given, "high": math.inf if given["high"] is None else given["high"]}) if given else None
    )
    return Fix(Count(**told["before"]), Count(**told["after"]), verification)
