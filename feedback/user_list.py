"""A place in the list of users comes in, a page of them goes out: what each did, how it went and what was heard.

A user is whom an app names in its conversations. Those that machines led are left out, and those without a user's id,
which tell of nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from feedback.satisfaction.intervals import Interval
from tracing.kept_queries import query_kept
from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.store import Store
from tracing.together import ask_together

Sort = Literal["last_seen", "conversations", "dissatisfied"]
ENOUGH = 3
"""Of fewer estimated conversations no share is told."""


@dataclass(frozen=True, slots=True)
class HeardKind:
    """In how many of a user's conversations a kind of signal stands; `label` is that of thumbs alone."""

    kind: str
    label: str
    polarity: int
    conversations: int


@dataclass(frozen=True, slots=True)
class User:
    """A person, by the conversations that no machine led; times are nanoseconds since the epoch."""

    user_id: str
    first_ns: int
    last_ns: int
    conversations: int
    turns: int
    errors: int
    """Answers that failed."""
    cost_usd: float | None
    """Of the calls whose cost is known; None where none is."""
    estimated: int = 0
    """So many conversations are estimated."""
    dissatisfied: Interval | None = None
    """The share that went wrong, as the estimates tell it, at 90 %; None where there are fewer than `ENOUGH`."""
    heard: tuple[HeardKind, ...] = ()
    """The most frequent first."""

    def count_thumbs(self, label: str) -> int:
        return sum(each.conversations for each in self.heard if (each.kind, each.label) == ("thumbs", label))


def find_users(store: Store, project_id: int, beginning: str, sort: Sort, place: Place, limit: int) -> FilledPage[User]:
    """At most `limit` users whose ids begin so, after `place`, in the order of `sort`, the highest first."""
    bound: dict[str, Any] = {
        "project_id": project_id,
        "beginning": beginning,
        "before_rank": place.time_ns,
        "before_id": place.id,
        "limit": limit + 1,
    }
    if sort == "dissatisfied":
        ranked = query_kept(store, "feedback/sql/user_page_dissatisfied.sql", enough=ENOUGH, **bound)
        figures = load_figures(store, project_id, [row["user_id"] for row in ranked])
        rows = [figures[row["user_id"]] | {"rank": row["rank"]} for row in ranked if row["user_id"] in figures]
    else:
        rows = query_kept(store, "feedback/sql/user_page.sql", by_count=sort == "conversations", **bound)
    last = rows[limit - 1] if len(rows) > limit else None
    users = build_users(store, project_id, rows[:limit])
    return FilledPage(users, Place(last["rank"], last["user_id"]) if last else None)


def load_user(store: Store, project_id: int, user_id: str) -> User | None:
    """One user; None where nobody of this id led a conversation."""
    found = build_users(store, project_id, list(load_figures(store, project_id, [user_id]).values()))
    return found[0] if found else None


def load_figures(store: Store, project_id: int, user_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What these users did, by id."""
    if not user_ids:
        return {}
    rows = store.query("feedback/sql/user_figures.sql", project_id=project_id, user_ids=list(user_ids))
    return {row["user_id"]: row for row in rows}


def build_users(store: Store, project_id: int, rows: Sequence[Mapping[str, Any]]) -> list[User]:
    """With what is estimated and heard of them."""
    if not rows:
        return []
    bound: dict[str, Any] = {"project_id": project_id, "user_ids": [row["user_id"] for row in rows]}
    signals, estimated = ask_together(
        lambda: store.query("feedback/sql/user_signals.sql", **bound),
        lambda: store.query("feedback/sql/user_estimates.sql", **bound),
    )
    estimates = {row["user_id"]: row for row in estimated}
    heard: dict[str, list[HeardKind]] = {}
    for row in signals:
        kind = HeardKind(row["kind"], row["direction"], row["polarity"], row["conversations"])
        heard.setdefault(row["user_id"], []).append(kind)
    return [build_user(row, estimates.get(row["user_id"]), heard.get(row["user_id"], ())) for row in rows]


def build_user(row: Mapping[str, Any], estimate: Mapping[str, Any] | None, heard: Sequence[HeardKind]) -> User:
    estimated = estimate["estimated"] if estimate else 0
    share = Interval(estimate["value"], estimate["low"], estimate["high"]) if estimate and estimated >= ENOUGH else None
    names = ("user_id", "first_ns", "last_ns", "conversations", "turns", "errors", "cost_usd")
    return User(**{name: row[name] for name in names}, estimated=estimated, dissatisfied=share, heard=tuple(heard))
