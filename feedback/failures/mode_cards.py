"""What the page of one conversation tells of its failure mode: a conversation comes in, a name and a few figures that
are quick to count go out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.failures.figures import to_ns
from feedback.failures.life import ShownState, show_state
from feedback.failures.listing import find_mode_of, find_row, find_touched, name_mode
from tracing.models import Project
from tracing.store import Store

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ModeCard:
    number: int
    title: str
    state: ShownState
    is_surging: bool
    conversations: int
    """In the last seven days."""
    users: int
    first_time: datetime


def load_mode_card(store: Store, project: Project, conversation_id: str, now: datetime) -> ModeCard | None:
    """The mode that a conversation belongs to; None where it belongs to none."""
    named = find_mode_of(store, project, conversation_id)
    row = find_row(project.pk, named.number) if named else None
    if row is None:
        return None
    [figures] = store.query(
        "feedback/sql/figures_of_mode.sql", project_id=project.pk, mode=row.number, since_ns=to_ns(now - WEEK)
    )
    return ModeCard(
        number=row.number,
        title=name_mode(row),
        state=show_state(row.state, row.found_at, row.regressed_at, now, is_touched=bool(find_touched([row]))),
        is_surging=row.surging_since is not None,
        conversations=figures["conversations"],
        users=figures["users"],
        first_time=row.first_time,
    )
