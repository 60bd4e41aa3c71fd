"""A filter and an outcome come in; what conversations of each sort go with in a project goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback.kept import AsOf, Kept
from feedback.returns import Effect, Outcome, Visit, follow_effects, keep_complete, measure_effects
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter
from tracing.store import Store

MOST = 50_000
"""Conversations that are read; where there are more, all of one user in two, four, eight, …"""
MOST_AT_ONCE = 2_000
"""So many are read while the page waits."""
MOST_COUNTED = 2**32 - 1

Curves = Mapping[str, tuple[Sequence[float], Sequence[float]]]


@dataclass(frozen=True, slots=True)
class FoundReturns:
    """What users did after conversations that match; of no one user."""

    outcome: Outcome
    days: int
    conversations: int = 0
    """Of known users."""
    complete: int = 0
    """Those of them whose time to come back is over."""
    users: int = 0
    effects: tuple[Effect, ...] = ()
    curves: Curves = field(default_factory=dict)
    """By exposure, which share came back by each day, after such conversations and after others."""
    end_ns: int = 0
    """When the data ends."""
    one_in: int = 1
    """All of this is of one user in so many; users a week are of all."""
    is_all: bool = True
    """Whether older ones were left out."""


@dataclass(frozen=True, slots=True)
class KnownVisits:
    """Those that are read, and what of: see `FoundReturns`."""

    visits: tuple[Visit, ...]
    end_ns: int
    one_in: int
    is_all: bool


KEPT = Kept[FoundReturns]()


def find_returns(
    store: Store, project_id: int, given: Filter, outcome: Outcome, days: int, goal: str, now_ns: int, *, waits: bool
) -> AsOf[FoundReturns] | None:
    """As `load_returns`, of many conversations as it was within ten minutes before; None where nothing is known of
    them yet and nobody `waits`. Raises FilterError."""
    key = (project_id, given, outcome, days, goal)
    if kept := KEPT.find(key):
        return kept
    is_small = count_matching(store, project_id, given, now_ns, MOST_AT_ONCE + 1) <= MOST_AT_ONCE
    if is_small:
        return AsOf(load_returns(store, project_id, given, outcome, days, goal, now_ns))
    if not waits:
        return None
    return KEPT.work_out(key, lambda: load_returns(store, project_id, given, outcome, days, goal, now_ns))


def load_returns(
    store: Store, project_id: int, given: Filter, outcome: Outcome, days: int, goal: str, now_ns: int
) -> FoundReturns:
    """Of conversations of known users that match. Raises FilterError."""
    known = load_visits(store, project_id, given, goal, now_ns)
    complete = keep_complete(known.visits, outcome, days, known.end_ns)
    effects = tuple(measure_effects(complete, outcome, days, known.end_ns, known.one_in))
    return FoundReturns(
        outcome=outcome,
        days=days,
        conversations=len(known.visits),
        complete=len(complete),
        users=len({each.user_id for each in complete}),
        effects=effects,
        curves=follow_effects(known.visits, [each.exposure for each in effects], days, known.end_ns),
        end_ns=known.end_ns,
        one_in=known.one_in,
        is_all=known.is_all,
    )


def load_visits(store: Store, project_id: int, given: Filter, goal: str, now_ns: int) -> KnownVisits:
    """Conversations of known users that match, the latest first: all of so many of the users that there are about
    50,000, at most twice as many. Raises FilterError."""
    one_in = choose_share(count_matching(store, project_id, given, now_ns))
    where = compile_filter(given, "conversations", now_ns)
    path = "feedback/sql/return_facts.sql"
    rows = store.query(path, where, project_id=project_id, goal=goal, one_in=one_in, limit=2 * MOST + 1)
    end_ns = min(now_ns, rows[0]["data_end_ns"]) if rows else 0
    return KnownVisits(tuple(read_visit(row) for row in rows[: 2 * MOST]), end_ns, one_in, len(rows) <= 2 * MOST)


def count_matching(store: Store, project_id: int, given: Filter, now_ns: int, limit: int = MOST_COUNTED) -> int:
    where = compile_filter(given, "conversations", now_ns)
    [row] = store.query("feedback/sql/return_count.sql", where, project_id=project_id, limit=limit)
    return int(row["conversations"])


def choose_share(matching: int) -> int:
    """One user in how many is read, a power of two: then most of those who were read before are, as there come more.

    >>> [choose_share(count) for count in (0, 50_000, 50_001, 1_000_000)]
    [1, 1, 2, 32]
    """
    share = 1
    while matching > share * MOST:
        share *= 2
    return share


def read_visit(row: Mapping[str, Any]) -> Visit:
    return Visit(
        user_id=row["user_id"],
        began_ns=row["began_ns"],
        ended_ns=row["ended_ns"],
        kinds=frozenset(row["kinds"]),
        dissatisfied=row["dissatisfied"],
        next_ns=row["next_ns"] or None,
        goal_ns=row["goal_ns"] or None,
        earlier=row["earlier"],
        recent=row["recent"],
        previous_ns=row["previous_ns"] or None,
    )


def pick_shown(effects: Sequence[Effect], exposure: str) -> Effect | None:
    """The one that was asked for, else the dearest that can be told apart from nothing, else the first."""
    asked = [each for each in effects if each.exposure == exposure]
    told = [each for each in effects if each.cost.is_told]
    return next(iter([*asked, *told, *effects]), None)
