"""A failure mode that was resolved and the conversations around that come in; whether the fix worked goes out.

By hand: conversations of the 30 days before, against those since. In a release or a version of a prompt: conversations
of the 30 days before it was first seen, without it, against those that had it, or one that was first seen later.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from feedback.failure_modes.verification import FIXED_BELOW, Count, Verification, verify_fix
from feedback.failures.figures import DAY, Figures, to_ns
from feedback.failures.trends import is_above
from feedback.failures.versions import PROMPT_VERSION, RELEASE, find_since, load_versions
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
    return [moment for row in by_hand for moment in (row.state_since - BEFORE, row.state_since)]


def is_by_hand(row: FailureMode) -> bool:
    return row.state == FailureMode.State.RESOLVED and not row.resolved_in_kind


def look_at_fix(store: Store, row: FailureMode, figures: Figures) -> tuple[Fix, bool]:
    """What is known of the fix of a resolved mode, and whether it is back. `figures` have its moments."""
    if is_by_hand(row):
        before = count_mode(figures, row.number, row.state_since - BEFORE, row.state_since)
        fix = judge_fix(before, count_mode(figures, row.number, row.state_since))
        starts = [figures.window.today - age * DAY for age in STARTS]
        recent = [count_mode(figures, row.number, start) for start in starts if start >= row.state_since]
        return fix, is_regressed(fix, recent, is_verified=row.verified_at is not None)
    counted = count_in_versions(store, row)
    if counted is None:
        return Fix(NOTHING, NOTHING, None), False
    fix = judge_fix(*counted)
    if row.verified_at is None:
        return fix, is_regressed(fix, (), is_verified=False)
    recents = (count_in_versions(store, row, figures.window.today - age * DAY) for age in STARTS)
    return fix, is_regressed(fix, [each[1] for each in recents if each], is_verified=True)


def count_mode(figures: Figures, number: int, since: datetime, until: datetime | None = None) -> Count:
    return Count(figures.all.count(since, until), figures.find(number).count(since, until))


def count_in_versions(store: Store, row: FailureMode, after: datetime | None = None) -> tuple[Count, Count] | None:
    """Before and after what a mode was resolved in, from `after` on where that is given; None where that was not seen
    yet."""
    kind = row.resolved_in_kind
    versions = find_since(load_versions(store, row.project_id, kind), row.resolved_in)
    if not versions:
        return None
    names = {
        RELEASE: [each.value for each in versions],
        PROMPT_VERSION: [[each.prompt, each.value] for each in versions],
    }
    found = store.query(
        COUNTED[kind],
        project_id=row.project_id,
        mode=row.number,
        seen_ns=to_ns(versions[0].seen),
        since_ns=to_ns(versions[0].seen - BEFORE),
        after_ns=to_ns(max(after or versions[0].seen, versions[0].seen)),
        values=names[kind],
    )
    counts = {each["is_after"]: Count(each["conversations"], each["failing"]) for each in found}
    return counts.get(0, NOTHING), counts.get(1, NOTHING)


def judge_fix(before: Count, after: Count) -> Fix:
    return Fix(before, after, verify_fix(before, after))


def is_regressed(fix: Fix, recent: Sequence[Count], *, is_verified: bool) -> bool:
    """Whether a mode is back: it never was less, or it was and lately is not. `recent` are counts since days."""
    if not is_verified:
        return fix.verification is not None and fix.verification.verdict == "regressed"
    return any(is_above(fix.before, count, FIXED_BELOW, RARE) for count in recent)


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
