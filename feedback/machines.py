"""Conversations that machines led: which and why, from the store; and the filter that leaves them out.

Figures and data about users are of people alone, unless somebody asks for machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.detectors.machines import MACHINES
from tracing.filter_language import Condition, Filter
from tracing.store import Store

MACHINE = "machine"
"""The field of the filter language."""
TITLES = {each.name: each.title for each in MACHINES}
PEOPLE = Condition(MACHINE, ":", ("no",))
ANY_MACHINE = Condition(MACHINE, ":", ("yes",))


@dataclass(frozen=True, slots=True)
class Machine:
    """What led a conversation: a kind of `feedback.detectors.machines.MACHINES`, and why it is taken to be one."""

    kind: str
    reason: str

    @property
    def name(self) -> str:
        """Its kind in one or two words."""
        return self.kind.replace("_", " ")

    @property
    def title(self) -> str:
        """What it is, with its article."""
        return TITLES.get(self.kind, self.name)


def load_machines(store: Store, project_id: int, conversation_ids: Sequence[str]) -> dict[str, Machine]:
    """The machines behind those of these conversations that one led, by id."""
    if not conversation_ids:
        return {}
    path = "feedback/sql/machines_of_conversations.sql"
    rows = store.query(path, project_id=project_id, conversation_ids=list(conversation_ids))
    return {row["conversation_id"]: Machine(row["machine"], row["machine_reason"]) for row in rows}


def asks_for_machines(given: Filter) -> bool:
    """Whether the filter says itself who led what it leaves."""
    return any(condition.field == MACHINE for condition in given.conditions)


def ask_for_machines(given: Filter) -> Filter:
    """The same filter for what any machine led."""
    return replace(given, conditions=(*given.conditions, ANY_MACHINE))


def leave_out_machines(given: Filter) -> Filter:
    """The same filter for people alone, unless it says itself who led."""
    return given if asks_for_machines(given) else replace(given, conditions=(*given.conditions, PEOPLE))
