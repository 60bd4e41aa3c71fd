"""What model calls cost, summed: those of a conversation, and those of a time by their models."""

from dataclasses import dataclass

from tracing.conversations import add_costs
from tracing.filter_sql import Where
from tracing.kept_queries import query_kept
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


def load_cost(store: Store, project_id: int, conversation_id: str) -> ConversationCost:
    """The cost of the calls that belong to the conversation."""
    path = "tracing/sql/cost_of_conversation.sql"
    [row] = store.query(path, project_id=project_id, conversation_id=conversation_id)
    return ConversationCost(**row)


@dataclass(frozen=True, slots=True)
class ModelSpending:
    """The calls of a model; None where no count, or no cost, is known of any of them."""

    model: str
    """That answered, else the one that was asked for."""
    calls: int
    unpriced: int
    """Calls whose cost is not known."""
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Spending:
    """What all models cost, the dearest first."""

    models: tuple[ModelSpending, ...]
    cost_before_usd: float | None
    """In the time before that is as long."""

    @property
    def cost_usd(self) -> float | None:
        return add_costs(each.cost_usd for each in self.models)

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.models)

    @property
    def unpriced(self) -> int:
        return sum(each.unpriced for each in self.models)


def load_spending(store: Store, project_id: int, since_ns: int, current_ns: int, where: Where) -> Spending:
    """The cost of calls since `current_ns` by model, and of those from `since_ns` until then, in whole hours."""
    path, bound = "tracing/sql/spending.sql", {"since_ns": since_ns, "current_ns": current_ns}
    rows = query_kept(store, path, where, project_id=project_id, now_ns=current_ns, moving=tuple(bound), **bound)
    before = add_costs([row.pop("cost_before_usd") for row in rows])
    return Spending(tuple(ModelSpending(**row) for row in rows if row["calls"]), before)
