"""A place in the list of users comes in, a page of them goes out: what each did, and how it went."""

from dataclasses import dataclass

from tracing.page_filling import FilledPage
from tracing.paging import Place
from tracing.store import Store


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A person, by the conversations that no machine led; times are nanoseconds since the epoch."""

    user_id: str
    first_ns: int
    last_ns: int
    conversations: int
    turns: int
    errors: int
    cost_usd: float | None
    """Of the calls whose cost is known; None where none is."""


def find_users(store: Store, project_id: int, prefix: str, place: Place, limit: int) -> FilledPage[ListedUser]:
    """At most `limit` users whose ids begin with `prefix`, after `place`, those seen last first."""
    rows = store.query(
        "feedback/sql/user_page.sql",
        project_id=project_id,
        prefix=prefix,
        before_ns=place.time_ns,
        before_id=place.id,
        limit=limit + 1,
    )
    users = [ListedUser(**row) for row in rows]
    last = users[limit - 1] if len(users) > limit else None
    return FilledPage(users[:limit], Place(last.last_ns, last.user_id) if last else None)
