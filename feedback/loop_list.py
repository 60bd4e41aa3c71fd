"""A project comes in; what its holdout holds, and which answers feed on their own praise, go out."""

from dataclasses import dataclass

from feedback.datasets.holdout import Holdout
from feedback.kept import AsOf, Kept
from feedback.loops import Exposure, Loop, find_loops
from tracing.store import Store

WEEK_NS = 7 * 86_400 * 10**9
WEEKS = 16
"""Whole ones, that are looked at."""
MOST_ITEMS = 40
"""Those that were met most."""
MOST_AT_ONCE = 20_000
"""Conversations of a project that are looked through while the page waits."""


@dataclass(frozen=True, slots=True)
class FoundLoops:
    """Conversations of people in these weeks, how many of them are held out, and the items, the surest loop first."""

    weeks: int
    conversations: int
    held_out: int
    loops: tuple[Loop, ...]

    @property
    def tested(self) -> int:
        """Of how many items there is enough to say anything."""
        return sum(bool(loop.control) for loop in self.loops)

    @property
    def warnings(self) -> tuple[Loop, ...]:
        return tuple(loop for loop in self.loops if loop.is_warning)


KEPT = Kept[FoundLoops]()


def find_project_loops(
    store: Store, project_id: int, holdout: Holdout, now_ns: int, conversations: int, *, waits: bool
) -> AsOf[FoundLoops] | None:
    """As `load_loops`, of many conversations as it was within ten minutes before; None where nothing is known of them
    yet and nobody `waits`."""
    if conversations <= MOST_AT_ONCE:
        return AsOf(load_loops(store, project_id, holdout, now_ns))
    key = (project_id, holdout)
    if not waits:
        return KEPT.find(key)
    return KEPT.work_out(key, lambda: load_loops(store, project_id, holdout, now_ns))


def load_loops(store: Store, project_id: int, holdout: Holdout, now_ns: int) -> FoundLoops:
    """Of the last 16 weeks that are over."""
    this_week = now_ns // WEEK_NS
    rows = store.query(
        "feedback/sql/loop_weeks.sql",
        project_id=project_id,
        secret=holdout.secret,
        below=holdout.below,
        since_week=this_week - WEEKS,
        until_week=this_week,
    )
    totals = {(row["week"], bool(row["is_held_out"])): row["exposed"] for row in rows if not row["item"]}
    exposures = [
        Exposure(row["item"], row["week"], bool(row["is_held_out"]), row["exposed"], row["praised"])
        for row in rows
        if row["item"]
    ]
    return FoundLoops(
        weeks=len({week for week, _ in totals}),
        conversations=sum(totals.values()),
        held_out=sum(count for (_, is_held_out), count in totals.items() if is_held_out),
        loops=tuple(find_loops(totals, keep_most_met(exposures))),
    )


def keep_most_met(exposures: list[Exposure]) -> list[Exposure]:
    counts: dict[str, int] = {}
    for each in exposures:
        counts[each.item] = counts.get(each.item, 0) + each.exposed
    kept = set(sorted(counts, key=lambda item: (-counts[item], item))[:MOST_ITEMS])
    return [each for each in exposures if each.item in kept]
