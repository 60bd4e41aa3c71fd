"""Ids of traces come in, what their model calls say together goes out: models, tokens, cost, conversation and user."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracing.store import Store


@dataclass(frozen=True, slots=True)
class TraceCalls:
    """The model calls of one trace; None where none of them reported it, the conversation and user of the first."""

    calls: int
    models: tuple[str, ...]
    environment: str
    outcomes: tuple[str, ...]
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    conversation_id: str
    user_id: str

    @property
    def tokens(self) -> int | None:
        known = [each for each in (self.input_tokens, self.output_tokens) if each is not None]
        return sum(known) if known else None


def load_trace_calls(store: Store, project_id: int, trace_ids: Sequence[str]) -> dict[str, TraceCalls]:
    """By trace; those without a model call are left out."""
    if not trace_ids:
        return {}
    rows = store.query("tracing/sql/calls_of_listed_traces.sql", project_id=project_id, trace_ids=list(trace_ids))
    return {row.pop("trace_id"): read_calls(row) for row in rows}


def read_calls(row: dict[str, object]) -> TraceCalls:
    named = {name: tuple(row[name]) for name in ("models", "outcomes")}  # type: ignore[arg-type]
    return TraceCalls(**(row | named))  # type: ignore[arg-type]
