"""No user, question or failure mode speaks louder than it may: outlines come in, those that stay go out, each cap
applied to what the one before it left."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from feedback.datasets.definition import Definition
from feedback.datasets.record import Reason
from feedback.datasets.weighing.outline import Outline
from feedback.datasets.weighing.sureness import choose

Cap = tuple[Reason, Callable[[Outline], str | int], Callable[[Definition], int]]

CAPS: Final[tuple[Cap, ...]] = (
    (Reason.USER_CAP, lambda row: row.user_id, lambda definition: definition.most_per_user),
    (Reason.TEMPLATE_CAP, lambda row: row.template, lambda definition: definition.most_per_template),
    (Reason.FAILURE_MODE_CAP, lambda row: row.failure_mode, lambda definition: definition.most_per_failure_mode),
)
"""Why rows go, what they share, and how many of them may. Rows that share nothing (anonymous, in no failure mode) are
not counted."""


def drop_excess(rows: Sequence[Outline], definition: Definition) -> tuple[list[Outline], Counter[Reason]]:
    kept = list(rows)
    dropped: Counter[Reason] = Counter()
    for reason, share, most in CAPS:
        before = len(kept)
        kept = _cap(kept, share, most(definition), definition.seed)
        dropped[reason] = before - len(kept)
    return kept, dropped


def _cap(rows: Sequence[Outline], share: Callable[[Outline], str | int], most: int, seed: int) -> list[Outline]:
    if not most:
        return list(rows)
    groups: dict[str | int, list[Outline]] = defaultdict(list)
    for row in rows:
        if share(row):
            groups[share(row)].append(row)
    crowded = [group for group in groups.values() if len(group) > most]
    gone = {row.place for group in crowded for row in group}
    gone -= {row.place for group in crowded for row in choose(group, most, seed)}
    return [row for row in rows if row.place not in gone]
