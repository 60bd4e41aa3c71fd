"""Failing turns come in, a few named failure modes that keep their identity go out; no store, no Django.

`group_texts` groups and names any texts. Of turns, `embed_cases` makes vectors, `assign_turns` finds the modes that
they belong to, `describe_modes` tells what a person reads, and `verify_fix` whether a fix worked. How, and when it
fails: `docs/failure-modes.md`.
"""

from feedback.failure_modes.cases import Case, embed_cases
from feedback.failure_modes.catalogue import (
    NONE,
    Assignment,
    Catalogue,
    Examples,
    Mode,
    assign_turns,
    merge_modes,
    split_mode,
)
from feedback.failure_modes.descriptions import Description, describe_modes
from feedback.failure_modes.grouping import Group, group_texts
from feedback.failure_modes.lift import Lift, Ratio
from feedback.failure_modes.naming import Name, Term
from feedback.failure_modes.slices import Slice
from feedback.failure_modes.verification import Count, Verification, verify_fix

__all__ = [
    "NONE",
    "Assignment",
    "Case",
    "Catalogue",
    "Count",
    "Description",
    "Examples",
    "Group",
    "Lift",
    "Mode",
    "Name",
    "Ratio",
    "Slice",
    "Term",
    "Verification",
    "assign_turns",
    "describe_modes",
    "embed_cases",
    "group_texts",
    "merge_modes",
    "split_mode",
    "verify_fix",
]
