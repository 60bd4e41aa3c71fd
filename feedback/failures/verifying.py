"""A failure mode that was resolved and the conversations around that come in; whether the fix worked goes out.

By hand: conversations of the 30 days before, against those since. In a release or a version of a prompt: conversations
of the 30 days before it was first seen, without it, against those that had it, or one that was first seen later.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from feedback.failure_modes.verification import Count, Verification, verify_fix

NOT_SEEN = "not seen yet"


@dataclass(frozen=True, slots=True)
class Fix:
    """What was counted before and after, and what that says; None while what it was resolved in was not seen."""

    before: Count
    after: Count
    verification: Verification | None

    @property
    def words(self) -> str:
        return self.verification.words if self.verification else NOT_SEEN


def judge_fix(before: Count, after: Count) -> Fix:
    return Fix(before, after, verify_fix(before, after))


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
