"""A filter and an outcome come in; what conversations of each sort go with in a project goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.returns import Effect, Outcome, Visit, follow_returns, keep_complete, measure_effects
from tracing.filter_language import Filter
from tracing.filter_sql import compile_filter
from tracing.store import Store

MOST = 50_000
"""Conversations, the latest, that are read."""


@dataclass(frozen=True, slots=True)
class FoundReturns:
    """What users did after conversations that match."""

    outcome: Outcome
    days: int
    visits: tuple[Visit, ...] = ()
    complete: int = 0
    """Those of them whose time to come back is over."""
    users: int = 0
    effects: tuple[Effect, ...] = ()
    end_ns: int = 0
    """When the data ends."""
    is_all: bool = True
    """Whether older ones were left out."""

    def follow(self, exposure: str) -> tuple[list[float], list[float]]:
        """Which share came back by each day, after conversations of a sort and after others."""
        flags = [is_exposed(each, exposure) for each in self.visits]
        sides = [
            [each for each, flag in zip(self.visits, flags, strict=True) if flag == side] for side in (True, False)
        ]
        return follow_returns(sides[0], self.days, self.end_ns), follow_returns(sides[1], self.days, self.end_ns)


def is_exposed(visit: Visit, exposure: str) -> bool:
    return visit.is_dissatisfied if exposure == "dissatisfied" else exposure in visit.kinds


def load_returns(
    store: Store, project_id: int, given: Filter, outcome: Outcome, days: int, goal: str, now_ns: int
) -> FoundReturns:
    """Of the latest conversations of known users that match. Raises FilterError."""
    where = compile_filter(given, "conversations", now_ns)
    path = "feedback/sql/return_facts.sql"
    rows = store.query(path, where, project_id=project_id, goal=goal, limit=MOST + 1)
    visits = [read_visit(row) for row in rows[:MOST]]
    end_ns = min(now_ns, rows[0]["data_end_ns"]) if rows else 0
    complete = keep_complete(visits, outcome, days, end_ns)
    return FoundReturns(
        outcome=outcome,
        days=days,
        visits=tuple(visits),
        complete=len(complete),
        users=len({each.user_id for each in complete}),
        effects=tuple(measure_effects(complete, outcome, days, end_ns)),
        end_ns=end_ns,
        is_all=len(rows) <= MOST,
    )


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
