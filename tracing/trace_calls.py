"""Ids of traces come in, what their model calls say together goes out: models, tokens, cost, conversation and user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    asked: str
    """The first words of what the user wrote."""

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


def read_calls(row: dict[str, Any]) -> TraceCalls:
    return TraceCalls(**row | {name: tuple(row[name]) for name in ("models", "outcomes")})


@dataclass(frozen=True, slots=True)
class CallOutline:
    """A model call of a trace, without what was said in it."""

    span_id: str
    other_span_ids: tuple[str, ...]
    conversation_id: str
    input_tokens: int | None
    output_tokens: int | None
    time_to_first_chunk_ns: int | None
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class TracedTurn:
    """The turn that a trace was made for; its first words."""

    turn_index: int
    opening: str


def load_calls_in_outline(store: Store, project_id: int, trace_id: str) -> list[CallOutline]:
    """The model calls of a trace, by start."""
    rows = store.query("tracing/sql/calls_in_outline.sql", project_id=project_id, trace_id=trace_id)
    return [CallOutline(**(row | {"other_span_ids": tuple(row["other_span_ids"])})) for row in rows]


def load_turn(store: Store, project_id: int, conversation_id: str, trace_id: str) -> TracedTurn | None:
    """The turn of the conversation that the trace was made for."""
    bound = {"project_id": project_id, "conversation_id": conversation_id, "trace_id": trace_id}
    rows = store.query("tracing/sql/turn_of_trace.sql", **bound)
    return TracedTurn(**rows[0]) if rows else None
