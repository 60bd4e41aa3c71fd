"""What a conversation cost, summed from its model calls."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracing.store import Store


@dataclass(frozen=True, slots=True)
class ConversationCost:
    """US dollars of all calls whose cost is known; None where none is."""

    cost_usd: float | None
    calls: int
    unpriced: int
    """Calls whose cost is not known."""
    reported: int
    """Calls whose cost the source told."""


def load_cost(store: Store, project_id: int, conversation_id: str, trace_ids: Sequence[str]) -> ConversationCost:
    """The cost of the calls in these traces that belong to the conversation."""
    rows = store.query(
        "tracing/sql/cost_of_conversation.sql",
        project_id=project_id,
        conversation_id=conversation_id,
        trace_ids=list(trace_ids),
    )
    return ConversationCost(**rows[0])
